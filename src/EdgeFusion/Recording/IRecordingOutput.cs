using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>
/// What a <see cref="Recorder"/> writes to: one file, files that follow each other, or a memory of the last seconds.
/// </summary>
/// <remarks>
/// <b>Threading.</b> One thread at a time. Writing a sample allocates nothing. <b>Exceptions.</b> A
/// <see cref="RecordingException"/> of a write means that this one was not taken; <see cref="DiscardPending"/> then
/// gives up what still waits.
/// </remarks>
public interface IRecordingOutput : IDisposable
{
    /// <summary>Bytes that have reached files so far.</summary>
    long BytesWritten { get; }

    /// <summary>Why nothing is taken at present (no room by the disk policy); null where it is.</summary>
    string? Refusal { get; }

    /// <summary>Adds a sensor; before the first sample.</summary>
    /// <returns>Its number for <see cref="WriteSample"/>.</returns>
    int AddSensor(SensorInfo info, Timestamp now);

    /// <summary>Names the model of the run; before the first decision, and again when another takes over.</summary>
    void AddModel(ModelManifest manifest);

    /// <summary>Takes one sample.</summary>
    void WriteSample(int sensor, in SampleHeader header, ReadOnlySpan<byte> payload);

    /// <summary>Takes one message that is no sample.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="at">When it was made.</param>
    /// <param name="about">The instant that it is about.</param>
    /// <param name="json">The message.</param>
    void WriteEvent(RecordingEvent kind, long sequence, Timestamp at, Timestamp about, ReadOnlySpan<byte> json);

    /// <summary>Duties that come with time (chunks, files, limits); called some fifty times a second.</summary>
    void Maintain(Timestamp now);

    /// <summary>Gives up what waits after a failed write.</summary>
    /// <returns>Messages given up.</returns>
    int DiscardPending();

    /// <summary>Completes what is open. Nothing can be written afterwards.</summary>
    void Finish();
}
