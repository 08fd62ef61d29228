using System.Globalization;

namespace EdgeFusion.Soak.Devices;

/// <summary>How long simulated devices are run and broken.</summary>
internal sealed record DevicePlan
{
    private const int LongestMinutes = 24 * 60;

    /// <summary>Time with faults, after the first data; zero = each fault once.</summary>
    public TimeSpan Length { get; init; }

    /// <summary>Time over which the cost of taking the data in is measured.</summary>
    public TimeSpan Cost { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Decides the order of the faults and how long they last.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Part of the names of the faults that are made; empty = all.</summary>
    public string Only { get; init; } = "";

    /// <summary>Reads --minutes N, --seed N, --only TEXT.</summary>
    /// <returns>Null where the arguments are wrong.</returns>
    public static DevicePlan? Parse(string[] args)
    {
        var plan = new DevicePlan();
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            if (args[i] == "--only")
            {
                plan = plan with { Only = args[i + 1] };
                continue;
            }

            if (!int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value))
            {
                return null;
            }

            switch (args[i])
            {
                case "--minutes" when value is >= 1 and <= LongestMinutes:
                    plan = plan with { Length = TimeSpan.FromMinutes(value), Cost = TimeSpan.FromSeconds(20) };
                    break;
                case "--seed":
                    plan = plan with { Seed = value };
                    break;
                default:
                    return null;
            }
        }

        return args.Length % 2 == 0 ? plan : null;
    }
}
