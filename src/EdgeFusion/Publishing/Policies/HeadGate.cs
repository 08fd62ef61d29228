using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Policies;

/// <summary>Decides which windows of one head are published, and numbers the messages.</summary>
/// <remarks>
/// <para>Messages are numbered per head from 0 without holes, whatever the policy, so that a hole that a subscriber
/// sees is a loss and nothing else. A prediction that never came here (the publisher's queue was full) takes a number
/// too, because it may have been one to publish; the caller declares it lost.</para>
/// <para>Decisions depend on predictions and on the times of their windows only: a replay repeats them.</para>
/// <para><b>Threading.</b> One thread at a time. Hot path: allocates nothing.</para>
/// </remarks>
internal sealed class HeadGate
{
    /// <summary>The end of one event and the start of the next one may come from the same window.</summary>
    public const int MostNotes = 2;

    private readonly HeadNote[] _notes = new HeadNote[MostNotes];
    private readonly HeadPublishOptions _options;
    private readonly ChangeDetector? _changes;
    private readonly EventDetector? _events;
    private readonly int _head;
    private long _expected;
    private long _epoch;
    private long _next;
    private long _suppressed;
    private int _count;

    public HeadGate(ModelManifest manifest, int head, HeadPublishOptions options)
    {
        _options = options;
        _head = head;
        ModelHead what = manifest.Heads[head];
        _changes = options.Policy == PublishPolicy.OnChange ? new ChangeDetector(what, options) : null;
        _events = options.Policy == PublishPolicy.Events ? new EventDetector(what, options) : null;
    }

    /// <summary>Number of the last message; -1 before the first.</summary>
    public long LastSequence => _next - 1;

    /// <summary>Windows not published in this run.</summary>
    public long Suppressed { get; private set; }

    /// <summary>How many numbers went to predictions that did not come, just before the last one that did.</summary>
    public long Missed { get; private set; }

    /// <summary>What to publish of the last prediction; valid until the next one.</summary>
    public ReadOnlySpan<HeadNote> Notes => _notes.AsSpan(0, _count);

    /// <summary>Takes the next prediction.</summary>
    public void Judge(Prediction prediction)
    {
        if (prediction.Epoch != _epoch)
        {
            Begin(prediction.Epoch);
        }

        Missed = Math.Max(0, prediction.Sequence - _expected);
        _expected = prediction.Sequence + 1;
        _next += Missed;
        _count = 0;
        switch (_options.Policy)
        {
            case PublishPolicy.OnChange:
                JudgeChange(prediction);
                break;
            case PublishPolicy.Events:
                JudgeEvent(prediction);
                break;
            default:
                Publish(PublishReason.Every, null);
                break;
        }

        if (_count == 0)
        {
            _suppressed++;
            Suppressed++;
        }
    }

    /// <summary>The gate of another policy that goes on numbering; an event under way begins anew.</summary>
    public HeadGate With(ModelManifest manifest, HeadPublishOptions options) => new(manifest, _head, options)
    {
        _expected = _expected,
        _epoch = _epoch,
        _next = _next,
        _suppressed = _suppressed,
        Suppressed = Suppressed,
    };

    private void Begin(long epoch)
    {
        _epoch = epoch;
        _expected = 0;
        _next = 0;
        _suppressed = 0;
        Suppressed = 0;
        _changes?.Reset();
        _events?.Reset();
    }

    private void JudgeChange(Prediction prediction)
    {
        if (_changes!.Judge(prediction, prediction.Heads[_head]) is { } reason)
        {
            Publish(reason, null);
        }
    }

    private void JudgeEvent(Prediction prediction)
    {
        EventSteps steps = _events!.Judge(prediction, prediction.Heads[_head]);
        if ((steps & EventSteps.End) != 0)
        {
            Publish(PublishReason.End, _events.Ended);
        }

        if ((steps & EventSteps.Start) != 0)
        {
            _events.Name(_next);
            Publish(PublishReason.Start, _events.Current);
        }
        else if ((steps & EventSteps.Update) != 0)
        {
            Publish(PublishReason.Update, _events.Current);
        }
    }

    private void Publish(PublishReason reason, HeadEvent? about)
    {
        _notes[_count++] = new HeadNote(_next++, reason, _suppressed, about);
        _suppressed = 0;
    }
}
