using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Sensing;

public sealed class SampleGateTests
{
    private readonly SampleGate _gate = new(Vector(), TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(5));

    [Fact]
    public void Each_kind_of_bad_sample_is_kept_out_and_counted()
    {
        Assert.Equal(SampleRejection.None, Check(10, 11));
        Assert.Equal(SampleRejection.Duplicate, Check(10, 12));
        Assert.Equal(SampleRejection.Backwards, Check(9, 13));
        Assert.Equal(SampleRejection.FarFuture, Check(3_600_000, 14));
        Assert.Equal(SampleRejection.NotFinite, Check(15, 15, float.NaN));
        Assert.Equal(SampleRejection.NotFinite, Check(15, 15, float.NegativeInfinity));
        Assert.Equal(SampleRejection.TooOld, Check(16, 5_000));
        Assert.Equal(SampleRejection.BadLength, _gate.Check(At(17), At(17), new byte[7]));
        Assert.Equal(SampleRejection.None, Check(18, 18));

        Assert.Equal(2, _gate.Count(SampleRejection.None));
        Assert.Equal(7, _gate.RejectedCount);
    }

    [Fact]
    public void One_far_future_stamp_does_not_lock_the_sensor_out()
    {
        Check(0, 0);
        Check(86_400_000, 10);

        Assert.Equal(SampleRejection.None, Check(20, 20));
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(0L)]
    public void Absurd_stamps_are_kept_out_without_overflow(long capture)
    {
        SampleRejection outcome = _gate.Check(new EdgeFusion.Time.Timestamp(capture), At(10), Payload(1));

        Assert.NotEqual(SampleRejection.None, outcome);
    }

    private SampleRejection Check(double capture, double arrival, float value = 1) =>
        _gate.Check(At(capture), At(arrival), Payload(value));

    private static byte[] Payload(float value) => MemoryMarshal.AsBytes(new[] { value, value }.AsSpan()).ToArray();
}
