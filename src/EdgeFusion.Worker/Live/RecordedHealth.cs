using System.Buffers;
using System.Text.Json;
using EdgeFusion.Pipeline;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Live;

/// <summary>Health of a run as a recorded message: sensors and pipeline, in counters that only grow.</summary>
/// <remarks><b>Threading.</b> One thread; reads counters of running threads.</remarks>
internal sealed class RecordedHealth(FusionPipeline pipeline, PipelineClock clock) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(new ArrayBufferWriter<byte>());

    public void Write(IBufferWriter<byte> output)
    {
        _json.Reset(output);
        _json.WriteStartObject();
        _json.WriteNumber("at_ns"u8, clock.Now.Nanoseconds);
        _json.WriteNumber("wall_offset_ns"u8, clock.WallOffsetNanoseconds);
        _json.WriteNumber("windows"u8, pipeline.Windows);
        _json.WriteNumber("skipped"u8, pipeline.SkippedWindows);
        _json.WriteNumber("overruns"u8, pipeline.Overruns);
        _json.WriteStartArray("sensors"u8);
        foreach (SensorHost sensor in pipeline.Sensors)
        {
            _json.WriteStartObject();
            _json.WriteString("name"u8, sensor.Info.Name);
            _json.WriteString("state"u8, Name(sensor.State));
            _json.WriteNumber("taken"u8, sensor.Ring.Published);
            _json.WriteNumber("rejected"u8, sensor.Gate.RejectedCount);
            _json.WriteNumber("restarts"u8, sensor.Restarts);
            WriteZero(sensor.Zero);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
    }

    public void Dispose() => _json.Dispose();

    /// <summary>The samples stand in the recording as the model saw them; with this they can be had as the device sent
    /// them.</summary>
    private void WriteZero(SensorZero? zero)
    {
        if (zero is null)
        {
            return;
        }

        _json.WriteStartObject("zero"u8);
        _json.WriteNumber("count"u8, zero.Count);
        _json.WriteNumber("after_ns"u8, zero.After.Nanoseconds);
        _json.WriteStartArray("offset"u8);
        foreach (float value in zero.Offset)
        {
            _json.WriteNumberValue(value);
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> Name(SensorState state) => state switch
    {
        SensorState.Starting => "starting"u8,
        SensorState.Live => "live"u8,
        SensorState.Stale => "stale"u8,
        SensorState.Faulted => "faulted"u8,
        _ => "stopped"u8,
    };
}
