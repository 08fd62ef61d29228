using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace EdgeFusion.OnnxRuntime;

/// <summary>
/// Says why a provider cannot work here, before the run time tries and prints a page of its own. Cheap: looks for
/// files and libraries, touches no device.
/// </summary>
internal static class ProviderProbe
{
    private const string DriverLibrary = "libcuda.so.1";

    /// <summary>The run time's environment; created once per process, quiet, without telemetry.</summary>
    /// <exception cref="ModelException">The native library of the run time is missing or does not fit.</exception>
    public static OrtEnv Environment()
    {
        try
        {
            if (OrtEnv.IsCreated)
            {
                return OrtEnv.Instance();
            }

            // Our own exceptions and FallbackReason carry every failure; the run time's lines on stderr add nothing.
            var options = new EnvironmentCreationOptions
            {
                logId = "edgefusion",
                logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            };
            OrtEnv env = OrtEnv.CreateInstanceWithOptions(ref options);
            env.DisableTelemetryEvents();
            return env;
        }
        catch (Exception fault) when (fault is TypeInitializationException or DllNotFoundException
            or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new ModelException(
                $"ONNX Runtime cannot be loaded: libonnxruntime.so for {RuntimeInformation.RuntimeIdentifier} must lie "
                + $"in {AppContext.BaseDirectory}. On x64 the build puts it there; on arm64 (Jetson) copy the vendor's "
                + $"library of the same version. ({(fault.InnerException ?? fault).Message})", fault);
        }
    }

    /// <summary>Why the provider cannot be used; null where nothing speaks against it.</summary>
    public static string? Obstacle(OrtEnv env, ExecutionProvider provider)
    {
        if (!env.GetAvailableProviders().AsSpan().Contains(provider.RuntimeName))
        {
            return "this libonnxruntime.so was built without it";
        }

        if (provider.Library is not { } library)
        {
            return null;
        }

        if (!IsInstalled(library))
        {
            return $"{library} is not in {AppContext.BaseDirectory} (build with WithGpuProviders=true)";
        }

        if (!NativeLibrary.TryLoad(DriverLibrary, out nint driver))
        {
            return $"no NVIDIA driver ({DriverLibrary} not found)";
        }

        NativeLibrary.Free(driver);
        return null;
    }

    // The run time loads a provider from the folder of its own library: the program's, or NuGet's native folder.
    private static bool IsInstalled(string library)
    {
        string folder = AppContext.BaseDirectory;
        string native = Path.Combine(folder, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        return File.Exists(Path.Combine(folder, library)) || File.Exists(Path.Combine(native, library));
    }
}
