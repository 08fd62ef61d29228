using EdgeFusion.Buffering;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>Reading the rings, in turns.</summary>
public sealed partial class Recorder
{
    /// <summary>
    /// Samples of a sensor in one turn, and frames of a camera: one whose frames take long to compress must not keep
    /// the others waiting until their rings run over. Its own then does, which is a gap like any other.
    /// </summary>
    private const int TurnSamples = 64;

    private const int TurnFrames = 1;

    private static readonly TimeSpan LongestDrain = TimeSpan.FromMilliseconds(100);

    /// <returns>Whether the time was up before the rings were empty.</returns>
    private bool Drain()
    {
        Timestamp until = _clock.Now + LongestDrain;
        bool more;
        do
        {
            more = false;
            foreach (RecorderSensor sensor in _sensors)
            {
                more |= TakeTurn(sensor);
            }
        }
        while (more && _clock.Now < until);
        return more;
    }

    /// <returns>Whether there may be more in its ring.</returns>
    private bool TakeTurn(RecorderSensor sensor)
    {
        for (int i = 0; i < (sensor.HasFrames ? TurnFrames : TurnSamples); i++)
        {
            RingRead read = sensor.Reader.TryRead(out SampleHeader header, _payload);
            if (read == RingRead.Empty)
            {
                return false;
            }

            if (read == RingRead.Read)
            {
                WriteSample(sensor, header);
            }
        }

        return true;
    }

    private void WriteSample(RecorderSensor sensor, in SampleHeader header)
    {
        if (_output.Refusal is { } refusal)
        {
            sensor.Refused++;
            _failures.Refused(refusal);
            return;
        }

        try
        {
            if (sensor.Fault is null)
            {
                TellGap(sensor, header.Capture);
            }

            _output.WriteSample(sensor.Channel, header, _payload.AsSpan(0, header.Length));
            if (sensor.Fault is not null)
            {
                // Told when it is over, not with each frame that an encoder did not take.
                TellGap(sensor, header.Capture);
                sensor.Fault = null;
            }

            sensor.Last = header.Capture;
            _failures.Succeeded(_output.BytesWritten);
        }
        catch (RecordingException failure) when (failure.ConcernsSample)
        {
            sensor.Refused++;
            sensor.Fault = failure.Message;
            _failures.LostOne();
        }
        catch (RecordingException failure)
        {
            sensor.Refused++;
            Failed(failure);
        }
    }

    /// <summary>Tells the observer about sensors whose samples cannot be written, each once per episode.</summary>
    private void ReportSensors()
    {
        foreach (RecorderSensor sensor in _sensors)
        {
            bool changed;
            string? fault;
            lock (_lock)
            {
                changed = sensor.TryTakeChange(out fault);
            }

            if (changed)
            {
                _observer.SinkChanged(Name + sensor.Topic, fault);
            }
        }
    }
}
