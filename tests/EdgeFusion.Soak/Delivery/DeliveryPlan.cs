using System.Globalization;

namespace EdgeFusion.Soak.Delivery;

/// <summary>How much is broken, and how often.</summary>
internal sealed record DeliveryPlan
{
    /// <summary>SIGKILLs of the worker.</summary>
    public int Kills { get; init; } = 10;

    /// <summary>SIGKILLs of the broker.</summary>
    public int BrokerKills { get; init; } = 3;

    /// <summary>Outages of the broker.</summary>
    public int Outages { get; init; } = 3;

    /// <summary>Longest outage in s. Lengths lie between 0.1 s and this, evenly on a logarithmic scale: as many short
    /// ones as long ones.</summary>
    public double LongestOutage { get; init; } = 2;

    /// <summary>How long in s there is no broker at first; 0 = there is one.</summary>
    public double Absent { get; init; } = 1;

    /// <summary>How long in s there is no broker while the disk is full; 0 = not at all.</summary>
    public double FullDisk { get; init; } = 6;

    /// <summary>Predictions per second while the worker is being killed.</summary>
    public int PerSecond { get; init; } = 1000;

    /// <summary>Decides when is killed.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether the publish path is timed, too.</summary>
    public bool Speed { get; init; } = true;

    /// <summary>Reads --kills N --broker-kills N --outages N --longest-outage S --absent S --full-disk S --rate N
    /// --seed N; --long for the promised figures; --no-speed for a machine that does other things, too.</summary>
    /// <returns>Null where the arguments are wrong.</returns>
    public static DeliveryPlan? Parse(string[] args)
    {
        var plan = new DeliveryPlan();
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--long")
            {
                plan = plan with
                {
                    Kills = 200,
                    BrokerKills = 10,
                    Outages = 50,
                    LongestOutage = 60,
                    Absent = 60,
                    FullDisk = 15,
                    PerSecond = 2000,
                };
                continue;
            }

            if (args[i] == "--no-speed")
            {
                plan = plan with { Speed = false };
                continue;
            }

            if (i + 1 == args.Length
                || !double.TryParse(args[i + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                || value is < 0 or > 1e6)
            {
                return null;
            }

            DeliveryPlan? changed = args[i++] switch
            {
                "--kills" => plan with { Kills = (int)value },
                "--broker-kills" => plan with { BrokerKills = (int)value },
                "--outages" => plan with { Outages = (int)value },
                "--longest-outage" => plan with { LongestOutage = value },
                "--absent" => plan with { Absent = value },
                "--full-disk" => plan with { FullDisk = value },
                "--rate" => plan with { PerSecond = Math.Max(1, (int)value) },
                "--seed" => plan with { Seed = (int)value },
                _ => null,
            };
            if (changed is null)
            {
                return null;
            }

            plan = changed;
        }

        return plan;
    }
}
