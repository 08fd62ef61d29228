using EdgeFusion.Testing;
using EdgeFusion.Worker.Live;

namespace EdgeFusion.Worker.Tests.Operation;

public sealed class LineLimitTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<(string Name, long Omitted)> _summaries = [];

    [Fact]
    public void Something_that_flaps_has_a_few_lines_and_then_a_summary_per_interval()
    {
        var limit = new LineLimit(_time, (name, omitted) => _summaries.Add((name, omitted)));
        int written = 0;
        for (int i = 0; i < 100; i++)
        {
            written += limit.Admits("wrist") ? 1 : 0;
        }

        Assert.Equal(LineLimit.Burst, written);
        Assert.True(limit.Admits("arm"));
        Assert.Empty(_summaries);

        // What happened last is never kept back: the summary comes although nothing more happens.
        _time.Advance(LineLimit.Interval);
        Assert.Equal([("wrist", 100L - LineLimit.Burst)], _summaries);

        Assert.True(limit.Admits("wrist"));
        Assert.False(limit.Admits("wrist"));
        _time.Advance(LineLimit.Interval);
        Assert.Equal(("wrist", 1), _summaries[^1]);

        _time.Advance(LineLimit.Interval * 100);
        for (int i = 0; i < LineLimit.Burst; i++)
        {
            Assert.True(limit.Admits("wrist"));
        }

        Assert.Equal(2, _summaries.Count);
    }
}
