namespace EdgeFusion.Recording.Samples;

/// <summary>Looks through H.264 in the byte-stream format of annex B.</summary>
internal static class AnnexB
{
    private const int TypeMask = 0x1F;
    private const int KeySlice = 5;
    private const int ParameterSet = 7;

    /// <summary>Whether an access unit is a key frame that can be decoded by itself: IDR slices, and a sequence
    /// parameter set.</summary>
    public static bool IsKeyFrame(ReadOnlySpan<byte> accessUnit)
    {
        bool hasSlice = false;
        bool hasParameters = false;
        ReadOnlySpan<byte> start = [0, 0, 1];
        int at = accessUnit.IndexOf(start);
        while (at >= 0 && at + start.Length < accessUnit.Length)
        {
            accessUnit = accessUnit[(at + start.Length)..];
            int type = accessUnit[0] & TypeMask;
            hasSlice |= type == KeySlice;
            hasParameters |= type == ParameterSet;
            at = accessUnit.IndexOf(start);
        }

        return hasSlice && hasParameters;
    }
}
