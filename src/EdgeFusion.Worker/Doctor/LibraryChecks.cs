using System.Runtime.InteropServices;

namespace EdgeFusion.Worker.Doctor;

/// <summary>The system's libraries that adapters bind to, by the Debian package that has them.</summary>
internal static class LibraryChecks
{
    private static readonly (string Library, string Package, string For)[] Libraries =
    [
        ("libmosquitto.so.1", "libmosquitto1", "publishing"),
        ("libzstd.so.1", "libzstd1", "recordings with zstd"),
        ("liblz4.so.1", "liblz4-1", "recordings with lz4"),
        ("libturbojpeg.so.0", "libturbojpeg0", "JPEG frames"),
        ("libpng16.so.16", "libpng16-16", "PNG import"),
        ("libgstreamer-1.0.so.0", "libgstreamer1.0-0", "cameras and microphones by GStreamer"),
        ("libgstapp-1.0.so.0", "libgstreamer-plugins-base1.0-0", "cameras and microphones by GStreamer"),
        ("libasound.so.2", "libasound2", "microphones by ALSA"),
    ];

    public static IEnumerable<Finding> Run()
    {
        foreach ((string library, string package, string purpose) in Libraries)
        {
            if (NativeLibrary.TryLoad(library, out nint handle))
            {
                NativeLibrary.Free(handle);
                yield return Finding.Ok("library", $"{library} ({purpose})");
            }
            else
            {
                yield return Finding.Warn(
                    "library", $"{library} is not here: no {purpose}", $"apt-get install {package}");
            }
        }
    }
}
