using System.Runtime.InteropServices;
using Xunit;

namespace EdgeFusion.Testing;

/// <summary>A test that is skipped, with the reason, where a native library is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsLibraryFactAttribute : FactAttribute
{
    /// <summary>Looks for a library by its file name, e.g. libasound.so.2.</summary>
    public NeedsLibraryFactAttribute(string library) => Skip = WhyNot(library);

    /// <summary>Why the library cannot be used; null where it can.</summary>
    public static string? WhyNot(string library)
    {
        if (!NativeLibrary.TryLoad(library, out nint handle))
        {
            return $"{library} is not installed";
        }

        NativeLibrary.Free(handle);
        return null;
    }
}
