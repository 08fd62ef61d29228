using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace EdgeFusion.OnnxRuntime;

/// <summary>
/// Says why a provider cannot work here, before the run time tries and prints a page of its own: looks for files and
/// libraries first.
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
        if (provider.Library is not { } library)
        {
            return null;
        }

        if (ProviderPlugin.PathOf(library) is not { } path)
        {
            return $"{library} is not in {AppContext.BaseDirectory} (build with WithGpuProviders=true)";
        }

        if (!NativeLibrary.TryLoad(DriverLibrary, out nint driver))
        {
            return $"no NVIDIA driver ({DriverLibrary} not found)";
        }

        NativeLibrary.Free(driver);
        string? obstacle = ProviderPlugin.IsBuiltIn(env, provider)
            ? null
            : ProviderPlugin.Register(env, provider, path);

        // What TensorRT cannot run, CUDA does.
        return obstacle is null && provider == ExecutionProvider.TensorRt
            ? Obstacle(env, ExecutionProvider.Cuda)
            : obstacle;
    }
}
