namespace EdgeFusion.Testing.Bags;

/// <summary>The bags of this folder, beside the test.</summary>
public static class TestBags
{
    /// <summary>Path of a bag: cell.bag, none.bag or lz4.bag.</summary>
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Bags", name);
}
