using Xunit;

namespace EdgeFusion.Testing;

/// <summary>Asserts that a loop allocates nothing per turn.</summary>
public static class Allocations
{
    /// <summary>
    /// The unit in which the collector hands memory to a thread. A collection that another thread causes retires what
    /// is left of it and counts that as allocated: up to 8 KiB once, whatever this thread does.
    /// </summary>
    private const long Quantum = 8_192;

    /// <summary>The smallest object on the heap.</summary>
    private const long SmallestObject = 24;

    /// <summary>Asserts that so few bytes were allocated that no turn can have allocated an object.</summary>
    /// <param name="turns">Turns of the loop; enough that one object in each would show: at least 1,000.</param>
    /// <param name="allocated">Difference of GC.GetAllocatedBytesForCurrentThread around the loop.</param>
    public static void AssertNone(long turns, long allocated)
    {
        Assert.True(turns * SmallestObject > 2 * Quantum, $"{turns} turns are too few to tell");
        Assert.True(allocated < Quantum, $"{allocated} bytes were allocated in {turns} turns");
    }
}
