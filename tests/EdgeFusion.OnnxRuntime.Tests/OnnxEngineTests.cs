using System.Security.Cryptography;
using EdgeFusion.Models;
using EdgeFusion.Testing.Inference;
using Xunit;

namespace EdgeFusion.OnnxRuntime.Tests;

public sealed class OnnxEngineTests
{
    [Fact]
    public void Auto_falls_back_to_the_cpu_and_says_why_in_one_line()
    {
        using OnnxEngine engine = OnnxEngine.Create(Bundle(), new OnnxEngineOptions());

        if (engine.Info.Provider == "cpu")
        {
            Assert.Equal("cpu", engine.Info.Device);
            Assert.Equal("fp32", engine.Info.Precision);
            Assert.StartsWith("tensorrt: ", engine.Info.FallbackReason, StringComparison.Ordinal);
            Assert.Contains("; cuda: ", engine.Info.FallbackReason, StringComparison.Ordinal);
            Assert.DoesNotContain("\n", engine.Info.FallbackReason, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal("gpu:0", engine.Info.Device);
        }
    }

    [Fact]
    public void The_first_choice_has_no_fallback_reason()
    {
        using OnnxEngine engine = OnnxEngine.Create(Bundle(), new OnnxEngineOptions { Providers = ["cpu", "auto"] });

        Assert.Equal("cpu", engine.Info.Provider);
        Assert.Null(engine.Info.FallbackReason);
    }

    [Fact]
    public void A_graph_that_the_run_time_refuses_is_one_model_exception_that_names_provider_and_model()
    {
        byte[] file = new OnnxModelWriter()
            .Input("x", OnnxModelWriter.Float32, 1, 4)
            .Node("NoSuchOperator", ["x"], ["y"])
            .Output("y", OnnxModelWriter.Float32, 1, 2)
            .ToArray();
        ModelBundle bundle = ModelBundle.FromMemory(Vector(file), file);

        ModelException fault = Assert.Throws<ModelException>(
            () => OnnxEngine.Create(bundle, new OnnxEngineOptions { Providers = ["cpu"] }));

        Assert.Contains("'tiny' 1.0.0", fault.Message, StringComparison.Ordinal);
        Assert.Contains("cpu: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("NoSuchOperator", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_that_declares_another_output_shape_than_it_computes_is_refused_at_creation()
    {
        byte[] file = new OnnxModelWriter()
            .Input("x", OnnxModelWriter.Float32, 1, 4)
            .Node("Identity", ["x"], ["y"])
            .Output("y", OnnxModelWriter.Float32, 1, 2)
            .ToArray();
        ModelBundle bundle = ModelBundle.FromMemory(Vector(file), file);

        Assert.Throws<ModelException>(
            () => OnnxEngine.Create(bundle, new OnnxEngineOptions { Providers = ["cpu"] }));
    }

    [Fact]
    public void Bad_options_are_listed_together()
    {
        var options = new OnnxEngineOptions
        {
            Providers = ["gpu"],
            IntraOpThreads = 0,
            DeviceId = -1,
            WarmUpRuns = 101,
        };

        ConfigurationException fault = Assert.Throws<ConfigurationException>(
            () => OnnxEngine.Create(Bundle(), options));

        Assert.Contains("'gpu'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("IntraOpThreads is 0", fault.Message, StringComparison.Ordinal);
        Assert.Contains("DeviceId is -1", fault.Message, StringComparison.Ordinal);
        Assert.Contains("WarmUpRuns is 101", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_threads_give_the_same_answer()
    {
        using OnnxEngine one = OnnxEngine.Create(Bundle(), new OnnxEngineOptions { Providers = ["cpu"] });
        using OnnxEngine four = OnnxEngine.Create(
            Bundle(), new OnnxEngineOptions { Providers = ["cpu"], IntraOpThreads = 4 });
        foreach (OnnxEngine engine in (OnnxEngine[])[one, four])
        {
            engine.Arena.Bytes(0).Fill(7);
            engine.Arena.Floats(engine.Arena.MaskIndex).Fill(1);
            engine.Run();
        }

        Assert.Equal(one.Arena.Floats(one.Arena.HeadIndices[0]), four.Arena.Floats(four.Arena.HeadIndices[0]));
    }

    [Fact]
    public void A_thousand_engines_leak_no_file_descriptors()
    {
        OnnxEngine.Create(Bundle(), new OnnxEngineOptions { Providers = ["cpu"] }).Dispose();
        int before = OpenFiles();

        for (int i = 0; i < 1000; i++)
        {
            OnnxEngine.Create(Bundle(), new OnnxEngineOptions { Providers = ["cpu"], WarmUpRuns = 0 }).Dispose();
        }

        // Other tests of this process open and close theirs meanwhile; a leak would be a thousand.
        Assert.InRange(OpenFiles(), 0, before + 300);
    }

    [Fact]
    public void An_engine_cache_that_others_may_write_to_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_111_111);

            ModelException fault = Assert.Throws<ModelException>(() => EngineCacheFolder.Prepare(
                folder.FullName, "00", "1.29.0", new OnnxEngineOptions()));

            Assert.Contains("chmod 700", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_engine_cache_is_private_and_differs_by_model_precision_and_run_time()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string root = Path.Combine(folder.FullName, "cache");
            var half = new OnnxEngineOptions { HalfPrecision = true };
            string[] paths =
            [
                EngineCacheFolder.Prepare(root, "00", "1.29.0", new OnnxEngineOptions()),
                EngineCacheFolder.Prepare(root, "01", "1.29.0", new OnnxEngineOptions()),
                EngineCacheFolder.Prepare(root, "00", "1.30.0", new OnnxEngineOptions()),
                EngineCacheFolder.Prepare(root, "00", "1.29.0", half),
            ];

            Assert.Equal(4, paths.Distinct().Count());
            foreach (string path in paths)
            {
                Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(path));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_run_time_has_the_pinned_version() =>
        Assert.Equal("1.29.0", OnnxEngine.RuntimeVersion);

    private static int OpenFiles() => Directory.GetFiles("/proc/self/fd").Length;

    private static ModelBundle Bundle() => ModelBundle.FromMemory(ContractModel.Manifest, ContractModel.File);

    private static ModelManifest Vector(byte[] file) => new()
    {
        Schema = 1,
        Name = "tiny",
        Version = "1.0.0",
        File = "model.onnx",
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(file)),
        Opset = 17,
        Window = new WindowShape(1_000_000_000, 100_000_000, 0),
        Inputs =
        [
            new ModelInput
            {
                Tensor = "x", Modality = "force", Kind = InputKind.Vector, Type = TensorType.Float32,
                Shape = [1, 4], Layout = "NTC", RateHz = 4,
            },
        ],
        Heads =
        [
            new ModelHead { Name = "y", Kind = HeadKind.Classification, Tensor = "y", Labels = ["a", "b"] },
        ],
    };
}
