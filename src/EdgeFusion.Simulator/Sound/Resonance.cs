using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Sound;

/// <summary>A two-pole resonator that colours noise: scraping, fans, a door.</summary>
internal struct Resonance
{
    private float _a1;
    private float _a2;
    private float _gain;
    private float _y1;
    private float _y2;

    /// <summary>Tunes to a frequency and bandwidth; white noise of sigma 1 comes out at sigma 1.</summary>
    public void Tune(double hertz, double bandwidthHz, int rateHz)
    {
        double r = PortableMath.Exp(-Math.PI * bandwidthHz / rateHz);
        double cos = PortableMath.Cos(2 * Math.PI * hertz / rateHz);
        _a1 = (float)(2 * r * cos);
        _a2 = (float)(-r * r);

        // Variance of the output of a two-pole filter: (1 + r^2) / (1 - r^2) / (r^4 + 1 - 2 r^2 cos 2 theta).
        double r2 = r * r;
        double cos2 = (2 * cos * cos) - 1;
        double variance = (1 + r2) / (1 - r2) / ((r2 * r2) + 1 - (2 * r2 * cos2));
        _gain = (float)(1 / Math.Sqrt(variance));
        _y1 = _y2 = 0;
    }

    public float Next(float input)
    {
        float y = (_a1 * _y1) + (_a2 * _y2) + (_gain * input);
        _y2 = _y1;
        _y1 = y;
        return y;
    }
}
