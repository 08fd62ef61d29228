using EdgeFusion.Recording;
using EdgeFusion.Testing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Live;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>Labels that people set while a run is recorded.</summary>
public sealed class LiveLabelTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<LabelSpan> _written = [];
    private readonly PipelineClock _clock;
    private readonly LiveLabels _labels;

    public LiveLabelTests()
    {
        _clock = new PipelineClock(_time);
        _labels = new LiveLabels(_clock, label =>
        {
            _written.Add(label);
            return true;
        });
    }

    [Fact]
    public void A_label_lasts_from_its_beginning_to_its_end()
    {
        Timestamp start = _clock.Now;
        Assert.Null(_labels.Start("colour", "red"));
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Null(_labels.Stop("colour"));

        Assert.Equal([new LabelSpan("colour", "red", start, start + TimeSpan.FromSeconds(2))], _written);
        Assert.Equal("no label of 'colour' is open", _labels.Stop("colour"));
    }

    [Fact]
    public void The_next_label_of_a_head_ends_the_one_before_and_other_heads_go_on()
    {
        _labels.Start("colour", "red");
        _labels.Start("weight", "heavy");
        _time.Advance(TimeSpan.FromSeconds(1));
        _labels.Start("colour", "green");

        Assert.Equal("red", Assert.Single(_written).Label);
        Assert.Equal(("green", "heavy"), (_labels.Open("colour"), _labels.Open("weight")));
    }

    [Fact]
    public void The_end_of_the_run_ends_what_is_open_and_no_label_is_empty()
    {
        _labels.Start("colour", "red");
        _labels.Start("weight", "heavy");

        _labels.StopAll();

        Assert.Equal(2, _written.Count);
        Assert.All(_written, label => Assert.True(label.End > label.Start));
    }

    [Fact]
    public void Open_labels_are_bounded()
    {
        for (int i = 0; i < LiveLabels.MostOpen; i++)
        {
            Assert.Null(_labels.Start($"head{i}", "x"));
        }

        Assert.Equal("there are 64 open labels already", _labels.Start("one more", "x"));
        Assert.Null(_labels.Start("head0", "y"));
    }

    [Fact]
    public void Where_nothing_is_recorded_the_end_says_so()
    {
        var labels = new LiveLabels(_clock, _ => false);
        labels.Start("colour", "red");

        Assert.StartsWith("nothing is recorded", labels.Stop("colour"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_begins_its_label_and_ends_it()
    {
        LabelKeys keys = LabelKeys.Parse("r=colour:red, g=colour:green,h=weight:heavy");

        Assert.Equal("label colour:red begun", keys.Press('r', _labels));
        Assert.Equal("label colour:green begun", keys.Press('g', _labels));
        Assert.Equal("label colour:green ended", keys.Press('g', _labels));
        Assert.Null(keys.Press('x', _labels));

        Assert.Equal(["red", "green"], _written.Select(label => label.Label));
    }

    [Theory]
    [InlineData("")]
    [InlineData("r")]
    [InlineData("r=red")]
    [InlineData("rr=colour:red")]
    [InlineData("r=colour:")]
    [InlineData("r=colour:red,r=colour:green")]
    public void Keys_that_mean_nothing_are_a_sentence(string text)
    {
        var fault = Assert.Throws<ConfigurationException>(() => LabelKeys.Parse(text));

        Assert.Contains("KEY=HEAD:LABEL", fault.Message, StringComparison.Ordinal);
    }
}
