using System.Globalization;
using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Inspect;

/// <summary>An inspection for people.</summary>
internal static class InspectionText
{
    private const int MostGapsShown = 5;

    public static void Print(Inspection found)
    {
        Line($"file         {found.Path}");
        Line($"made by      {Or(found.Header.Library, "unknown")}, profile {Or(found.Header.Profile, "none")}");
        Line($"length       {found.Seconds:F3} s");
        if (found.SummaryFault is { } fault)
        {
            Line($"note         read without indexes: {fault}");
        }

        foreach (string loss in found.Losses)
        {
            Line($"damaged      {loss}");
        }

        foreach ((string topic, ChannelFacts channel) in found.Channels)
        {
            Print(topic, channel);
        }

        foreach (string skipped in found.Skipped)
        {
            Line($"no sensor    {skipped}");
        }

        Console.WriteLine();
        Console.WriteLine("Sensors for a configuration that replays it as if live:");
        Console.WriteLine(InspectionJson.Configuration(found));
    }

    private static void Print(string topic, ChannelFacts channel)
    {
        Line($"channel      {topic} ({Or(channel.Schema, channel.Channel.MessageEncoding)})");
        string rate = channel.RateHz > 0 ? FormattableString.Invariant($", {channel.RateHz:F2} Hz") : "";
        Line($"             {channel.Messages} messages, {channel.Bytes / 1e6:F3} MB{rate}");
        if (channel.Messages < 3 || topic.StartsWith("/edgefusion/", StringComparison.Ordinal))
        {
            return;
        }

        double p99 = channel.P99Nanoseconds / 1e6;
        Line($"             interval median {channel.MedianNanoseconds / 1e6:F3} ms, p99 {p99:F3} ms");
        Line($"             jitter {Jitter(channel)}");
        double delayMin = channel.DelayMin / 1e6;
        double delayMax = channel.DelayMax / 1e6;
        Line($"             logged {delayMin:F3} to {delayMax:F3} ms after capture, drift {channel.DriftPpm:F1} ppm");
        if (channel.Backwards + channel.Absurd > 0)
        {
            Line($"             {channel.Backwards} captures go back in time, {channel.Absurd} lie after 2116");
        }

        if (channel.GapCount > 0)
        {
            string first = string.Join(", ", channel.Gaps.Take(MostGapsShown).Select(gap =>
                FormattableString.Invariant(
                    $"{(gap.From - channel.First) / 1e9:F3} s +{(gap.To - gap.From) / 1e6:F1} ms")));
            Line($"             {channel.GapCount} gaps: {first}");
        }
    }

    private static string Jitter(ChannelFacts channel)
    {
        double all = Math.Max(1, channel.Jitter.Sum());
        return string.Join(", ", channel.Jitter.Index().Where(bin => bin.Item > 0).Select(bin =>
            double.IsInfinity(ChannelFacts.JitterEdges[bin.Index])
                ? FormattableString.Invariant($"over {ChannelFacts.JitterEdges[^2]:P0} {bin.Item / all:P1}")
                : FormattableString.Invariant($"<={ChannelFacts.JitterEdges[bin.Index]:P0} {bin.Item / all:P1}")));
    }

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    private static void Line(FormattableString text) =>
        Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
