using System.Diagnostics;
using EdgeFusion.Publishing;
using Xunit;

namespace EdgeFusion.Tests.Publishing.Durable;

/// <summary>A file system that is really full, in memory; needs the right to mount one.</summary>
public sealed class FullDiskTests
{
    [NeedsRootFact]
    public void On_a_full_disk_predictions_go_on_and_delivered_plus_declared_is_produced()
    {
        const int Produced = 4000;
        using var bench = new LogBench();
        using var disk = new SmallDisk(bench.Folder, "512k");
        var observer = new OutboxBench();
        bench.Broker.IsUp = false;
        using Outbox outbox = bench.Open(bench.Options() with { MaxMessages = 1000 }, observer);

        for (int i = 0; i < Produced; i++)
        {
            LogBench.Send(outbox, i, 1, padding: 500);
            bench.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.NotNull(outbox.StorageProblem);
        LogBench.AssertAddsUp(outbox);
        bench.Broker.IsUp = true;
        bench.Run(outbox);

        long declared = outbox.Gaps.Snapshot().Sum(gap => gap.Count);
        Assert.True(declared > 0);
        Assert.Equal(Produced, bench.Numbers().Distinct().Count() + declared);
        Assert.Equal(bench.Numbers().Length, bench.Numbers().Distinct().Count());
        Assert.Equal(outbox.Counters.EvictedFull, declared);
        Assert.Contains("storage fails", observer.Events);

        // What has been sent makes room: the log works again.
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        LogBench.Send(outbox, Produced, 100, padding: 500);
        bench.Run(outbox);
        Assert.Null(outbox.StorageProblem);
        LogBench.AssertAddsUp(outbox);
    }

    /// <summary>A small file system mounted on a folder.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly string _folder;

        public SmallDisk(string folder, string size)
        {
            _folder = folder;
            Directory.CreateDirectory(folder);
            Run("mount", "-t", "tmpfs", "-o", $"size={size}", "none", folder);
        }

        public void Dispose() => Run("umount", "-l", _folder);

        private static void Run(string program, params string[] arguments)
        {
            using Process process = Process.Start(program, arguments);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NeedsRootFactAttribute : FactAttribute
    {
        public NeedsRootFactAttribute() => Skip =
            Environment.IsPrivilegedProcess && CanMount() ? null : "only root may mount a small file system";

        /// <summary>In a container even root may not.</summary>
        private static bool CanMount()
        {
            string folder = Directory.CreateTempSubdirectory("edgefusion-test-mount-").FullName;
            try
            {
                new SmallDisk(folder, "64k").Dispose();
                return true;
            }
            catch (Exception fault) when (fault is Xunit.Sdk.XunitException or System.ComponentModel.Win32Exception)
            {
                return false;
            }
            finally
            {
                Directory.Delete(folder);
            }
        }
    }
}
