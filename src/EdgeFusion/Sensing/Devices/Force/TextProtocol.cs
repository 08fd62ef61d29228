using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EdgeFusion.Sensing.Framing;

namespace EdgeFusion.Sensing.Devices.Force;

/// <summary>Lines of numbers: CSV, JSON objects or NMEA sentences. A line that is none is counted and passed over.
/// </summary>
internal sealed class TextProtocol : StreamProtocol
{
    /// <summary>A device's time is a fraction at most: nanoseconds keep it whole.</summary>
    private const double TicksPerTimeSecond = 1e9;

    private readonly TextOptions _options;
    private readonly JsonNumbers? _json;
    private readonly int[] _columns;
    private readonly double[] _factors;
    private readonly double[] _found;
    private readonly byte[] _sentence;
    private readonly int _timeSlot = -1;
    private readonly double _ticksPerUnit;
    private double _latestTime = double.NegativeInfinity;

    public TextProtocol(TextOptions options)
    {
        _options = options;
        int count = options.Fields.Length + (options.TimeKey.Length > 0 ? 1 : 0);
        _factors = new double[options.Fields.Length];
        _found = new double[count];
        _columns = new int[count];
        _sentence = Encoding.ASCII.GetBytes(options.Sentence);
        var keys = new string[count];
        ImmutableArray<string>.Builder elements = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<string>.Builder units = ImmutableArray.CreateBuilder<string>();
        for (int i = 0; i < options.Fields.Length; i++)
        {
            TextField field = options.Fields[i];
            (string si, double factor) = SiUnit.Find(field.Unit);
            keys[i] = field.Key;
            _factors[i] = field.Scale * factor;
            elements.Add(field.Element);
            units.Add(si);
        }

        if (options.TimeKey.Length > 0)
        {
            _timeSlot = count - 1;
            keys[_timeSlot] = options.TimeKey;
            _ticksPerUnit = TicksPerTimeSecond / options.TimeUnitsPerSecond;
        }

        if (options.Format == TextFormat.Json)
        {
            _json = new JsonNumbers(keys);
        }
        else
        {
            ParseColumns(keys);
        }

        Outputs = [new StreamOutput(
            options.Modality, new VectorLayout(elements.ToImmutable(), units.ToImmutable()), options.RateHz)];
        FrameBytes = 8 * count;
    }

    public override string Device => $"a sensor that prints {_options.Format} lines";

    public override ImmutableArray<StreamOutput> Outputs { get; }

    public override double TicksPerSecond => _timeSlot >= 0 ? TicksPerTimeSecond : 0;

    // A hobby board's millis() comes from a ceramic resonator: half a percent off.
    public override double LargestDriftPpm => 30_000;

    public override int FrameBytes { get; }

    public override TimeSpan Patience => TimeSpan.FromSeconds(Math.Max(1, 20 / _options.RateHz));

    public override string Advice => "Look at the lines with a terminal, and compare format, fields and baud rate";

    public override StreamScanner CreateScanner(FrameCounters counters)
    {
        _latestTime = double.NegativeInfinity;
        return new LineScanner(_options.LongestLine, counters);
    }

    public override FrameVerdict Decode(ReadOnlySpan<byte> frame, StreamReading reading)
    {
        if (frame[0] == (byte)'#')
        {
            return FrameVerdict.Other;
        }

        if (_options.Format == TextFormat.Nmea)
        {
            FrameVerdict sentence = TakeSentence(ref frame);
            if (sentence != FrameVerdict.Sample)
            {
                return sentence;
            }
        }

        if (!(_json is not null ? _json.TryRead(frame, _found) : TryReadColumns(frame)))
        {
            return FrameVerdict.Damaged;
        }

        Span<float> values = reading.Values(0);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(_found[i] * _factors[i]);
        }

        if (_timeSlot >= 0)
        {
            TakeTime(_found[_timeSlot], reading);
        }

        return FiniteCheck.AllFinite(values) ? FrameVerdict.Sample : FrameVerdict.Invalid;
    }

    private void TakeTime(double time, StreamReading reading)
    {
        // A board that was reset counts from 0 again.
        reading.Restarted = time < _latestTime;
        _latestTime = time;
        reading.Tick = (long)Math.Clamp(time * _ticksPerUnit, -9e18, 9e18);
    }

    private void ParseColumns(string[] keys)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            if (!int.TryParse(keys[i], NumberStyles.None, CultureInfo.InvariantCulture, out _columns[i])
                || _columns[i] > 255)
            {
                throw new ConfigurationException($"'{keys[i]}' is no column number 0..255");
            }
        }
    }

    /// <summary>Checks *HH and leaves what stands between $NAME, and *.</summary>
    private FrameVerdict TakeSentence(ref ReadOnlySpan<byte> line)
    {
        int star = line.LastIndexOf((byte)'*');
        if (line[0] != (byte)'$' || star < 0 || star + 3 != line.Length
            || !Utf8Parser.TryParse(line[(star + 1)..], out byte stored, out int used, 'X') || used != 2)
        {
            return FrameVerdict.Damaged;
        }

        ReadOnlySpan<byte> body = line[1..star];
        byte sum = 0;
        foreach (byte b in body)
        {
            sum ^= b;
        }

        if (sum != stored)
        {
            return FrameVerdict.Damaged;
        }

        int comma = body.IndexOf((byte)',');
        if (comma < 0 || (_sentence.Length > 0 && !body[..comma].SequenceEqual(_sentence)))
        {
            return FrameVerdict.Other;
        }

        line = body[(comma + 1)..];
        return FrameVerdict.Sample;
    }

    private bool TryReadColumns(ReadOnlySpan<byte> line)
    {
        Array.Fill(_found, double.NaN);
        byte separator = (byte)(_options.Format == TextFormat.Nmea ? ',' : _options.Separator);
        line = line.Trim(" \t"u8);
        int missing = _columns.Length;
        for (int column = 0; missing > 0; column++)
        {
            int end = line.IndexOf(separator);
            ReadOnlySpan<byte> text = end < 0 ? line : line[..end];
            for (int i = 0; i < _columns.Length; i++)
            {
                if (_columns[i] != column)
                {
                    continue;
                }

                if (!TryParse(text, out _found[i]))
                {
                    return false;
                }

                missing--;
            }

            if (end < 0)
            {
                break;
            }

            line = line[(end + 1)..];
            line = separator == (byte)' ' ? line.TrimStart(" \t"u8) : line;
        }

        return missing == 0;
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        text = text.Trim(" \t\""u8);
        text = text.StartsWith("+"u8) ? text[1..] : text;
        return Utf8Parser.TryParse(text, out value, out int used) && used == text.Length;
    }
}
