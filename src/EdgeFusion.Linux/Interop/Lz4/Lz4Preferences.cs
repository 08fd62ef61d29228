using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Lz4;

/// <summary>LZ4F_preferences_t with its LZ4F_frameInfo_t; 56 bytes. Zero everywhere is the default.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Lz4Preferences
{
    /// <summary>Blocks of up to 4 MiB (LZ4F_max4MB), so that a chunk is one block.</summary>
    public const int Block4MiB = 7;

    public int BlockSizeId;
    public int BlockMode;
    public int ContentChecksum;
    public int FrameType;
    public ulong ContentSize;
    public uint DictionaryId;
    public int BlockChecksum;
    public int CompressionLevel;
    public uint AutoFlush;
    public uint FavorDecompressionSpeed;
    public uint Reserved0;
    public uint Reserved1;
    public uint Reserved2;
}
