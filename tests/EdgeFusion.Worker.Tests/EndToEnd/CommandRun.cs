using EdgeFusion.Worker.Commands;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>Runs the command line inside the test process and takes what it prints.</summary>
internal static class CommandRun
{
    private static readonly SemaphoreSlim ConsoleGate = new(1);

    public static async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        // The console is one per process.
        await ConsoleGate.WaitAsync();
        TextWriter normalOut = Console.Out;
        TextWriter normalError = Console.Error;
        try
        {
            using var output = new StringWriter();
            using var error = new StringWriter();
            Console.SetOut(output);
            Console.SetError(error);
            int code = await CommandLine.RunAsync(args);
            return (code, output.ToString(), error.ToString());
        }
        finally
        {
            Console.SetOut(normalOut);
            Console.SetError(normalError);
            ConsoleGate.Release();
        }
    }
}
