using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Linux.Compression;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion recover: what is left of a damaged or unfinished recording, as a new one.</summary>
internal static class RecoverCommand
{
    private const int MostDamagesShown = 20;

    public static Command Create()
    {
        var recording = new Argument<string>("recording") { Description = "Damaged recording (.mcap); never changed." };
        var to = new Option<string?>("--to") { Description = "File to write. Default FILE.recovered.mcap." };
        var force = new Option<bool>("--force") { Description = "Replace an existing file." };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON." };
        var command = new Command("recover", """
            Write what is left of a damaged or unfinished recording to a new file, with fresh indexes, and say exactly
            what is lost. Exit code 0 only where everything in the file was brought over; 3 where something was lost.

            Example: edgefusion recover run.mcap --to good.mcap
            """)
        {
            recording, to, force, json,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(recording)!;
            string target = parsed.GetValue(to) ?? Path.ChangeExtension(path, ".recovered.mcap");
            return Run(path, target, parsed.GetValue(force), parsed.GetValue(json));
        });
        return command;
    }

    private static int Run(string path, string target, bool force, bool json)
    {
        using IChunkCodec? codec = ZstdCodec.Probe() is null ? new ZstdCodec() : null;
        var recovery = new McapRecovery(
            Recordings.ReadOptions(), new McapWriterOptions { Codec = codec, SelfContainedChunks = true });
        McapRecoveryReport report = recovery.Recover(path, target, force);
        if (json)
        {
            Console.WriteLine(Json(report, target));
        }
        else
        {
            Print(report, path, target);
        }

        return report.IsComplete ? ExitCode.Success : ExitCode.Different;
    }

    private static void Print(McapRecoveryReport report, string path, string target)
    {
        Line($"recovered    {report.Messages} messages of {report.Chunks} chunks to {target}");
        foreach ((string topic, long count) in report.MessagesByTopic)
        {
            Line($"             {count,9} {topic}");
        }

        if (!report.WasFinished)
        {
            Line($"unfinished   {path} has no end: what its writer still held in memory was never in it");
        }

        if (report.IsComplete)
        {
            Line($"lost         nothing of what is in the file");
            return;
        }

        string lost = report.MessagesLost is { } number ? Invariant($"{number} messages") : "unknown many messages";
        Line($"lost         {lost}, {report.LostBytes} of {report.FileBytes} bytes, {report.Damages.Count} places");
        foreach (McapDamage damage in report.Damages.Take(MostDamagesShown))
        {
            string what = damage.IsChunk ? "chunk" : "bytes";
            string held = damage.Messages is { } inIt ? Invariant($", {inIt} messages") : "";
            Line($"             {what} {damage.Offset}..{damage.Offset + damage.Bytes}{held}: {damage.Reason}");
        }

        if (report.Damages.Count > MostDamagesShown)
        {
            Line($"             and {report.Damages.Count - MostDamagesShown} more (see --json)");
        }

        PrintDoubts(report);
    }

    private static void PrintDoubts(McapRecoveryReport report)
    {
        if (report.MessagesWithoutChannel > 0)
        {
            Line($"             {report.MessagesWithoutChannel} intact messages whose channel is nowhere described");
        }

        if (report.SectionCrcMismatch)
        {
            Line($"doubtful     the file's own checksum differs: metadata or attachments may be damaged");
        }

        if (report.Unverified > 0)
        {
            Line($"doubtful     {report.Unverified} messages lay outside of chunks, where no checksum covers them");
        }

        if (report.AbsurdTimes > 0)
        {
            Line($"doubtful     {report.AbsurdTimes} messages are dated after the year 2116");
        }
    }

    private static string Json(McapRecoveryReport report, string target)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("target", target);
            json.WriteBoolean("complete", report.IsComplete);
            json.WriteBoolean("was_finished", report.WasFinished);
            json.WriteNumber("messages", report.Messages);
            WriteNumber(json, "messages_lost", report.MessagesLost);
            WriteNumber(json, "messages_expected", report.MessagesExpected);
            json.WriteNumber("messages_without_channel", report.MessagesWithoutChannel);
            json.WriteNumber("chunks", report.Chunks);
            json.WriteNumber("file_bytes", report.FileBytes);
            json.WriteNumber("lost_bytes", report.LostBytes);
            json.WriteBoolean("section_crc_mismatch", report.SectionCrcMismatch);
            json.WriteNumber("unverified", report.Unverified);
            json.WriteNumber("absurd_times", report.AbsurdTimes);
            json.WriteStartObject("topics");
            foreach ((string topic, long count) in report.MessagesByTopic)
            {
                json.WriteNumber(topic, count);
            }

            json.WriteEndObject();
            json.WriteStartArray("damages");
            foreach (McapDamage damage in report.Damages)
            {
                Write(json, damage);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, McapDamage damage)
    {
        json.WriteStartObject();
        json.WriteNumber("offset", damage.Offset);
        json.WriteNumber("bytes", damage.Bytes);
        json.WriteBoolean("chunk", damage.IsChunk);
        WriteNumber(json, "messages", damage.Messages);
        json.WriteNumber("claimed_start_ns", damage.StartTime);
        json.WriteNumber("claimed_end_ns", damage.EndTime);
        json.WriteString("reason", damage.Reason);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Line(FormattableString text) => Console.WriteLine(Invariant(text));
}
