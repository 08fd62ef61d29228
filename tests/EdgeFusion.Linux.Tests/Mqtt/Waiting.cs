using Xunit;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>Waiting for something outside this process, with a generous limit.</summary>
internal static class Waiting
{
    public static void Until(Func<bool> condition, string otherwise, double seconds = 15)
    {
        if (!SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(seconds)))
        {
            Assert.Fail(otherwise);
        }
    }
}
