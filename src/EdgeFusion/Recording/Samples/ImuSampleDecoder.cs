using System.Runtime.InteropServices;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Samples;

/// <summary>sensor_msgs/msg/Imu into wx wy wz ax ay az, and qx qy qz qw where the first message has an orientation.
/// </summary>
internal sealed class ImuSampleDecoder : SampleDecoder
{
    private const double UsualRateHz = 100;
    private const int VectorLength = 3;

    private readonly int _width;

    private ImuSampleDecoder(DecoderSource source, int width)
        : base(source, source.Foreign("imu", Layout(width), UsualRateHz)) => _width = width;

    public static ImuSampleDecoder Create(DecoderSource source, ReadOnlySpan<byte> firstMessage)
    {
        VectorWidths.Require(source, VectorKinds.ImuWidthWithoutOrientation, VectorKinds.Imu.Length);
        if (source.OwnLayout<VectorLayout>() is { } own)
        {
            return new ImuSampleDecoder(source, own.Width);
        }

        bool hasOrientation = ImuMessage.Read(firstMessage, source.What, source.Wire).HasOrientation;
        return new ImuSampleDecoder(
            source, hasOrientation ? VectorKinds.Imu.Length : VectorKinds.ImuWidthWithoutOrientation);
    }

    private protected override int Decode(ReadOnlySpan<byte> message, Span<byte> slot, out Timestamp stamp)
    {
        ImuMessage imu = ImuMessage.Read(message, What, Wire);
        stamp = imu.Stamp;
        Span<float> values = MemoryMarshal.Cast<byte, float>(slot);
        FloatFields.Copy(imu.AngularVelocity, values, What, "angular_velocity");
        FloatFields.Copy(imu.LinearAcceleration, values[VectorLength..], What, "linear_acceleration");
        if (_width > VectorKinds.ImuWidthWithoutOrientation)
        {
            FloatFields.Copy(imu.Orientation, values[(2 * VectorLength)..], What, "orientation");
        }

        return _width * sizeof(float);
    }

    private static VectorLayout Layout(int width) => new(VectorKinds.Imu[..width], VectorKinds.ImuUnits[..width]);
}
