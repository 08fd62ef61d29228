using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Ros;
using EdgeFusion.Time;

namespace EdgeFusion.Tests.Sensing.Ros;

/// <summary>Sensors, messages and ports that the tests of the bridges share.</summary>
internal static class RosBench
{
    public const string Topic = "/joint_states";

    public static readonly VectorLayout Joints = new(
        ["q_a", "q_b", "q_c", "dq_a", "dq_b", "dq_c"], ["rad", "rad", "rad", "rad/s", "rad/s", "rad/s"]);

    public static readonly VectorLayout Wrench =
        new(["fx", "fy", "fz", "tx", "ty", "tz"], ["N", "N", "N", "Nm", "Nm", "Nm"]);

    public static SensorInfo Info(SampleLayout layout, double rateHz = 100) => new()
    {
        Name = "ros",
        Modality = "proprioception",
        Layout = layout,
        RateHz = rateHz,
    };

    public static RosTopicOptions Options(string url, string topic = Topic) => new()
    {
        Url = url,
        Topic = topic,
        StartTimeout = TimeSpan.FromSeconds(10),
        SilenceTimeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>A sample as CDR.</summary>
    public static byte[] Cdr(SensorInfo info, long stampNanoseconds, params float[] values)
    {
        byte[] payload = new byte[values.Length * sizeof(float)];
        Buffer.BlockCopy(values, 0, payload, 0, payload.Length);
        return Cdr(info, stampNanoseconds, payload);
    }

    public static byte[] Cdr(SensorInfo info, long stampNanoseconds, byte[] payload)
    {
        SampleEncoder encoder = SampleEncoder.For(info);
        byte[] message = new byte[encoder.MessageBytes(payload.Length)];
        var header = new SampleHeader { Capture = new Timestamp(stampNanoseconds), Length = payload.Length };
        return message[..encoder.Encode(in header, payload, message)];
    }

    /// <summary>Calls an action at a rate until disposed.</summary>
    public static IDisposable Every(double milliseconds, Action<long> action) => new Beat(milliseconds, action);

    private sealed class Beat : IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly Thread _thread;

        public Beat(double milliseconds, Action<long> action)
        {
            _thread = new Thread(() =>
            {
                for (long i = 0; !_stopping.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(milliseconds)); i++)
                {
                    action(i);
                }
            })
            {
                IsBackground = true,
            };
            _thread.Start();
        }

        public void Dispose()
        {
            _stopping.Cancel();
            _thread.Join(TimeSpan.FromSeconds(5));
        }
    }
}
