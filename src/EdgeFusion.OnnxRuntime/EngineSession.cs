using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace EdgeFusion.OnnxRuntime;

/// <summary>Opens a model on one provider.</summary>
internal static class EngineSession
{
    /// <summary>Loads the model; throws what the run time throws.</summary>
    public static InferenceSession Open(
        ReadOnlyMemory<byte> content, string sha256, OnnxEngineOptions options, ExecutionProvider provider, OrtEnv env)
    {
        using SessionOptions session = Common(options);
        if (provider == ExecutionProvider.TensorRt)
        {
            AddTensorRt(env, session, TensorRtSettings(sha256, options, env.GetVersionString()), options.DeviceId);
        }

        // What TensorRT cannot run stays on the same device.
        if (provider.OnGpu)
        {
            AddCuda(env, session, options.DeviceId);
        }

        // The bundle's array is the whole file; an array is what the run time takes.
        byte[] model = MemoryMarshal.TryGetArray(content, out ArraySegment<byte> segment)
            && segment.Offset == 0 && segment.Array!.Length == segment.Count
                ? segment.Array
                : content.ToArray();
        return new InferenceSession(model, session);
    }

    private static SessionOptions Common(OnnxEngineOptions options)
    {
        var session = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            IntraOpNumThreads = options.IntraOpThreads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };

        // Equal inputs must give equal bytes; and threads that spin between windows would only heat the robot.
        session.AddSessionConfigEntry("session.use_deterministic_compute", "1");
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");

        // Our exports leave the batch open under this name. Fixed to 1, shape arithmetic folds away at load time.
        session.AddFreeDimensionOverrideByName("N", 1);
        return session;
    }

    private static Dictionary<string, string> TensorRtSettings(
        string sha256, OnnxEngineOptions options, string runtimeVersion)
    {
        var settings = new Dictionary<string, string> { ["trt_fp16_enable"] = options.HalfPrecision ? "1" : "0" };
        if (options.CacheFolder is { } root)
        {
            string folder = EngineCacheFolder.Prepare(root, sha256, runtimeVersion, options);
            settings["trt_engine_cache_enable"] = "1";
            settings["trt_engine_cache_path"] = folder;
            settings["trt_timing_cache_enable"] = "1";
            settings["trt_timing_cache_path"] = folder;
        }

        return settings;
    }

    private static void AddTensorRt(
        OrtEnv env, SessionOptions session, Dictionary<string, string> settings, int deviceId)
    {
        if (!ProviderPlugin.IsBuiltIn(env, ExecutionProvider.TensorRt))
        {
            ProviderPlugin.Append(env, session, ExecutionProvider.TensorRt, deviceId, settings);
            return;
        }

        using var tensorRt = new OrtTensorRTProviderOptions();
        settings["device_id"] = deviceId.ToString(CultureInfo.InvariantCulture);
        tensorRt.UpdateOptions(settings);
        session.AppendExecutionProvider_Tensorrt(tensorRt);
    }

    private static void AddCuda(OrtEnv env, SessionOptions session, int deviceId)
    {
        // TF32 keeps 10 bits of the mantissa, too few for parity with the CPU; a search for the fastest convolution
        // may choose another one at each start.
        var settings = new Dictionary<string, string>
        {
            ["use_tf32"] = "0",
            ["cudnn_conv_algo_search"] = "HEURISTIC",
        };
        if (!ProviderPlugin.IsBuiltIn(env, ExecutionProvider.Cuda))
        {
            ProviderPlugin.Append(env, session, ExecutionProvider.Cuda, deviceId, settings);
            return;
        }

        using var cuda = new OrtCUDAProviderOptions();
        settings["device_id"] = deviceId.ToString(CultureInfo.InvariantCulture);
        cuda.UpdateOptions(settings);
        session.AppendExecutionProvider_CUDA(cuda);
    }
}
