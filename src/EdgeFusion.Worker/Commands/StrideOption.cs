using System.CommandLine;

namespace EdgeFusion.Worker.Commands;

/// <summary>--stride, of the commands that cut windows.</summary>
internal static class StrideOption
{
    public static Option<int> Create() => new("--stride")
    {
        Description = "Take every n-th window.",
        DefaultValueFactory = _ => 1,
    };

    /// <exception cref="ConfigurationException">It is below 1.</exception>
    public static int Checked(ParseResult parsed, Option<int> option) => parsed.GetValue(option) is >= 1 and var stride
        ? stride
        : throw new ConfigurationException($"--stride is {parsed.GetValue(option)}, expected 1 or more.");
}
