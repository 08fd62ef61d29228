using System.Globalization;

namespace EdgeFusion.Soak.Devices;

/// <summary>How often devices are unplugged.</summary>
internal sealed record ReplugPlan
{
    private const int MostTimes = 100_000;

    /// <summary>Replugs of each device after a tenth as many to warm up.</summary>
    public int Times { get; init; } = 100;

    /// <summary>Part of the names of the adapters that are tried; empty = all.</summary>
    public string Only { get; init; } = "";

    /// <summary>Decides how long devices are away.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Reads --times N, --only TEXT, --seed N.</summary>
    /// <returns>Null where the arguments are wrong.</returns>
    public static ReplugPlan? Parse(string[] args)
    {
        var plan = new ReplugPlan();
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            bool isNumber = int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value);
            switch (args[i])
            {
                case "--times" when isNumber && value is >= 1 and <= MostTimes:
                    plan = plan with { Times = value };
                    break;
                case "--seed" when isNumber:
                    plan = plan with { Seed = value };
                    break;
                case "--only":
                    plan = plan with { Only = args[i + 1] };
                    break;
                default:
                    return null;
            }
        }

        return args.Length % 2 == 0 ? plan : null;
    }
}
