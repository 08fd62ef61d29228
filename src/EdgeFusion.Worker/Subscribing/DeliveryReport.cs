using System.Globalization;

namespace EdgeFusion.Worker.Subscribing;

/// <summary>The total-queue check: what became of every prediction that was published.</summary>
/// <param name="Received">Different predictions received.</param>
/// <param name="Duplicated">Received once more.</param>
/// <param name="Recovered">Of the received: only because they were asked for again.</param>
/// <param name="Declared">Given up by the node, which has said so.</param>
/// <param name="Lost">Missing without a word.</param>
/// <param name="Unexpected">Never published, unreadable, or received although declared lost.</param>
internal readonly record struct DeliveryReport(
    long Received, long Duplicated, long Recovered, long Declared, long Lost, long Unexpected)
{
    public bool IsValid => Lost == 0 && Unexpected == 0;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"received {Received}, duplicated {Duplicated}, recovered {Recovered}, declared lost {Declared}, "
        + $"lost {Lost}, unexpected {Unexpected}");
}
