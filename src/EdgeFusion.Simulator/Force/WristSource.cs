using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using EdgeFusion.Simulator.Arm;
using EdgeFusion.Simulator.Numerics;
using EdgeFusion.Simulator.Scene;
using EdgeFusion.Simulator.Sensors;

namespace EdgeFusion.Simulator.Force;

/// <summary>The wrench between flange and gripper: rigid-body load, impacts, slosh, zero error and noise.</summary>
internal sealed class WristSource : SimulatedSensor
{
    private const double ForceNoise = 0.08;
    private const double TorqueNoise = 0.004;
    private const double ForceBias = 0.12;
    private const double TorqueBias = 0.006;
    private const double ForceDriftPerSecond = 0.006;

    // The gripper's cable bridges the sensor and pulls a little differently wherever the arm goes.
    private const double CableNewton = 0.16;
    private const double CableHz = 1.5;

    // Fingers and flange ring like a mass on a stiff spring after a knock.
    private const double RingHz = 38;
    private const double RingDecaySeconds = 0.05;
    private const double SloshHz = 90;
    private const double SloshShare = 0.25;

    private readonly World _world;
    private readonly ulong _noiseKey;

    public WristSource(WorkCellOptions cell)
        : base(cell, cell.Wrist, Describe(cell.Wrist), SensorOrdinal.Wrist)
    {
        _world = new World(cell.Seed);
        _noiseKey = RandomStream.KeyFor(cell.Seed, StreamPurpose.ForceNoise, 0);
    }

    protected override void Render(long index, long nanoseconds, Span<byte> payload)
    {
        double time = _world.MoveTo(nanoseconds);
        _world.Load(time);
        Vector3D force = _world.Dynamics.WristForce;
        Vector3D moment = _world.Dynamics.WristMoment;

        // The sensor was tared with the empty gripper hanging still.
        force -= new Vector3D(0, 0, ArmGeometry.GripperKg * ArmGeometry.Gravity);
        Vector3D extra = Slosh(time) + Rings(time) + Cable(time);
        force += extra;
        moment += Vector3D.Cross(new Vector3D(0, 0, ArmGeometry.FingerMetres), extra);
        Surroundings around = _world.Episode.Surroundings;
        force += ((around.ForceBias * ForceBias) + (around.ForceDrift * (ForceDriftPerSecond * time))) * Difficulty;
        moment += around.TorqueBias * (TorqueBias * Difficulty);
        Write(index, force, moment, MemoryMarshal.Cast<byte, float>(payload));
    }

    private static SensorInfo Describe(SimulatedSensorOptions options) => new()
    {
        Name = "wrist",
        Modality = "force",
        Layout = new VectorLayout(["fx", "fy", "fz", "tx", "ty", "tz"], ["N", "N", "N", "Nm", "Nm", "Nm"]),
        RateHz = options.RateHz,
    };

    private void Write(long index, Vector3D force, Vector3D moment, Span<float> wrench)
    {
        wrench[0] = (float)(force.X + Noise(index, 0, ForceNoise));
        wrench[1] = (float)(force.Y + Noise(index, 1, ForceNoise));
        wrench[2] = (float)(force.Z + Noise(index, 2, ForceNoise));
        wrench[3] = (float)(moment.X + Noise(index, 3, TorqueNoise));
        wrench[4] = (float)(moment.Y + Noise(index, 4, TorqueNoise));
        wrench[5] = (float)(moment.Z + Noise(index, 5, TorqueNoise));
    }

    // A twentieth of the noise stays in the clean cell: a sensor that repeats itself exactly would count as stuck.
    private double Noise(long index, int channel, double sigma) =>
        Math.Max(0.05, Difficulty) * sigma
        * RandomStream.ToGaussian(RandomStream.Hash(_noiseKey, ((ulong)index * 8) + (ulong)channel));

    /// <summary>Pieces hitting the wall push it: heavier pieces push harder and less often.</summary>
    private Vector3D Slosh(double time)
    {
        double drive = _world.Drive(time);
        if (drive <= 0)
        {
            return default;
        }

        Container container = _world.Episode.Container;
        double coarse = Math.Sqrt(container.Material.GrainKg / 5e-3);
        double sigma = SloshShare * container.ContentKg * coarse * drive;
        ulong key = RandomStream.KeyFor(Seed, StreamPurpose.Slosh, _world.Episode.Index);
        return new Vector3D(
            SmoothNoise.At(key, time, SloshHz), SmoothNoise.At(key + 1, time, SloshHz),
            SmoothNoise.At(key + 2, time, SloshHz)) * sigma;
    }

    private Vector3D Cable(double time)
    {
        ulong key = RandomStream.KeyFor(Seed, StreamPurpose.Cable, _world.Episode.Index);
        return new Vector3D(
            SmoothNoise.At(key, time, CableHz), SmoothNoise.At(key + 1, time, CableHz),
            SmoothNoise.At(key + 2, time, CableHz)) * (CableNewton * Difficulty);
    }

    private Vector3D Rings(double time)
    {
        Handling handling = _world.Episode.Handling;
        double weight = _world.Episode.Container.MassKg * ArmGeometry.Gravity;
        return new Vector3D(0.2, 0.5, 0.1) * Ring(time - handling.ContactTime)
            + new Vector3D(0.1, 0.1, -0.8 * weight) * Ring(time - handling.ReleaseTime)
            + new Vector3D(0.3, 0.2 + weight, 0.1) * Ring(time - handling.PushTime);
    }

    private static double Ring(double since)
    {
        if (since is < 0 or > 8 * RingDecaySeconds)
        {
            return 0;
        }

        return PortableMath.Exp(-since / RingDecaySeconds) * PortableMath.Sin(2 * Math.PI * RingHz * since);
    }
}
