using EdgeFusion.Simulator.Numerics;
using EdgeFusion.Simulator.Scene;

namespace EdgeFusion.Simulator.Sound;

/// <summary>
/// The sound of one episode, synthesised frame by frame from its beginning: content, knocks, scraping, motors, room.
/// Starting an episode again gives the same frames.
/// </summary>
internal sealed class SoundScene(ulong seed, double difficulty, int rateHz)
{
    // Motion is evaluated every 5 ms: the content answers no faster than the 15 ms of its attack.
    private const int ControlHz = 200;
    private const double GainSpread = 0.4;
    private const double ScrapeHz = 1300;
    private const double ScrapeLevel = 0.09;
    private const double PushDrive = 4.5;
    private const double VibrationHz = 35;

    private readonly World _world = new(seed);
    private readonly ModalBank _bank = new(rateHz);
    private readonly Rattle _rattle = new(rateHz);
    private readonly MotorNoise _motors = new(rateHz);
    private readonly RoomNoise _room = new(rateHz);
    private Resonance _scrape;
    private RandomStream _random;
    private ulong _vibrationKey;
    private float _scrapeLevel;
    private float _gain;
    private double _previous;

    public long EpisodeIndex => _world.Episode.Index;

    /// <summary>Silence at the beginning of an episode.</summary>
    public void Begin(long episode, double time)
    {
        _world.Episode.Load(episode);
        _random = RandomStream.For(seed, StreamPurpose.Sound, episode);
        _vibrationKey = RandomStream.KeyFor(seed, StreamPurpose.Sound, ~episode);
        _bank.Tune(_world.Episode.Container);
        _rattle.Fill(_world.Episode.Container, ref _random);
        _motors.Reset();
        _room.Reset(_world.Episode.Surroundings, difficulty, ref _random);
        _scrape.Tune(ScrapeHz, 900, rateHz);
        _gain = (float)PortableMath.Exp(GainSpread * difficulty * _world.Episode.Surroundings.MicrophoneGain);
        _previous = time;
    }

    /// <summary>Writes consecutive frames that begin at a time of the episode.</summary>
    public void Render(double time, Span<float> frames)
    {
        int step = Math.Max(1, rateHz / ControlHz);
        for (int i = 0; i < frames.Length; i += step)
        {
            Span<float> part = frames.Slice(i, Math.Min(step, frames.Length - i));
            Control(time + ((double)i / rateHz), part.Length);
            for (int n = 0; n < part.Length; n++)
            {
                part[n] = Next();
            }

            _bank.Rest();
        }
    }

    private float Next()
    {
        _rattle.Next(_bank, ref _random);
        float white = _random.NextWhite();
        float sum = _bank.Next() + _motors.Next(white) + _room.Next(difficulty, ref _random);
        if (_scrapeLevel > 0)
        {
            sum += _scrapeLevel * _scrape.Next(_random.NextWhite());
        }

        // The preamplifier saturates softly.
        float x = sum * _gain;
        return x / MathF.Sqrt(1 + (x * x));
    }

    private void Control(double time, int frames)
    {
        Handling handling = _world.Episode.Handling;
        handling.Motion.Evaluate(time, _world.Arm);
        _world.Load(time);
        bool gripper = (time >= handling.CloseTime && time < handling.ContactTime)
            || (time >= handling.ReleaseTime && time < handling.ReleaseTime + 0.15);
        _motors.Drive(_world.Arm, gripper);
        Knocks(time, handling);
        double drive = _world.Drive(time) + SlidingDrive(time);
        _rattle.Drive(drive, frames);

        // Scraping: the friction force mu m g on the table's and the base's rough skin.
        double speed = _world.PushSpeed;
        _scrapeLevel = (float)(ScrapeLevel * _world.Episode.Container.Roughness * _world.PushNewton * Math.Sqrt(speed));
        _previous = time;
    }

    private void Knocks(double time, Handling handling)
    {
        double mass = _world.Episode.Container.MassKg;
        if (Passed(handling.ContactTime, time))
        {
            _bank.Knock(0.06f);
            _rattle.Kick(0.4);
        }

        if (Passed(handling.ImpactTime, time))
        {
            double speed = handling.ImpactSpeed;
            _bank.Knock((float)(0.8 * speed * Math.Sqrt(mass)));
            _rattle.Kick(9 * speed);
        }

        if (Passed(handling.PushTime, time))
        {
            _bank.Knock(0.08f);
            _rattle.Kick(1.2);
        }
    }

    /// <summary>A sliding container sticks and slips; its content feels the jolts that friction cannot hold.</summary>
    private double SlidingDrive(double time)
    {
        if (_world.PushSpeed <= 0 || _world.Episode.Container.Content == 0)
        {
            return 0;
        }

        double jolt = Math.Abs(SmoothNoise.At(_vibrationKey, time, VibrationHz));
        double strength = PushDrive * _world.PushSpeed / (_world.PushSpeed + 0.05);
        double held = _world.Episode.Container.Material.Friction * 2.0;
        return Math.Max(0, (strength * jolt) - held);
    }

    private bool Passed(double instant, double time) => instant > _previous && instant <= time;
}
