using EdgeFusion.Simulator.Arm;
using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Scene;

/// <summary>The scene at one instant as one sensor's own copy evaluates it; reused from sample to sample.</summary>
internal sealed class World(ulong seed)
{
    public Episode Episode { get; } = new(seed);

    public ArmState Arm { get; } = new();

    public ArmDynamics Dynamics { get; } = new();

    /// <summary>Speed of the container along the table, m/s; 0 unless it is pushed.</summary>
    public double PushSpeed { get; private set; }

    /// <summary>Force of the pushed container on the hand, N.</summary>
    public double PushNewton { get; private set; }

    /// <summary>Loads the instant's episode and moves the arm.</summary>
    /// <returns>Seconds since the episode's start.</returns>
    public double MoveTo(long nanoseconds)
    {
        double time = Episode.At(nanoseconds);
        Episode.Handling.Motion.Evaluate(time, Arm);
        return time;
    }

    /// <summary>Forces at the instant of the latest move.</summary>
    public void Load(double time)
    {
        Container container = Episode.Container;
        Handling handling = Episode.Handling;
        PushSpeed = handling.PushSpeed(time, Arm.Dq[0]);

        // Coulomb friction with a smooth start: full at a few cm/s.
        PushNewton = container.TableFriction * container.MassKg * ArmGeometry.Gravity * PushSpeed / (PushSpeed + 0.004);
        Vector3D push = handling.PushDirection(Arm.Q[0]) * -PushNewton;
        double centre = (0.45 * container.HeightMetres) - Handling.GripMetres;
        Dynamics.Evaluate(Arm, new ArmLoad(handling.CarriedPart(time) * container.MassKg, -centre, push));
    }

    /// <summary>
    /// How strongly the content is thrown about by the hand's motion, m/s^2: the part of the specific force across the
    /// container that friction cannot hold, plus any part that lifts the content off the floor.
    /// </summary>
    public double Drive(double time)
    {
        if (Episode.Container.Content == 0 || Episode.Handling.PhaseAt(time) != ContainerPhase.Carried)
        {
            return 0;
        }

        Vector3D f = Dynamics.SpecificForce;
        double across = Math.Sqrt((f.X * f.X) + (f.Y * f.Y));
        double held = Episode.Container.Material.Friction * Math.Max(0, f.Z);
        return Math.Max(0, across - held) + Math.Max(0, -f.Z);
    }
}
