using EdgeFusion.Simulator.Arm;
using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Scene;

/// <summary>
/// How the arm handles the container in one episode: the motion, the instants at which contact begins or ends, and
/// where the container is in between.
/// </summary>
internal sealed class Handling(Episode episode)
{
    /// <summary>Height at which the fingers hold the container above its base.</summary>
    public const double GripMetres = 0.06;

    private const double HomeRadius = 0.40;
    private const double HomeHeight = 0.30;
    private const double HomeYaw = -0.35;

    // While fingers take over the weight they slip a little and the pads give way: 60 ms; letting go is quicker.
    private const double TakeSeconds = 0.06;
    private const double ReleaseSeconds = 0.02;
    private const double HandHalfWidthMetres = 0.030;

    private readonly ArmState _scratch = new();
    private double _radius;
    private double _yaw;
    private double _placedRadius;
    private double _placedYaw;
    private double _dropMetres;
    private double _pushSign;
    private double _contactYaw;

    public ArmMotion Motion { get; } = new();

    /// <summary>The fingers begin to close.</summary>
    public double CloseTime { get; private set; }

    /// <summary>The fingers touch the container.</summary>
    public double ContactTime { get; private set; }

    /// <summary>The container leaves the table.</summary>
    public double LiftTime { get; private set; }

    /// <summary>The fingers let go.</summary>
    public double ReleaseTime { get; private set; }

    /// <summary>The container hits the table.</summary>
    public double ImpactTime { get; private set; }

    /// <summary>The hand meets the container from the side.</summary>
    public double PushTime { get; private set; }

    /// <summary>The hand stops pushing.</summary>
    public double PushEndTime { get; private set; }

    /// <summary>Speed at which the container hits the table, m/s.</summary>
    public double ImpactSpeed => Math.Sqrt(2 * ArmGeometry.Gravity * _dropMetres);

    public void Draw(ref RandomStream random)
    {
        _radius = random.NextBetween(0.42, 0.48);
        _yaw = random.NextBetween(-0.12, 0.12);
        _placedRadius = _radius + random.NextBetween(-0.02, 0.02);
        _placedYaw = _yaw + random.NextBetween(-0.06, 0.06);
        _dropMetres = random.NextBetween(0.03, 0.07);
        _pushSign = random.NextIndex(2) == 0 ? -1 : 1;
        double lift = GripMetres + random.NextBetween(0.16, 0.22);
        double roll = episode.Surroundings.GripperRoll;
        Motion.Clear();
        PlanGrasp(lift, roll);
        PlanShake(ref random);
        PlanRelease(lift, roll);
        PlanPush(roll, random.NextBetween(0.07, 0.11));
    }

    /// <summary>What holds the container up at a time.</summary>
    public ContainerPhase PhaseAt(double time) =>
        time < Episode.ExchangeSeconds ? ContainerPhase.Absent
        : time < LiftTime || time >= ImpactTime ? ContainerPhase.Standing
        : time < ReleaseTime ? ContainerPhase.Carried
        : ContainerPhase.Falling;

    /// <summary>Part of the container's weight that the fingers bear, 0..1.</summary>
    public double CarriedPart(double time) =>
        Math.Clamp((time - LiftTime) / TakeSeconds, 0, 1)
        * Math.Clamp(1 - ((time - ReleaseTime) / ReleaseSeconds), 0, 1);

    /// <summary>Middle of the container's base when it is not carried, for the arm's present yaw.</summary>
    public Vector3D BaseAt(double time, double armYaw)
    {
        if (time < ReleaseTime)
        {
            return OnTable(_radius, _yaw, 0);
        }

        double fallen = time - ReleaseTime;
        double height = _dropMetres - (0.5 * ArmGeometry.Gravity * fallen * fallen);
        return OnTable(_placedRadius, time < PushTime ? _placedYaw : PushedYaw(time, armYaw), Math.Max(0, height));
    }

    /// <summary>Speed of the sliding container, m/s.</summary>
    public double PushSpeed(double time, double yawRate) =>
        time >= PushTime && time < PushEndTime ? Math.Max(0, _pushSign * yawRate * _placedRadius) : 0;

    /// <summary>Direction of the push in world axes.</summary>
    public Vector3D PushDirection(double armYaw)
    {
        (double sin, double cos) = PortableMath.SinCos(armYaw);
        return new Vector3D(-sin, cos, 0) * _pushSign;
    }

    /// <summary>How far the fingers stand open, 0 closed on the object, 1 open.</summary>
    public double Opening(double time) => time < ReleaseTime
        ? Math.Clamp(1 - ((time - CloseTime) / (ContactTime - CloseTime)), 0, 1)
        : Math.Clamp((time - ReleaseTime) / 0.15, 0, 1) * Math.Clamp((PushTime - 0.2 - time) / 0.3, -0.6, 1);

    private static Vector3D OnTable(double radius, double yaw, double height)
    {
        (double sin, double cos) = PortableMath.SinCos(yaw);
        return new Vector3D(radius * cos, radius * sin, height);
    }

    private double PushedYaw(double time, double armYaw)
    {
        double pushing = time < PushEndTime ? armYaw : YawAt(PushEndTime);
        double pushed = pushing + (_placedYaw - _contactYaw);
        return _pushSign > 0 ? Math.Max(_placedYaw, pushed) : Math.Min(_placedYaw, pushed);
    }

    private double YawAt(double time)
    {
        Motion.Evaluate(time, _scratch);
        return _scratch.Q[0];
    }

    private void PlanGrasp(double lift, double roll)
    {
        Motion.MoveTo(0, HomeRadius, HomeHeight, HomeYaw, 0);
        Motion.StayUntil(Episode.ExchangeSeconds);
        Motion.MoveTo(episode.Within(Behaviour.Grasp, 0.42), _radius, GripMetres + 0.13, _yaw, roll);
        Motion.MoveTo(episode.Within(Behaviour.Grasp, 0.72), _radius, GripMetres, _yaw, roll);
        CloseTime = episode.Within(Behaviour.Grasp, 0.74);
        ContactTime = episode.Within(Behaviour.Grasp, 0.86);
        LiftTime = episode.Within(Behaviour.Pick, 0.10);
        Motion.StayUntil(LiftTime);
        Motion.MoveTo(episode.Within(Behaviour.Pick, 0.90), _radius - 0.02, lift, _yaw, roll);

        // Nothing holds perfectly still: the arm sags by some millimetres.
        Motion.MoveTo(episode.EndOf(Behaviour.Hold), _radius - 0.02, lift - 0.003, _yaw + 0.002, roll);
        Motion.StayUntil(episode.EndOf(Behaviour.Shake));
    }

    private void PlanShake(ref RandomStream random)
    {
        Motion.Shake(
            episode.Within(Behaviour.Shake, 0.03), episode.Within(Behaviour.Shake, 0.97), random.NextBetween(2.0, 3.0));

        // 0.15 rad about joint 6, 0.3 m above the object, at 2.5 Hz: 0.15 * 0.3 * (2 pi 2.5)^2 = 11 m/s^2.
        Motion.ShakeJoint(5, random.NextBetween(0.10, 0.18), 0);
        Motion.ShakeJoint(0, random.NextBetween(0.00, 0.06), random.NextBetween(0, 2 * Math.PI));
        Motion.ShakeJoint(3, random.NextBetween(0.01, 0.05), random.NextBetween(0, 2 * Math.PI));
    }

    private void PlanRelease(double lift, double roll)
    {
        Motion.StayUntil(episode.Within(Behaviour.Lower, 0.06));
        double height = GripMetres + _dropMetres;
        Motion.MoveTo(episode.Within(Behaviour.Lower, 0.88), _placedRadius, height, _placedYaw, roll);
        ReleaseTime = episode.Within(Behaviour.Drop, 0.25);
        ImpactTime = ReleaseTime + Math.Sqrt(2 * _dropMetres / ArmGeometry.Gravity);
        Motion.StayUntil(episode.Within(Behaviour.Drop, 0.42));
        Motion.MoveTo(episode.Within(Behaviour.Drop, 0.66), _placedRadius, height + 0.10, _placedYaw, roll);
    }

    private void PlanPush(double roll, double distance)
    {
        double gap = HandHalfWidthMetres + episode.Container.RadiusMetres;
        double aside = _placedYaw - (_pushSign * (gap + 0.03) / _placedRadius);
        _contactYaw = _placedYaw - (_pushSign * gap / _placedRadius);
        double end = _contactYaw + (_pushSign * distance / _placedRadius);
        double descended = episode.Within(Behaviour.Push, 0.05);
        double stop = episode.Within(Behaviour.Push, 0.62);
        Motion.MoveTo(episode.Within(Behaviour.Drop, 0.84), _placedRadius, GripMetres + 0.15, aside, roll);
        Motion.MoveTo(descended, _placedRadius, GripMetres, aside, roll);
        Motion.MoveTo(stop, _placedRadius, GripMetres, end, roll);
        Motion.MoveTo(episode.Within(Behaviour.Push, 0.72), _placedRadius - 0.02, GripMetres + 0.06, end, roll);
        Motion.MoveTo(episode.EndOf(Behaviour.Push), HomeRadius, HomeHeight, HomeYaw, 0);
        PushEndTime = stop;
        PushTime = FindContact(descended, stop);
    }

    /// <summary>The yaw moves one way between the two times: halving finds the contact.</summary>
    private double FindContact(double early, double late)
    {
        for (int i = 0; i < 24; i++)
        {
            double middle = 0.5 * (early + late);
            bool reached = _pushSign * (YawAt(middle) - _contactYaw) >= 0;
            (early, late) = reached ? (early, middle) : (middle, late);
        }

        return late;
    }
}
