using EdgeFusion.Simulator.Numerics;
using EdgeFusion.Simulator.Scene;

namespace EdgeFusion.Simulator.Sound;

/// <summary>What the microphone hears of the room: fans, hiss, and now and then a clatter from elsewhere.</summary>
internal sealed class RoomNoise(int rateHz)
{
    private const double FanLevel = 0.0055;
    private const double HissLevel = 0.0025;
    private const double LevelSpread = 0.45;
    private const double ClattersPerSecond = 0.15;

    // A simulated microphone still has a noise floor in a clean cell: its samples must not repeat exactly.
    private const float Floor = 1e-4f;

    private Resonance _fan;
    private Resonance _clatter;
    private float _fanLevel;
    private float _hissLevel;
    private float _clatterLevel;
    private float _clatterDecay;
    private double _untilClatter;

    public void Reset(Surroundings around, double difficulty, ref RandomStream random)
    {
        double level = difficulty * PortableMath.Exp(LevelSpread * around.RoomLevel);
        _fan.Tune(130, 160, rateHz);
        _clatter.Tune(1000, 500, rateHz);
        _fanLevel = (float)(FanLevel * level);
        _hissLevel = Floor + (float)(HissLevel * level);
        _clatterLevel = 0;
        _untilClatter = random.NextExponential();
    }

    public float Next(double difficulty, ref RandomStream random)
    {
        _untilClatter -= ClattersPerSecond * difficulty / rateHz;
        if (_untilClatter <= 0)
        {
            Begin(ref random);
        }

        float white = random.NextWhite();
        float sum = (_fanLevel * _fan.Next(white)) + (_hissLevel * white);
        if (_clatterLevel > 1e-5f)
        {
            sum += _clatterLevel * _clatter.Next(random.NextWhite());
            _clatterLevel *= _clatterDecay;
        }

        return sum;
    }

    private void Begin(ref RandomStream random)
    {
        _untilClatter += random.NextExponential();
        _clatter.Tune(random.NextBetween(400, 3500), random.NextBetween(80, 900), rateHz);
        _clatterLevel = (float)(0.012 * PortableMath.Exp(0.8 * random.NextGaussian()));
        _clatterDecay = (float)PortableMath.Exp(-1 / (random.NextBetween(0.02, 0.15) * rateHz));
    }
}
