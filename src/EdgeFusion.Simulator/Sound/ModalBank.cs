using EdgeFusion.Simulator.Numerics;
using EdgeFusion.Simulator.Scene;

namespace EdgeFusion.Simulator.Sound;

/// <summary>
/// Everything in the container that rings: three sets of the pieces' modes, slightly apart in pitch as pieces differ
/// in size, and the modes of the container's body. Each mode is a two-pole resonator, whose answer to an impulse is a
/// decaying sine. Hot path, allocates nothing.
/// </summary>
internal sealed class ModalBank(int rateHz)
{
    private const int Variants = 3;
    private const int Modes = 4;
    private const int Count = (Variants + 1) * Modes;
    private const int Body = Variants * Modes;
    private const double VariantSpread = 0.07;

    // Below this (-140 dB) the bank counts as silent; it also keeps denormal numbers out.
    private const float Silence = 1e-7f;

    private static readonly double[] BodyRatios = [1, 1.58, 2.24, 2.92];
    private static readonly double[] BodyGains = [1, 0.7, 0.5, 0.3];

    private readonly float[] _a1 = new float[Count];
    private readonly float[] _a2 = new float[Count];
    private readonly float[] _gain = new float[Count];
    private readonly float[] _y1 = new float[Count];
    private readonly float[] _y2 = new float[Count];
    private readonly float[] _input = new float[Count];
    private bool _ringing;

    /// <summary>Tunes the modes to a container and silences them.</summary>
    public void Tune(Container container)
    {
        Array.Clear(_y1);
        Array.Clear(_y2);
        Array.Clear(_input);
        _ringing = false;
        ContentMaterial material = container.Material;
        for (int v = 0; v < Variants; v++)
        {
            double factor = container.PitchFactor * (1 + ((v - 1) * VariantSpread));
            for (int m = 0; m < Modes; m++)
            {
                Tune((v * Modes) + m, material.ModesHz[m] * factor, material.DecayMs[m] * 1e-3, material.Gains[m]);
            }
        }

        // Content loads the walls: lower pitch, and faster decay because pieces rub against each other.
        double pitch = container.BodyHz / Math.Sqrt(1 + (container.ContentKg / 0.12));
        double decay = 0.016 / (1 + (container.ContentKg / 0.06));
        for (int m = 0; m < Modes; m++)
        {
            Tune(Body + m, pitch * BodyRatios[m], decay / BodyRatios[m], BodyGains[m]);
        }
    }

    /// <summary>One piece hits the wall.</summary>
    public void Hit(float amplitude, float bodyShare, ref RandomStream random)
    {
        ulong bits = random.NextBits();
        int first = (int)(bits % Variants) * Modes;
        for (int m = 0; m < Modes; m++)
        {
            // Where a piece hits decides how much of each mode sounds: 0.25 to 1.
            float part = 0.25f + (0.75f * ((bits >> (8 + (12 * m))) & 0xFFF) / 4096f);
            _input[first + m] += amplitude * part * _gain[first + m];
        }

        Knock(amplitude * bodyShare);
    }

    /// <summary>Something knocks against the body.</summary>
    public void Knock(float amplitude)
    {
        for (int m = Body; m < Count; m++)
        {
            _input[m] += amplitude * _gain[m];
        }

        _ringing = true;
    }

    /// <summary>The next sample.</summary>
    public float Next()
    {
        if (!_ringing)
        {
            return 0;
        }

        float sum = 0;
        for (int m = 0; m < Count; m++)
        {
            float y = (_a1[m] * _y1[m]) + (_a2[m] * _y2[m]) + _input[m];
            _y2[m] = _y1[m];
            _y1[m] = y;
            _input[m] = 0;
            sum += y;
        }

        return sum;
    }

    /// <summary>Stops computing modes that can no longer be heard. Call now and then.</summary>
    public void Rest()
    {
        float largest = 0;
        for (int m = 0; m < Count; m++)
        {
            largest = Math.Max(largest, Math.Max(Math.Abs(_y1[m]), Math.Abs(_y2[m])));
        }

        if (largest < Silence)
        {
            Array.Clear(_y1);
            Array.Clear(_y2);
            _ringing = false;
        }
    }

    private void Tune(int mode, double hertz, double decaySeconds, double gain)
    {
        // Above 0.45 of the rate a mode would fold back: it is held there, at the edge of hearing.
        double theta = 2 * Math.PI * Math.Min(hertz / rateHz, 0.45);
        double r = PortableMath.Exp(-1 / (decaySeconds * rateHz));
        (double sin, double cos) = PortableMath.SinCos(theta);
        _a1[mode] = (float)(2 * r * cos);
        _a2[mode] = (float)(-r * r);
        _gain[mode] = (float)(gain * sin);
    }
}
