using System.CommandLine;
using EdgeFusion.Worker.Inspect;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion inspect: what a recording holds.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var recording = new Argument<string>("recording")
        {
            Description = "Recording: .mcap, ROS 1 .bag, or folder of rosbag2.",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("inspect", """
            Show what a recording holds: channels, rates, gaps, jitter, clocks, and sensors for a configuration.

            Example: edgefusion inspect run.mcap --json
            """)
        {
            recording, json,
        };
        command.SetAction((parsed, stopping) => Task.Run(() =>
        {
            Inspection found = Inspection.Of(parsed.GetValue(recording)!, stopping);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(InspectionJson.Of(found));
            }
            else
            {
                InspectionText.Print(found);
            }

            return ExitCode.Success;
        }));
        return command;
    }
}
