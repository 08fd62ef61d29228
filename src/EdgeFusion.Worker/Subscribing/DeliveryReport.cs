using System.Globalization;

namespace EdgeFusion.Worker.Subscribing;

/// <summary>The total-queue check: what became of every prediction that was published.</summary>
/// <param name="Received">Different predictions received.</param>
/// <param name="Redelivered">Received once more after it had come: sent again because a kill or an outage had cut off
/// its acknowledgement. At most what was in flight, each time.</param>
/// <param name="Overtaken">Received after a replay had brought it: asked for while it still waited at the node.</param>
/// <param name="Recovered">Of the received: only because they were asked for again.</param>
/// <param name="Declared">Given up by the node, which has said so.</param>
/// <param name="Lost">Missing without a word.</param>
/// <param name="Unexpected">Never published, unreadable, or received although declared lost.</param>
internal readonly record struct DeliveryReport(
    long Received, long Redelivered, long Overtaken, long Recovered, long Declared, long Lost, long Unexpected)
{
    /// <summary>Windows that heads kept back by their policy, as the messages received say.</summary>
    public long Suppressed { get; init; }

    public bool IsValid => Lost == 0 && Unexpected == 0;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"received {Received}, redelivered {Redelivered}, overtaken by a replay {Overtaken}, recovered {Recovered}, "
        + $"declared lost {Declared}, lost {Lost}, unexpected {Unexpected}")
        + (Suppressed == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", kept back by policy {Suppressed}"));
}
