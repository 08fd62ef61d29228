using System.Runtime.InteropServices;

namespace EdgeFusion.Worker.Doctor;

/// <summary>The NVIDIA driver, and the libraries that this build's GPU providers were linked with.</summary>
/// <param name="folder">Where the providers lie.</param>
/// <param name="isThere">Whether the loader finds a library.</param>
/// <param name="driverFile">Where the driver tells its version.</param>
internal sealed class GpuChecks(string folder, Func<string, bool> isThere, string driverFile)
{
    private const string Driver = "libcuda.so.1";
    private const string Unknown = "of unknown version";

    private static readonly (string Provider, string File)[] Providers =
    [
        ("CUDA", "libonnxruntime_providers_cuda.so"),
        ("TensorRT", "libonnxruntime_providers_tensorrt.so"),
    ];

    /// <summary>Checks this machine and this build.</summary>
    public static IEnumerable<Finding> Run() =>
        new GpuChecks(AppContext.BaseDirectory, IsThere, "/proc/driver/nvidia/version").Examine();

    /// <summary>Checks.</summary>
    public IEnumerable<Finding> Examine()
    {
        bool driver = isThere(Driver);
        yield return driver
            ? Finding.Ok("gpu", $"NVIDIA driver {DriverVersion()}")
            : Finding.Warn("gpu", $"no NVIDIA driver ({Driver}): models run on the CPU", "fine without a GPU");
        foreach ((string provider, string file) in Providers)
        {
            string path = Path.Combine(folder, file);
            if (File.Exists(path))
            {
                yield return Examine(provider, path);
            }
            else if (driver)
            {
                yield return Finding.Warn(
                    "gpu", $"this build of ONNX Runtime has no {provider} provider ({file})",
                    "build with WithGpuProviders=true (deploy/build-deb.sh amd64 --gpu); on a Jetson put NVIDIA's "
                    + "build of ONNX Runtime there");
            }
        }
    }

    private Finding Examine(string provider, string path)
    {
        IReadOnlyList<string> needed;
        try
        {
            needed = ElfNeeded.Read(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Finding.Fail("gpu", $"{path}: {fault.Message}", "install the package again");
        }

        string[] vendor = [.. needed.Where(IsVendors)];
        string[] missing = [.. vendor.Where(library => !isThere(library))];
        string wanted = string.Join(", ", vendor.Select(Version).Distinct());
        return missing.Length == 0
            ? Finding.Ok("gpu", $"{provider} provider: {wanted} are here")
            : Finding.Warn(
                "gpu", $"{provider} provider was built for {wanted}; missing here: {string.Join(", ", missing)}",
                "install exactly these versions (the number behind .so.) and make the loader find them "
                + "(LD_LIBRARY_PATH or ldconfig); else models run on the CPU");
    }

    private static bool IsVendors(string library) =>
        library.StartsWith("libcu", StringComparison.Ordinal) || library.StartsWith("libnv", StringComparison.Ordinal);

    /// <summary>libcudnn.so.9 as "cudnn 9".</summary>
    private static string Version(string library)
    {
        int at = library.IndexOf(".so", StringComparison.Ordinal);
        return at < 0 ? library : $"{library[3..at]} {library[(at + 3)..].TrimStart('.')}".TrimEnd();
    }

    private string DriverVersion()
    {
        try
        {
            string[] words = File.ReadLines(driverFile).First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words.FirstOrDefault(word => word.Contains('.') && char.IsAsciiDigit(word[0])) ?? Unknown;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return Unknown;
        }
    }

    private static bool IsThere(string library)
    {
        bool found = NativeLibrary.TryLoad(library, out nint handle);
        if (found)
        {
            NativeLibrary.Free(handle);
        }

        return found;
    }
}
