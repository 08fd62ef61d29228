using System.Globalization;
using System.Runtime.InteropServices;
using EdgeFusion.Models;
using Microsoft.ML.OnnxRuntime;

namespace EdgeFusion.OnnxRuntime;

/// <summary>Opens a model on one provider.</summary>
internal static class EngineSession
{
    /// <summary>Loads the model; throws what the run time throws.</summary>
    public static InferenceSession Open(
        ModelBundle bundle, OnnxEngineOptions options, ExecutionProvider provider, string runtimeVersion)
    {
        using SessionOptions session = Common(options);
        if (provider == ExecutionProvider.TensorRt)
        {
            AddTensorRt(session, bundle, options, runtimeVersion);
        }

        // What TensorRT cannot run stays on the same device.
        if (provider.OnGpu)
        {
            AddCuda(session, options);
        }

        // The bundle's array is the whole file; an array is what the run time takes.
        byte[] model = MemoryMarshal.TryGetArray(bundle.Content, out ArraySegment<byte> segment)
            && segment.Offset == 0 && segment.Array!.Length == segment.Count
                ? segment.Array
                : bundle.Content.ToArray();
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

    private static void AddTensorRt(
        SessionOptions session, ModelBundle bundle, OnnxEngineOptions options, string runtimeVersion)
    {
        var settings = new Dictionary<string, string>
        {
            ["device_id"] = options.DeviceId.ToString(CultureInfo.InvariantCulture),
            ["trt_fp16_enable"] = options.HalfPrecision ? "1" : "0",
        };
        if (options.CacheFolder is { } root)
        {
            string folder = EngineCacheFolder.Prepare(root, bundle.Manifest.Sha256, runtimeVersion, options);
            settings["trt_engine_cache_enable"] = "1";
            settings["trt_engine_cache_path"] = folder;
            settings["trt_timing_cache_enable"] = "1";
            settings["trt_timing_cache_path"] = folder;
        }

        using var tensorRt = new OrtTensorRTProviderOptions();
        tensorRt.UpdateOptions(settings);
        session.AppendExecutionProvider_Tensorrt(tensorRt);
    }

    private static void AddCuda(SessionOptions session, OnnxEngineOptions options)
    {
        // TF32 keeps 10 bits of the mantissa, too few for parity with the CPU; a search for the fastest convolution
        // may choose another one at each start.
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(new Dictionary<string, string>
        {
            ["device_id"] = options.DeviceId.ToString(CultureInfo.InvariantCulture),
            ["use_tf32"] = "0",
            ["cudnn_conv_algo_search"] = "HEURISTIC",
        });
        session.AppendExecutionProvider_CUDA(cuda);
    }
}
