using System.Globalization;
using Spectre.Console;

namespace EdgeFusion.Worker.Commands;

/// <summary>Progress of long work: a bar on a terminal, a line per tenth elsewhere.</summary>
internal static class ProgressLine
{
    /// <summary>Runs work that reports a fraction 0..1.</summary>
    public static void Run(string title, Action<Action<double>> work)
    {
        if (Console.IsErrorRedirected)
        {
            RunPlain(title, work);
            return;
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Error),
        });
        console.Progress()
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
                work(fraction => task.Value = Math.Clamp(fraction, 0, 1));
                task.Value = 1;
            });
    }

    private static void RunPlain(string title, Action<Action<double>> work)
    {
        int tenth = 0;
        work(fraction =>
        {
            int reached = (int)(Math.Clamp(fraction, 0, 1) * 10);
            if (reached > tenth)
            {
                tenth = reached;
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}: {reached * 10} %"));
            }
        });
    }
}
