using System.Buffers.Binary;
using System.Text;

namespace EdgeFusion.Worker.Doctor;

/// <summary>
/// Reads which libraries a shared object was linked with (DT_NEEDED), without loading it: they say exactly which
/// versions of CUDA, cuDNN and TensorRT a build of ONNX Runtime wants.
/// </summary>
internal static class ElfNeeded
{
    private const int HeaderBytes = 64;
    private const uint DynamicSection = 6;
    private const long NeededTag = 1;
    private const int MaxSections = 1_000;
    private const int MaxTableBytes = 64 << 20;

    /// <summary>The names; empty where the file is no 64-bit little-endian ELF.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] header = Take(file, 0, HeaderBytes);
        if (header.Length < HeaderBytes || !header.AsSpan(0, 6).SequenceEqual("\u007FELF\u0002\u0001"u8))
        {
            return [];
        }

        long sectionsAt = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(40));
        int entryBytes = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(58));
        int count = Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(60)), MaxSections);
        byte[] sections = Take(file, sectionsAt, count * entryBytes);
        for (int at = 0; entryBytes >= HeaderBytes && at + entryBytes <= sections.Length; at += entryBytes)
        {
            ReadOnlySpan<byte> section = sections.AsSpan(at, entryBytes);
            int strings = BinaryPrimitives.ReadInt32LittleEndian(section[40..]) * entryBytes;
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) == DynamicSection
                && strings >= 0 && strings + entryBytes <= sections.Length)
            {
                return Names(Content(file, section), Content(file, sections.AsSpan(strings, entryBytes)));
            }
        }

        return [];
    }

    private static List<string> Names(byte[] entries, byte[] strings)
    {
        var names = new List<string>();
        for (int at = 0; at + 16 <= entries.Length; at += 16)
        {
            long value = BinaryPrimitives.ReadInt64LittleEndian(entries.AsSpan(at + 8));
            if (BinaryPrimitives.ReadInt64LittleEndian(entries.AsSpan(at)) == NeededTag
                && value >= 0 && value < strings.Length)
            {
                ReadOnlySpan<byte> name = strings.AsSpan((int)value);
                int end = name.IndexOf((byte)0);
                names.Add(Encoding.UTF8.GetString(end < 0 ? name : name[..end]));
            }
        }

        return names;
    }

    private static byte[] Content(FileStream file, ReadOnlySpan<byte> section)
    {
        long at = BinaryPrimitives.ReadInt64LittleEndian(section[24..]);
        long size = BinaryPrimitives.ReadInt64LittleEndian(section[32..]);
        return Take(file, at, (int)Math.Clamp(size, 0, MaxTableBytes));
    }

    private static byte[] Take(FileStream file, long at, int count)
    {
        if (at < 0 || at > file.Length || count < 0)
        {
            return [];
        }

        var bytes = new byte[Math.Min(count, file.Length - at)];
        file.Position = at;
        file.ReadExactly(bytes);
        return bytes;
    }
}
