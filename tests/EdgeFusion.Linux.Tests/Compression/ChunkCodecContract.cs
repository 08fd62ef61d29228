using System.Buffers.Binary;
using System.Text;
using EdgeFusion.Recording.Mcap;
using Xunit;

namespace EdgeFusion.Linux.Tests.Compression;

/// <summary>What every codec has to keep; each adapter's tests call it.</summary>
internal static class ChunkCodecContract
{
    public static void Round_trip(IChunkCodec codec)
    {
        var random = new Random(1);
        foreach (var length in new[] { 0, 1, 100, 65_536, 1 << 20, 5 << 20 })
        {
            foreach (var data in new[] { Noise(random, length), Pattern(length) })
            {
                var packed = new byte[codec.MaxCompressedLength(length)];
                var packedLength = codec.Compress(data, packed);
                var unpacked = new byte[length];

                Assert.InRange(packedLength, 1, packed.Length);
                Assert.Equal(length, codec.Decompress(packed.AsSpan(0, packedLength), unpacked));
                Assert.True(data.AsSpan().SequenceEqual(unpacked));
            }
        }
    }

    public static void Too_small_a_destination_is_an_error_and_is_not_overrun(IChunkCodec codec)
    {
        var bomb = Pack(codec, new byte[64 << 20]);
        foreach (var room in new[] { 0, 1, 1000, 1 << 20, (64 << 20) - 1 })
        {
            var destination = new byte[room + 64];
            destination.AsSpan(room).Fill(0xAB);

            Assert.Throws<RecordingException>(() => codec.Decompress(bomb, destination.AsSpan(0, room)));
            Assert.Equal(-1, destination.AsSpan(room).IndexOfAnyExcept((byte)0xAB));
        }
    }

    public static void Damage_is_an_error_or_bounded(IChunkCodec codec)
    {
        var packed = Pack(codec, Pattern(3000));
        var destination = new byte[3000];
        var random = new Random(2);

        for (var length = 1; length < packed.Length; length++)
            Assert.Throws<RecordingException>(() => codec.Decompress(packed.AsSpan(0, length), destination));
        for (var round = 0; round < 5000; round++)
        {
            var damaged = (byte[])packed.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Assert.InRange(codec.Decompress(damaged, destination), 0, destination.Length);
            }
            catch (RecordingException)
            {
                // The usual outcome; the chunk's CRC finds the rest.
            }
        }

        // And the context is not spoilt by what went wrong before.
        Assert.Equal(3000, codec.Decompress(packed, destination));
        Assert.Equal(Pattern(3000), destination);
    }

    public static void Recording_round_trip(IChunkCodec codec)
    {
        var stream = new MemoryStream();
        var packed = new McapWriterOptions { Codec = codec, ChunkBytes = 10_000 };
        using (var writer = new McapWriter(stream, packed, leaveOpen: true))
        {
            var channel = writer.AddChannel("/t", "raw");
            for (uint i = 0; i < 1000; i++)
                writer.WriteMessage(channel, i, i, i, Pattern((int)i));
            // Zeros shrink so far that a reader would take the chunk for a bomb: it is stored as it is.
            writer.WriteMessage(channel, 1000, 1000, 1000, new byte[32 << 20]);
            writer.Finish();
        }

        var options = new McapReadOptions { Codecs = [codec] };
        using var indexed = new McapIndexedReader(new MemoryStream(stream.ToArray()), options);
        uint count = 0;
        foreach (var message in indexed.ReadMessages())
        {
            Assert.Equal(count, message.Sequence);
            Assert.Equal(count < 1000 ? (int)count : 32 << 20, message.Data.Length);
            if (count < 1000)
                Assert.True(message.Data.SequenceEqual(Pattern((int)count)));
            count++;
        }

        Assert.Equal(1001u, count);
        Assert.True(stream.Length < 33 << 20);
        using var streamed = new McapStreamReader(new MemoryStream(stream.ToArray()), options);
        while (streamed.Read())
            count -= streamed.Opcode == McapOpcode.Message ? 1u : 0;
        Assert.Equal(0u, count);
    }

    /// <summary>A gibibyte behind a kibibyte, behind an honest and behind a lying size.</summary>
    public static void Bombs_are_refused_without_memory(IChunkCodec codec, byte[] bomb)
    {
        foreach (var declared in new[] { 1UL << 30, 64UL << 20, (ulong)bomb.Length * 999, 1000UL })
        {
            var file = FileWithChunk(codec.Name, declared, bomb);
            var options = new McapReadOptions { Codecs = [codec] };

            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<RecordingException>(() => Drain(file, options));
            var reader = Drain(file, options with { Recover = true });

            Assert.Equal(1, reader.Losses.DamagedChunks);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (bomb.Length * 3000L) + (8 << 20));
        }
    }

    public static byte[] Pack(IChunkCodec codec, byte[] data)
    {
        var packed = new byte[codec.MaxCompressedLength(data.Length)];
        return packed[..codec.Compress(data, packed)];
    }

    private static McapStreamReader Drain(byte[] file, McapReadOptions options)
    {
        var reader = new McapStreamReader(new MemoryStream(file), options);
        while (reader.Read())
            Assert.NotEqual(McapOpcode.Message, reader.Opcode);
        return reader;
    }

    private static byte[] FileWithChunk(string compression, ulong declared, byte[] stored)
    {
        var name = Encoding.UTF8.GetBytes(compression);
        var body = new byte[40 + name.Length + stored.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(16), declared);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(28), (uint)name.Length);
        name.CopyTo(body, 32);
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(32 + name.Length), (ulong)stored.Length);
        stored.CopyTo(body, 40 + name.Length);
        var file = new MemoryStream();
        using var writer = new McapWriter(file, leaveOpen: true);
        // Behind the header (magic and an empty header record) and before anything else.
        var head = new byte[9];
        head[0] = (byte)McapOpcode.Chunk;
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(1), (ulong)body.Length);
        return [.. file.ToArray(), .. head, .. body];
    }

    private static byte[] Noise(Random random, int length)
    {
        var data = new byte[length];
        random.NextBytes(data);
        return data;
    }

    private static byte[] Pattern(int length)
    {
        var data = new byte[length];
        for (var i = 0; i < length; i++)
            data[i] = (byte)((i * i / 7) % 251);
        return data;
    }
}
