using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using EdgeFusion.Simulator.Numerics;
using EdgeFusion.Simulator.Scene;
using EdgeFusion.Simulator.Sensors;

namespace EdgeFusion.Simulator.Arm;

/// <summary>Joint positions, velocities and torques: rigid body, gear friction, ripple, zero error and noise.</summary>
internal sealed class ArmSource : SimulatedSensor
{
    // 16-bit encoders.
    private const double EncoderStep = 2 * Math.PI / 65536;
    private const double PositionNoise = 5e-5;
    private const double VelocityNoise = 0.004;
    private const double TorqueNoise = 0.07;
    private const double TorqueBias = 0.09;
    private const double FrictionSpread = 0.15;

    // Below about 1 deg/s friction is not yet fully built up (bristles of the gear's teeth).
    private const double StribeckRadPerSecond = 0.02;
    private const double RipplePerRevolution = 20;
    private const double RippleNm = 0.06;
    private const int Draws = 64;

    private static readonly ImmutableArray<double> CoulombNm = [1.1, 1.1, 0.8, 0.8, 0.4, 0.4, 0.3];
    private static readonly ImmutableArray<double> ViscousNms = [0.6, 0.6, 0.4, 0.4, 0.2, 0.2, 0.15];

    private readonly World _world;
    private readonly ulong _noiseKey;

    public ArmSource(WorkCellOptions cell)
        : base(cell, cell.Arm, Describe(cell.Arm), SensorOrdinal.Arm)
    {
        _world = new World(cell.Seed);
        _noiseKey = RandomStream.KeyFor(cell.Seed, StreamPurpose.ArmNoise, 0);
    }

    protected override void Render(long index, long nanoseconds, Span<byte> payload)
    {
        double time = _world.MoveTo(nanoseconds);
        _world.Load(time);
        Span<float> joints = MemoryMarshal.Cast<byte, float>(payload);
        double noise = Math.Max(0.05, Difficulty);
        ulong draw = (ulong)index * Draws;
        ulong bias = RandomStream.KeyFor(Seed, StreamPurpose.ArmNoise, 1 + _world.Episode.Index);
        ArmState state = _world.Arm;
        for (int j = 0; j < ArmGeometry.Joints; j++)
        {
            double q = state.Q[j] + (noise * PositionNoise * Gaussian(_noiseKey, draw++));
            double dq = state.Dq[j] + (noise * VelocityNoise * Gaussian(_noiseKey, draw++));
            double tau = _world.Dynamics.Torque[j] + Friction(j, state.Q[j], state.Dq[j], bias)
                + (noise * TorqueNoise * Gaussian(_noiseKey, draw++));
            joints[j] = (float)(Math.Round(q / EncoderStep) * EncoderStep);
            joints[ArmGeometry.Joints + j] = (float)dq;
            joints[(2 * ArmGeometry.Joints) + j] = (float)tau;
        }
    }

    private double Friction(int joint, double q, double dq, ulong bias)
    {
        double spread = 1 + (FrictionSpread * Difficulty * Gaussian(bias, (ulong)joint));
        double direction = dq / Math.Sqrt((dq * dq) + (StribeckRadPerSecond * StribeckRadPerSecond));
        double ripple = RippleNm * PortableMath.Sin(RipplePerRevolution * q);
        double zero = TorqueBias * Difficulty * Gaussian(bias, 16 + (ulong)joint);
        return (CoulombNm[joint] * spread * direction) + (ViscousNms[joint] * dq) + ripple + zero;
    }

    private static double Gaussian(ulong key, ulong index) => RandomStream.ToGaussian(RandomStream.Hash(key, index));

    private static SensorInfo Describe(SimulatedSensorOptions options)
    {
        ImmutableArray<string>.Builder elements = ImmutableArray.CreateBuilder<string>(3 * ArmGeometry.Joints);
        ImmutableArray<string>.Builder units = ImmutableArray.CreateBuilder<string>(3 * ArmGeometry.Joints);
        ReadOnlySpan<(string Prefix, string Unit)> groups = [("q_", "rad"), ("dq_", "rad/s"), ("tau_", "Nm")];
        foreach ((string prefix, string unit) in groups)
        {
            for (int j = 1; j <= ArmGeometry.Joints; j++)
            {
                elements.Add(FormattableString.Invariant($"{prefix}{j}"));
                units.Add(unit);
            }
        }

        return new SensorInfo
        {
            Name = "arm",
            Modality = "proprioception",
            Layout = new VectorLayout(elements.MoveToImmutable(), units.MoveToImmutable()),
            RateHz = options.RateHz,
        };
    }
}
