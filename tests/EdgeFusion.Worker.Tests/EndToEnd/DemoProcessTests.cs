using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using EdgeFusion.Testing;
using EdgeFusion.Worker.Commands;
using Xunit;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>The demo as a process of its own, ended the hard way.</summary>
public sealed partial class DemoProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [NeedsProgramFact("mosquitto")]
    public async Task A_killed_demo_takes_its_private_broker_with_it()
    {
        using Process demo = Process.Start(new ProcessStartInfo(
            "dotnet", ["exec", typeof(CommandLine).Assembly.Location, "demo", "--seconds", "120"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            string line = await demo.StandardOutput.ReadLineAsync(patience.Token) ?? "";
            Match found = BrokerLine().Match(line);
            if (!found.Success && line.Contains("the broker that was there", StringComparison.Ordinal))
            {
                // This machine has a broker of its own on port 1883: nothing is started, nothing may be ended.
                return;
            }

            Assert.True(found.Success, line);
            int port = int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture);
            Assert.True(await AnswersAsync(port));

            demo.Kill();

            while (await AnswersAsync(port))
            {
                await Task.Delay(50, patience.Token);
            }
        }
        finally
        {
            demo.Kill();
        }
    }

    [GeneratedRegex(@"private mosquitto on 127\.0\.0\.1:(\d+)")]
    private static partial Regex BrokerLine();

    private static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
