using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Arm;

/// <summary>
/// The commanded motion of one episode: minimum-jerk moves between key poses, plus the oscillation of a shake.
/// Position, velocity and acceleration are closed forms of time.
/// </summary>
internal sealed class ArmMotion
{
    private const int MaxKeys = 24;

    // A shake swells and fades over this time, so that it starts and ends without a jump in acceleration.
    private const double ShakeRampSeconds = 0.35;

    private readonly double[] _times = new double[MaxKeys];
    private readonly double[] _poses = new double[MaxKeys * ArmGeometry.Joints];
    private readonly double[] _shakeAmplitude = new double[ArmGeometry.Joints];
    private readonly double[] _shakePhase = new double[ArmGeometry.Joints];
    private int _keys;
    private double _shakeStart;
    private double _shakeEnd;
    private double _shakeRadPerSecond;

    public void Clear()
    {
        _keys = 0;
        _shakeStart = _shakeEnd = 0;
        Array.Clear(_shakeAmplitude);
        Array.Clear(_shakePhase);
    }

    /// <summary>Adds the pose to be reached, at rest, at a time later than the one before.</summary>
    public void MoveTo(double time, double radius, double height, double yaw, double roll)
    {
        _times[_keys] = time;
        ArmGeometry.Solve(radius, height, yaw, roll, _poses.AsSpan(_keys * ArmGeometry.Joints, ArmGeometry.Joints));
        _keys++;
    }

    /// <summary>Stays at the latest pose until a time.</summary>
    public void StayUntil(double time)
    {
        _times[_keys] = time;
        _poses.AsSpan((_keys - 1) * ArmGeometry.Joints, ArmGeometry.Joints)
            .CopyTo(_poses.AsSpan(_keys * ArmGeometry.Joints));
        _keys++;
    }

    public void Shake(double start, double end, double hertz)
    {
        _shakeStart = start;
        _shakeEnd = end;
        _shakeRadPerSecond = 2 * Math.PI * hertz;
    }

    public void ShakeJoint(int joint, double amplitude, double phase)
    {
        _shakeAmplitude[joint] = amplitude;
        _shakePhase[joint] = phase;
    }

    public void Evaluate(double time, ArmState state)
    {
        int next = 1;
        while (next < _keys - 1 && _times[next] <= time)
        {
            next++;
        }

        double span = _times[next] - _times[next - 1];
        double u = Math.Clamp((time - _times[next - 1]) / span, 0, 1);
        (double s, double ds, double dds) = MinimumJerk(u);
        int from = (next - 1) * ArmGeometry.Joints;
        int to = next * ArmGeometry.Joints;
        for (int j = 0; j < ArmGeometry.Joints; j++)
        {
            double delta = _poses[to + j] - _poses[from + j];
            state.Q[j] = _poses[from + j] + (delta * s);
            state.Dq[j] = delta * ds / span;
            state.Ddq[j] = delta * dds / (span * span);
        }

        if (time > _shakeStart && time < _shakeEnd)
        {
            AddShake(time, state);
        }
    }

    /// <summary>s(u) = 10 u^3 - 15 u^4 + 6 u^5 and its derivatives: least jerk from rest to rest.</summary>
    private static (double S, double Ds, double Dds) MinimumJerk(double u)
    {
        double v = 1 - u;
        return (u * u * u * (10 + (u * (-15 + (6 * u)))), 30 * u * u * v * v, 60 * u * v * (1 - (2 * u)));
    }

    private void AddShake(double time, ArmState state)
    {
        double rising = (time - _shakeStart) / ShakeRampSeconds;
        double falling = (_shakeEnd - time) / ShakeRampSeconds;
        (double w, double dw, double ddw) = MinimumJerk(Math.Clamp(Math.Min(rising, falling), 0, 1));
        dw *= (rising < falling ? 1 : -1) / ShakeRampSeconds;
        ddw /= ShakeRampSeconds * ShakeRampSeconds;
        for (int j = 0; j < ArmGeometry.Joints; j++)
        {
            double amplitude = _shakeAmplitude[j];
            if (amplitude == 0)
            {
                continue;
            }

            double omega = _shakeRadPerSecond;
            (double sin, double cos) = PortableMath.SinCos((omega * (time - _shakeStart)) + _shakePhase[j]);
            state.Q[j] += amplitude * w * sin;
            state.Dq[j] += amplitude * ((dw * sin) + (w * omega * cos));
            state.Ddq[j] += amplitude * ((ddw * sin) + (2 * dw * omega * cos) - (w * omega * omega * sin));
        }
    }
}
