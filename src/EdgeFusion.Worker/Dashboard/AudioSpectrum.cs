using EdgeFusion.Buffering;
using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>Level and spectrum of the newest piece of a sound stream, for the eye.</summary>
/// <remarks><b>Threading.</b> One thread. Allocates nothing after construction.</remarks>
internal sealed class AudioSpectrum
{
    /// <summary>Bands between 50 Hz and half the rate, evenly spaced on a logarithmic axis.</summary>
    public const int Bands = 48;

    private const int Points = 1_024;
    private const double LowestHz = 50;
    private const double SilenceDb = -120;

    private readonly SensorRing _ring;
    private readonly AudioLayout _layout;
    private readonly float[] _samples = new float[Points];
    private readonly double[] _real = new double[Points];
    private readonly double[] _imaginary = new double[Points];
    private readonly byte[] _block;

    public AudioSpectrum(SensorRing ring)
    {
        _ring = ring;
        _layout = (AudioLayout)ring.Info.Layout;
        _block = new byte[ring.SlotBytes];
    }

    /// <summary>Level of the newest piece: root mean square, 0..1 of full scale.</summary>
    public double Rms { get; private set; }

    /// <summary>Largest magnitude of the newest piece, 0..1 of full scale.</summary>
    public double Peak { get; private set; }

    /// <summary>Level per band in dB below full scale.</summary>
    public double[] Levels { get; } = new double[Bands];

    /// <summary>Takes the newest 1,024 frames; false where there are not so many yet.</summary>
    public bool Update()
    {
        if (!Load())
        {
            return false;
        }

        double sum = 0;
        Peak = 0;
        for (int i = 0; i < Points; i++)
        {
            sum += _samples[i] * (double)_samples[i];
            Peak = Math.Max(Peak, Math.Abs(_samples[i]));
            _real[i] = _samples[i] * (0.5 - (0.5 * Math.Cos(2 * Math.PI * i / Points)));
            _imaginary[i] = 0;
        }

        Rms = Math.Sqrt(sum / Points);
        Transform(_real, _imaginary);
        FillBands();
        return true;
    }

    /// <summary>In-place radix-2 transform (Cooley and Tukey 1965).</summary>
    internal static void Transform(Span<double> real, Span<double> imaginary)
    {
        int count = real.Length;
        for (int i = 1, j = 0; i < count; i++)
        {
            int bit = count >> 1;
            for (; (j & bit) != 0; bit >>= 1)
            {
                j ^= bit;
            }

            j ^= bit;
            if (i < j)
            {
                (real[i], real[j]) = (real[j], real[i]);
                (imaginary[i], imaginary[j]) = (imaginary[j], imaginary[i]);
            }
        }

        for (int size = 2; size <= count; size <<= 1)
        {
            int half = size / 2;
            for (int k = 0; k < half; k++)
            {
                (double sin, double cos) = Math.SinCos(-2 * Math.PI * k / size);
                for (int at = k; at < count; at += size)
                {
                    double re = (real[at + half] * cos) - (imaginary[at + half] * sin);
                    double im = (real[at + half] * sin) + (imaginary[at + half] * cos);
                    (real[at + half], imaginary[at + half]) = (real[at] - re, imaginary[at] - im);
                    real[at] += re;
                    imaginary[at] += im;
                }
            }
        }
    }

    private bool Load()
    {
        int missing = Points;
        for (long sequence = _ring.Published - 1; missing > 0; sequence--)
        {
            if (sequence < _ring.Oldest || sequence < 0)
            {
                return false;
            }

            ReadOnlySpan<byte> payload = _ring.Payload(sequence);
            payload.CopyTo(_block);
            int length = payload.Length;
            if (!_ring.IsIntact(sequence))
            {
                return false;
            }

            int frames = length / _layout.FrameBytes;
            for (int frame = frames - 1; frame >= 0 && missing > 0; frame--)
            {
                _samples[--missing] = Mono(frame);
            }

            if (frames == 0)
            {
                return false;
            }
        }

        return true;
    }

    private float Mono(int frame)
    {
        float sum = 0;
        for (int channel = 0; channel < _layout.Channels; channel++)
        {
            int index = (frame * _layout.Channels) + channel;
            sum += _layout.Format == AudioFormat.Int16
                ? BitConverter.ToInt16(_block, index * sizeof(short)) / 32_768f
                : BitConverter.ToSingle(_block, index * sizeof(float));
        }

        return sum / _layout.Channels;
    }

    private void FillBands()
    {
        double highest = _ring.Info.RateHz / 2;
        double perBin = _ring.Info.RateHz / Points;
        double ratio = Math.Pow(highest / LowestHz, 1.0 / Bands);
        double from = LowestHz;
        for (int band = 0; band < Bands; band++)
        {
            double to = from * ratio;
            int first = Math.Clamp((int)Math.Floor(from / perBin), 1, (Points / 2) - 1);
            int last = Math.Clamp((int)Math.Ceiling(to / perBin), first + 1, Points / 2);
            double power = 0;
            for (int bin = first; bin < last; bin++)
            {
                power = Math.Max(power, (_real[bin] * _real[bin]) + (_imaginary[bin] * _imaginary[bin]));
            }

            // A full-scale sine gives a quarter of the points: half for the window, half for the negative frequency.
            double amplitude = Math.Sqrt(power) / (Points / 4.0);
            Levels[band] = amplitude > 1e-6 ? 20 * Math.Log10(amplitude) : SilenceDb;
            from = to;
        }
    }
}
