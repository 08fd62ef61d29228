using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>What the recording lacks, written down in it.</summary>
public sealed partial class Recorder
{
    private string RefusalReason => _failures.WasPolicy ? "policy" : "disk";

    /// <summary>A gap is data: it stands in the recording before the first sample behind it.</summary>
    private void TellGap(RecorderSensor sensor, Timestamp to)
    {
        if (sensor.Missing == 0)
        {
            return;
        }

        if (_failures.Discarded > 0)
        {
            Tell(new RecordingGap("*", _failures.Discarded, _failures.SafeUntil ?? to, to, "disk"));
            _failures.Discarded = 0;
        }

        string reason = sensor.Lapped ? "overrun" : sensor.Fault is not null ? "encoder" : RefusalReason;
        Tell(new RecordingGap(sensor.Topic, sensor.Missing, sensor.Last ?? to, to, reason));
        sensor.Told();
    }

    private void TellPredictionGap(Timestamp to)
    {
        if (_predictions.Gap(to, RefusalReason) is { } gap)
        {
            Tell(gap);
            _predictions.Told();
        }
    }

    private void Tell(in RecordingGap gap)
    {
        _buffer.ResetWrittenCount();
        gap.Write(_json, _buffer);
        _output.WriteEvent(RecordingEvent.Gap, _events++, _clock.Now, gap.From, _buffer.WrittenSpan);
        _failures.Succeeded(_output.BytesWritten);
    }

    /// <summary>What is missing at the end has no sample behind it that would tell.</summary>
    private void TellOpenGaps(Timestamp now)
    {
        try
        {
            foreach (RecorderSensor sensor in _sensors)
            {
                TellGap(sensor, now);
            }

            TellPredictionGap(now);
        }
        catch (RecordingException failure)
        {
            Failed(failure, refused: 0);
        }
    }
}
