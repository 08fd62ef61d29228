using System.Runtime.CompilerServices;
using EdgeFusion.Recording.Cdr;

namespace EdgeFusion.Recording.Samples;

/// <summary>Narrows recorded numbers to 32-bit floats and refuses those that are not finite. Hot path.</summary>
internal static class FloatFields
{
    public static void Copy(in CdrNumbers source, Span<float> destination, string what, string field)
    {
        for (int i = 0; i < source.Count; i++)
        {
            destination[i] = Narrow(source[i], what, field, i);
        }
    }

    public static float Narrow(double value, string what, string field, int index)
    {
        float narrow = (float)value;
        if (!float.IsFinite(narrow))
        {
            Throw(value, what, field, index);
        }

        return narrow;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Throw(double value, string what, string field, int index) => throw new RecordingException(
        $"Cannot use a message of {what}: field '{field}[{index}]' is {value}, which is not a finite 32-bit float. "
        + "The message is left out; check the sensor's driver.");
}
