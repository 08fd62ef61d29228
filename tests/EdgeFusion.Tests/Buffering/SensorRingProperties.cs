using System.Runtime.InteropServices;
using EdgeFusion.Buffering;
using EdgeFusion.Sensing;
using FsCheck;
using FsCheck.Fluent;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Buffering;

public sealed class SensorRingProperties
{
    /// <summary>Positive: so many samples are written; negative: the reader takes up to so many.</summary>
    private static readonly Gen<int[]> Operations = Gen.Choose(-40, 40).ArrayOf();

    [Fact]
    public void Whatever_the_pace_each_sample_is_read_once_in_order_or_counted_as_lost() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Operations.ToArbitrary(), HoldsThroughout));

    private static bool HoldsThroughout(int[] operations)
    {
        var ring = new SensorRing(Vector(), 16);
        var reader = new RingReader(ring);
        var slot = new byte[ring.SlotBytes];
        long written = 0;
        long taken = 0;
        long last = -1;
        foreach (int operation in operations)
        {
            for (int i = 0; i < operation; i++)
            {
                Put(ring, written, written, -written);
                written++;
            }

            for (int i = operation; i < 0; i++)
            {
                if (reader.TryRead(out SampleHeader header, slot) != RingRead.Read)
                {
                    continue;
                }

                ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(slot);
                if (header.Sequence <= last || values[0] != header.Sequence || values[1] != -header.Sequence)
                {
                    return false;
                }

                last = header.Sequence;
                taken++;
            }
        }

        return taken + reader.Lost + (written - reader.Next) == written;
    }
}
