using EdgeFusion.Simulator.Numerics;
using EdgeFusion.Simulator.Scene;

namespace EdgeFusion.Simulator.Sound;

/// <summary>
/// When the content hits the walls, and how hard: a Poisson process whose rate and strength follow the agitation of
/// the content. Agitation follows the drive at once and dies away with the material's settling time.
/// </summary>
internal sealed class Rattle(int rateHz)
{
    // Pieces in the heap shield each other: the rate grows with the number to the power 0.7. With 15 hits per second
    // ten marbles give about 50 hits a second in a firm shake, a handful of rice about 3000.
    private const double HitsPerSecond = 15;
    private const double ShieldingPower = 0.7;
    private const double HalfRateDrive = 4;
    private const double AttackSeconds = 0.015;
    private const double ReferenceKg = 4e-3;
    private const double MassPower = 0.45;
    private const double Loudness = 0.032;
    private const double Threshold = 0.02;

    private Container? _container;
    private double _hitRate;
    private double _strength;
    private double _agitation;
    private double _untilNext;
    private double _step;
    private float _amplitude;

    /// <summary>How agitated the content is, m/s^2.</summary>
    public double Agitation => _agitation;

    public void Fill(Container container, ref RandomStream random)
    {
        _container = container;
        ContentMaterial material = container.Material;
        _hitRate = container.Content == 0 ? 0 : HitsPerSecond * PortableMath.Pow(container.Grains, ShieldingPower);
        _strength = Loudness * material.Brightness * PortableMath.Pow(material.GrainKg / ReferenceKg, MassPower);
        _agitation = 0;
        _step = 0;
        _untilNext = random.NextExponential();
    }

    /// <summary>A sudden knock, in m/s^2 of agitation.</summary>
    public void Kick(double agitation) => _agitation += _hitRate == 0 ? 0 : agitation;

    /// <summary>Follows the drive over the next frames.</summary>
    public void Drive(double drive, int frames)
    {
        double seconds = (double)frames / rateHz;
        double constant = drive > _agitation ? AttackSeconds : _container!.Material.SettleSeconds;
        _agitation = drive + ((_agitation - drive) * PortableMath.Exp(-seconds / constant));
        bool still = _agitation < Threshold;
        _step = still ? 0 : _hitRate * _agitation / (_agitation + HalfRateDrive) / rateHz;
        _amplitude = (float)(_strength * Math.Sqrt(_agitation));
    }

    /// <summary>Lets the hits of one frame happen.</summary>
    public void Next(ModalBank bank, ref RandomStream random)
    {
        _untilNext -= _step;
        while (_untilNext <= 0)
        {
            float amplitude = _amplitude * (float)random.NextExponential();
            bank.Hit(amplitude, (float)_container!.Material.BodyShare, ref random);
            _untilNext += random.NextExponential();
        }
    }
}
