namespace EdgeFusion.Publishing.Policies;

/// <summary>What a message of a head says besides the prediction.</summary>
/// <param name="Sequence">Its number on its topic and in its run, from 0 without holes.</param>
/// <param name="Reason">Why it is published.</param>
/// <param name="Suppressed">Windows of this head that were not published since the message before.</param>
/// <param name="Event">The event, where it is about one.</param>
internal readonly record struct HeadNote(long Sequence, PublishReason Reason, long Suppressed, HeadEvent? Event = null);
