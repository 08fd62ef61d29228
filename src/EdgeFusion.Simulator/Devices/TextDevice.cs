using System.Globalization;
using System.Text;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Devices;

/// <summary>A board that prints its time in us and six numbers per line, comma separated.</summary>
public sealed class TextDevice : StreamingDevice
{
    /// <summary>Creates a board that prints.</summary>
    public TextDevice(IByteChannel channel, PipelineClock clock, double rateHz)
        : base(channel, clock, rateHz) => Streaming = true;

    /// <inheritdoc/>
    protected override int Write(Span<byte> frame, long index, long nanoseconds)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000}");
        for (int i = 0; i < 6; i++)
        {
            line.Append(CultureInfo.InvariantCulture, $",{DeviceSignal.Wrench(i, nanoseconds * 1e-9):F4}");
        }

        line.Append("\r\n");
        return Encoding.ASCII.GetBytes(line.ToString(), frame);
    }
}
