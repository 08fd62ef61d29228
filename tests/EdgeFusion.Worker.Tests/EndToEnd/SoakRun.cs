using System.Diagnostics;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>Runs of the soak program of this build.</summary>
internal static class SoakRun
{
    /// <summary>Runs it to its end.</summary>
    public static (int ExitCode, string Output) Of(params string[] arguments)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        string program = Path.Combine(
            Repository.Root, "artifacts", "bin", "EdgeFusion.Soak", configuration, "EdgeFusion.Soak.dll");
        using Process soak = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        { UseShellExecute = false, RedirectStandardOutput = true })!;
        string output = soak.StandardOutput.ReadToEnd();
        soak.WaitForExit();
        return (soak.ExitCode, output);
    }
}
