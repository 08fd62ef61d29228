using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Vision;

/// <summary>Something that passes between camera and object in some episodes: a hand, a sleeve, a cable.</summary>
internal sealed class Passer(int width, int height)
{
    private const double Share = 0.5;

    private readonly Ramp _ramp = new();
    private double _start;
    private double _duration;
    private double _half;
    private double _lean;
    private double _direction;
    private bool _comes;

    public void Set(Illumination light, double difficulty, ref RandomStream random)
    {
        _comes = random.NextUniform() < Share * difficulty;
        _start = random.NextBetween(1, 12);
        _duration = random.NextBetween(1.0, 3.0);
        _half = random.NextBetween(0.02, 0.12) * width;
        _lean = random.NextBetween(-0.5, 0.5) * width;
        _direction = random.NextIndex(2) == 0 ? -1 : 1;
        _ramp.Set(light, Albedo.Random(ref random), 0);
    }

    public void Draw(Canvas canvas, double time)
    {
        double u = (time - _start) / _duration;
        if (!_comes || u is < 0 or > 1)
        {
            return;
        }

        // In from one side, half-way across, and out again on the same side or through.
        double span = width + (2 * _half) + Math.Abs(_lean);
        double x = (0.5 * width) + (_direction * span * (u - 0.5));
        canvas.Bar((x, height + 2), (x + _lean, -2), _half, 0, _ramp);
    }
}
