using System.Globalization;
using EdgeFusion.Recording;

namespace EdgeFusion.Worker.Replay;

/// <summary>Steers a replay from the terminal by keys, or by lines where the input is none.</summary>
internal sealed class ReplayKeys(ReplayControl control, TextReader input, Action quit)
{
    public const string Help =
        "space pause/go on, Enter one window, left/right 5 s back/on, +/- twice/half the speed, l loop, q quit";

    private const double LeapSeconds = 5;
    private const double LeastSpeed = 1.0 / 64;
    private const double MostSpeed = 64;

    /// <summary>Listens until the process ends; a thread of its own, since reading the terminal cannot be
    /// cancelled.</summary>
    public void Start()
    {
        Action listen = Console.IsInputRedirected ? Lines : Keys;
        new Thread(() => listen()) { Name = "replay-keys", IsBackground = true }.Start();
    }

    /// <summary>Takes a line: empty or "step [n]", "pause", "go", "seek SECONDS", "speed X", "loop", "quit".</summary>
    /// <returns>False where it is none of these.</returns>
    public bool Take(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        double number = 1;
        if (words.Length > 2 || (words.Length == 2 && (!double.TryParse(
            words[1], NumberStyles.Float, CultureInfo.InvariantCulture, out number) || !(Math.Abs(number) < 1e8))))
        {
            return false;
        }

        switch (words is [] ? "step" : words[0])
        {
            case "step" when number >= 1:
                control.Step((int)number);
                return true;
            case "pause":
                control.Pause();
                return true;
            case "go":
                control.Resume();
                return true;
            case "seek" when words.Length == 2:
                control.Seek(TimeSpan.FromSeconds(number));
                return true;
            case "speed" when words.Length == 2 && number >= 0:
                control.Speed = number;
                return true;
            case "loop":
                control.Loops = !control.Loops;
                return true;
            case "quit":
                quit();
                return true;
            default:
                return false;
        }
    }

    /// <summary>Takes one key.</summary>
    public void Take(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Spacebar when control.IsPaused:
                control.Resume();
                break;
            case ConsoleKey.Spacebar:
                control.Pause();
                break;
            case ConsoleKey.Enter:
                control.Step();
                break;
            case ConsoleKey.LeftArrow or ConsoleKey.RightArrow:
                double leap = key.Key == ConsoleKey.LeftArrow ? -LeapSeconds : LeapSeconds;
                control.Seek(control.Position + TimeSpan.FromSeconds(leap));
                break;
            case ConsoleKey.L:
                control.Loops = !control.Loops;
                break;
            case ConsoleKey.Q:
                quit();
                break;
            default:
                // The sign is on another key of every keyboard.
                double factor = key.KeyChar switch { '+' => 2, '-' => 0.5, _ => 1 };
                control.Speed = control.Speed == 0 ? 0 : Math.Clamp(control.Speed * factor, LeastSpeed, MostSpeed);
                break;
        }
    }

    private void Lines()
    {
        while (input.ReadLine() is { } line)
        {
            if (!Take(line))
            {
                Console.Error.WriteLine($"'{line}' is none of: step [n], pause, go, seek SECONDS, speed X, loop, quit");
            }
        }

        control.Resume();
    }

    private void Keys()
    {
        Console.Error.WriteLine(Help);
        while (true)
        {
            Take(Console.ReadKey(intercept: true));
        }
    }
}
