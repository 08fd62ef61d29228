using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EdgeFusion.Sensing;
using EdgeFusion.Simulator;

namespace EdgeFusion.Tests.Simulation;

/// <summary>Pulls simulated sources and looks at what they deliver.</summary>
internal static class SimulatedStreams
{
    public const int Camera = 0;
    public const int Microphone = 1;
    public const int Wrist = 2;
    public const int Arm = 3;

    public static WorkCell Cell(long episodes = 1, ulong seed = 5) =>
        new(new WorkCellOptions { Seed = seed, Episodes = episodes });

    /// <summary>SHA-256 over headers and payloads of a whole stream.</summary>
    public static string Hash(ISampleSource source)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] payload = new byte[source.Info.Layout.MaxSampleBytes];
        while (source.TryAdvance(out SampleHeader header))
        {
            Append(hash, source, header, payload);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static void Append(IncrementalHash hash, ISampleSource source, SampleHeader header, byte[] payload)
    {
        source.Fill(payload.AsSpan(0, header.Length));
        hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<SampleHeader>(in header)));
        hash.AppendData(payload, 0, header.Length);
    }

    public static List<SampleHeader> Headers(ISampleSource source)
    {
        List<SampleHeader> headers = [];
        while (source.TryAdvance(out SampleHeader header))
        {
            headers.Add(header);
        }

        return headers;
    }

    /// <summary>All values of the samples captured within a part of a behaviour, row after row.</summary>
    public static List<float[]> Rows(WorkCell cell, int sensor, string behaviour, double from = 0, double to = 1)
    {
        (long start, long end) = Part(cell, behaviour, from, to);
        List<float[]> rows = [];
        using ISampleSource source = cell.CreateSources()[sensor];
        byte[] payload = new byte[source.Info.Layout.MaxSampleBytes];
        while (source.TryAdvance(out SampleHeader header))
        {
            if (header.Capture.Nanoseconds >= start && header.Capture.Nanoseconds < end)
            {
                source.Fill(payload);
                rows.Add(MemoryMarshal.Cast<byte, float>(payload).ToArray());
            }
        }

        return rows;
    }

    public static double Rms(List<float[]> rows)
    {
        double sum = 0;
        long count = 0;
        foreach (float[] row in rows)
        {
            foreach (float value in row)
            {
                sum += value * value;
                count++;
            }
        }

        return Math.Sqrt(sum / count);
    }

    public static double Mean(List<float[]> rows, int element) => rows.Average(row => row[element]);

    public static ImmutableArray<string> LabelsOfEpisode(WorkCell cell, long episode) =>
        [.. WorkCell.Heads.Select(head => cell.LabelAt(
            head, cell.Options.Start.AddNanoseconds((episode * 15_000_000_000) + 5_000_000_000))!)];

    /// <summary>Seed whose first object has the wanted labels of content and weight.</summary>
    public static ulong SeedFor(string head, string label, ulong from = 1)
    {
        for (ulong seed = from; ; seed++)
        {
            WorkCell cell = Cell(1, seed);
            if (cell.LabelAt(head, cell.Options.Start + TimeSpan.FromSeconds(5)) == label)
            {
                return seed;
            }
        }
    }

    private static (long Start, long End) Part(WorkCell cell, string behaviour, double from, double to)
    {
        LabelInterval interval = cell.Labels().First(i => i.Head == "behaviour" && i.Label == behaviour);
        long start = interval.Start.Nanoseconds;
        long length = interval.End.Nanoseconds - start;
        return (start + (long)(from * length), start + (long)(to * length));
    }
}
