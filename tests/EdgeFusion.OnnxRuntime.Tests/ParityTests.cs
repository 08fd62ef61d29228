using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime.Parity;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Inference;

namespace EdgeFusion.OnnxRuntime.Tests;

public sealed class ParityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    /// <summary>Names of the models in the repository; one empty name where there is none yet.</summary>
    public static TheoryData<string> Models
    {
        get
        {
            var names = new ModelCatalog(Path.Combine(RepositoryRoot.Path, "models")).Names();
            return names.IsEmpty ? new TheoryData<string>("") : new TheoryData<string>(names);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_model_in_the_repository_answers_as_it_did_in_training(string name)
    {
        if (name.Length == 0)
        {
            return;
        }

        ModelBundle bundle = new ModelCatalog(Path.Combine(RepositoryRoot.Path, "models")).Open(name);
        using OnnxEngine engine = OnnxEngine.Create(bundle, new OnnxEngineOptions { Providers = ["cpu"] });
        ParityFile parity = ParityFile.Read(bundle.Manifest);

        AssertAnswers(engine, parity);
        if (bundle.Split is not null)
        {
            using SplitEngine split = SplitEngine.Create(bundle, new OnnxEngineOptions { Providers = ["cpu"] });
            AssertAnswers(split, parity);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_variant_in_the_repository_decides_as_its_model_does(string name)
    {
        var catalog = new ModelCatalog(Path.Combine(RepositoryRoot.Path, "models"));
        foreach (ModelVariant variant in name.Length == 0 ? [] : catalog.Open(name).Manifest.Variants)
        {
            using OnnxEngine full = OnnxEngine.Create(
                catalog.Open(name), new OnnxEngineOptions { Providers = ["cpu"] });
            using OnnxEngine lower = OnnxEngine.Create(
                catalog.Open(name, variant.Precision), new OnnxEngineOptions { Providers = ["cpu"] });
            ParityFile parity = ParityFile.Read(full.Manifest);
            int equal = 0;
            int compared = 0;
            for (int window = 0; window < 400; window++)
            {
                int[] expected = Decisions(full, parity, window, out bool clear);
                int[] actual = Decisions(lower, parity, window, out _);
                compared += clear ? 1 : 0;
                equal += clear && expected.SequenceEqual(actual) ? 1 : 0;
            }

            Assert.True(
                equal >= 0.995 * compared, $"{variant.Precision}: {equal} of {compared} clear decisions are equal");
        }
    }

    [Fact]
    public void Inputs_follow_the_formula_that_training_uses()
    {
        using var arena = new TensorArena(ContractModel.Manifest);
        ParityFile parity = ParityFile.Synthetic(ContractModel.Manifest);

        parity.Fill(arena, 0);
        byte[] camera = arena.Bytes(0)[..6].ToArray();
        parity.Fill(arena, 2);
        float[] microphone = arena.Floats(1)[..4].ToArray();

        // Worked out with the Python of models/training.
        Assert.Equal([14, 162, 32, 117, 158, 34], camera);
        Assert.Equal([-0.38108617f, 0.18076009f, 0.056001008f, -0.061592877f], microphone);
        Assert.Equal([1, 0, 1], arena.Floats(arena.MaskIndex).ToArray());
    }

    [Fact]
    public void A_file_is_read_and_a_wrong_answer_is_measured()
    {
        ModelManifest manifest = Write("""
            { "schema": 1, "model": "contract", "tolerance": 0.0001, "formula": [],
              "inputs": [
                { "tensor": "camera", "low": [0], "span": [255] }, { "tensor": "microphone", "low": [2], "span": [0] },
                { "tensor": "force", "low": [1, 3], "span": [0, 0] } ],
              "cases": [ { "name": "only 1 and 2", "avail": [0, 1, 1], "outputs": {
                "logits_weight": [4.5, 6], "logits_weight_per_modality": [0, 0, 4, -2, 0.5, 8],
                "embedding": [0, 2, 2, -0.5] } } ] }
            """);
        using OnnxEngine engine = OnnxEngine.Create(
            ModelBundle.FromMemory(ContractModel.Manifest, ContractModel.File),
            new OnnxEngineOptions { Providers = ["cpu"] });
        ParityFile parity = ParityFile.Read(manifest);

        parity.Fill(engine.Arena, 0);
        engine.Run();

        // embedding: 2 * [0, 1, 0, -1] + 2 * [0, 0, 1, 0.5] ends in -1; the file says -0.5.
        Assert.Equal(0.5, parity.Difference(engine.Arena, 0), 5);
        Assert.Equal(0.0001, parity.Tolerance);
    }

    [Fact]
    public void A_case_states_the_context_by_number()
    {
        File.WriteAllText(Path.Combine(_folder, ParityFile.FileName), """
            { "schema": 1, "model": "parts", "tolerance": 0.0001, "formula": [],
              "inputs": [
                { "tensor": "force", "low": [2], "span": [0] },
                { "tensor": "proprioception", "low": [4], "span": [0] } ],
              "cases": [
                { "name": "pick", "avail": [1, 1], "context": { "behaviour": 1 }, "outputs": {
                  "logits_weight": [3, 10, -2, -2], "logits_weight_per_modality": [2, 1, -2, 0, 1, 8, 0, -2],
                  "pose": [4, 6] } },
                { "name": "unknown", "avail": [1, 0], "context": { "behaviour": -1 }, "outputs": {
                  "logits_weight": [2, 1, -2, 0], "logits_weight_per_modality": [2, 1, -2, 0, 0, 0, 0, 0],
                  "pose": [2, -2] } } ] }
            """);
        PartsModel.WriteTo(_folder);
        ModelBundle bundle = ModelBundle.Open(_folder);
        ParityFile parity = ParityFile.Read(bundle.Manifest);

        foreach (GraphChoice graph in (GraphChoice[])[GraphChoice.Whole, GraphChoice.Split])
        {
            using IInferenceEngine engine = OnnxEngines.Create(
                bundle, new OnnxEngineOptions { Providers = ["cpu"], Graph = graph });
            for (int i = 0; i < parity.Cases.Length; i++)
            {
                parity.Fill(engine.Arena, i);
                engine.Run();

                Assert.Equal(0, parity.Difference(engine.Arena, i), 5);
            }
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{ "schema": 1, "model": "other", "inputs": [], "tolerance": 1, "cases": [] }""")]
    [InlineData("""{ "schema": 1, "model": "contract", "inputs": [1, 2, 3], "tolerance": 1, "cases": [] }""")]
    public void What_is_no_parity_file_is_one_model_exception(string json) =>
        Assert.Throws<ModelException>(() => ParityFile.Read(Write(json)));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void AssertAnswers(IInferenceEngine engine, ParityFile parity)
    {
        for (int i = 0; i < parity.Cases.Length; i++)
        {
            parity.Fill(engine.Arena, i);
            engine.Run();

            double difference = parity.Difference(engine.Arena, i);
            Assert.True(difference <= parity.Tolerance, $"case '{parity.Cases[i].Name}' differs by {difference}");
        }
    }

    private static int[] Decisions(IInferenceEngine engine, ParityFile parity, int window, out bool clear)
    {
        parity.FillPresent(engine.Arena, window);
        engine.Run();
        clear = true;
        var decisions = new List<int>();
        for (int head = 0; head < engine.Manifest.Heads.Length; head++)
        {
            if (engine.Manifest.Heads[head].Kind == HeadKind.Classification)
            {
                decisions.Add(ClearMargin.Best(engine.Arena.Floats(engine.Arena.HeadIndices[head]), out float margin));
                clear &= margin >= ClearMargin.Smallest;
            }
        }

        return [.. decisions];
    }

    private ModelManifest Write(string json)
    {
        File.WriteAllText(Path.Combine(_folder, ParityFile.FileName), json);
        return ContractModel.Manifest with { Folder = _folder };
    }
}
