using EdgeFusion.Simulator.Arm;

namespace EdgeFusion.Simulator.Sound;

/// <summary>Gears that whine with the speed of their joint, and the gripper's small motor.</summary>
internal sealed class MotorNoise(int rateHz)
{
    private const int Voices = 4;
    private const double WhineHzPerRadPerSecond = 420;
    private const double GripperHz = 780;
    private const float WhineLevel = 0.006f;
    private const float RumbleLevel = 0.003f;
    private const float GripperLevel = 0.012f;

    private static readonly int[] Joints = [0, 1, 3, 5];

    private readonly float[] _phase = new float[Voices];
    private readonly float[] _step = new float[Voices];
    private readonly float[] _level = new float[Voices];
    private float _gripperPhase;
    private float _gripperLevel;
    private float _rumbleLevel;

    public void Reset()
    {
        Array.Clear(_phase);
        Array.Clear(_level);
        _gripperPhase = _gripperLevel = _rumbleLevel = 0;
    }

    public void Drive(ArmState arm, bool gripperRuns)
    {
        double total = 0;
        for (int v = 0; v < Voices; v++)
        {
            double speed = Math.Abs(arm.Dq[Joints[v]]);
            total += speed;
            _step[v] = (float)(speed * WhineHzPerRadPerSecond / rateHz);
            _level[v] = WhineLevel * (float)Math.Sqrt(speed);
        }

        _rumbleLevel = RumbleLevel * (float)Math.Sqrt(total);
        _gripperLevel = gripperRuns ? GripperLevel : 0;
    }

    /// <param name="white">Noise of sigma 1.</param>
    public float Next(float white)
    {
        float sum = _rumbleLevel * white;
        for (int v = 0; v < Voices; v++)
        {
            float phase = Advance(_phase[v], _step[v]);
            _phase[v] = phase;

            // A sine and its third harmonic, about what meshing teeth give.
            sum += _level[v] * (Wave(phase) + (0.4f * Wave(Wrap(3 * phase))));
        }

        if (_gripperLevel > 0)
        {
            _gripperPhase = Advance(_gripperPhase, (float)(GripperHz / rateHz));
            sum += _gripperLevel * (Wave(_gripperPhase) + (0.5f * Wave(Wrap(2 * _gripperPhase))) + (0.4f * white));
        }

        return sum;
    }

    private static float Advance(float phase, float step) => Wrap(phase + step);

    private static float Wrap(float phase) => phase - (float)Math.Floor(phase);

    /// <summary>Two parabolas in place of a sine: 4 % distortion, no library call.</summary>
    private static float Wave(float phase)
    {
        float x = (2 * phase) - 1;
        return -4 * x * (1 - Math.Abs(x));
    }
}
