using System.Collections.Immutable;

namespace EdgeFusion.Sensing.Devices;

/// <summary>Layouts that several devices share.</summary>
internal static class Layouts
{
    public const string Force = "force";
    public const string Proprioception = "proprioception";
    public const string Imu = "imu";

    /// <summary>A wrench: three forces and three torques.</summary>
    public static readonly VectorLayout Wrench =
        new(["fx", "fy", "fz", "tx", "ty", "tz"], ["N", "N", "N", "Nm", "Nm", "Nm"]);

    /// <summary>A sensor of a wrench.</summary>
    public static SensorInfo WrenchOf(string name, string? modality, double rateHz) => new()
    {
        Name = name,
        Modality = modality ?? Force,
        Layout = Wrench,
        RateHz = rateHz,
    };

    /// <summary>Groups of one value per joint: q_1 q_2 ... dq_1 dq_2 ...</summary>
    public static VectorLayout Joints(
        IReadOnlyList<string> joints, IReadOnlyList<(string Prefix, string Unit)> groups)
    {
        ImmutableArray<string>.Builder elements = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<string>.Builder units = ImmutableArray.CreateBuilder<string>();
        foreach ((string prefix, string unit) in groups)
        {
            foreach (string joint in joints)
            {
                elements.Add(prefix + joint);
                units.Add(unit);
            }
        }

        return new VectorLayout(elements.ToImmutable(), units.ToImmutable());
    }
}
