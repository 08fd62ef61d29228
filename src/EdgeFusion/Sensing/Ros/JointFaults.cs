namespace EdgeFusion.Sensing.Ros;

/// <summary>Texts about the arrays of a JointState; constant, so that a stream of bad messages costs nothing.</summary>
internal static class JointFaults
{
    private static readonly string[] Empties =
    [
        "its field 'position' is empty", "its field 'velocity' is empty; leave velocity out of the sensor's fields",
        "its field 'effort' is empty; leave effort out of the sensor's fields",
    ];

    private static readonly string[] Infinite =
    [
        "its field 'position' holds a number that is none", "its field 'velocity' holds a number that is none",
        "its field 'effort' holds a number that is none",
    ];

    public static string Empty(int array) => Empties[array];

    public static string NotFinite(int array) => Infinite[array];
}
