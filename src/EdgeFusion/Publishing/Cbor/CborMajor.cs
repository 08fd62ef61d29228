namespace EdgeFusion.Publishing.Cbor;

/// <summary>Major types and single bytes of RFC 8949.</summary>
internal static class CborMajor
{
    public const int Unsigned = 0;
    public const int Negative = 1;
    public const int Bytes = 2;
    public const int Text = 3;
    public const int Array = 4;
    public const int Map = 5;
    public const int Tag = 6;
    public const int Simple = 7;

    public const byte False = 0xF4;
    public const byte True = 0xF5;
    public const byte Null = 0xF6;
    public const byte Undefined = 0xF7;
    public const byte Float16 = 0xF9;
    public const byte Float32 = 0xFA;
    public const byte Float64 = 0xFB;
    public const byte Break = 0xFF;

    /// <summary>Values below this one stand in the initial byte; from it on 1, 2, 4 or 8 bytes follow.</summary>
    public const int OneByte = 24;

    /// <summary>The length is not known yet: the items end with a break.</summary>
    public const int Indefinite = 31;
}
