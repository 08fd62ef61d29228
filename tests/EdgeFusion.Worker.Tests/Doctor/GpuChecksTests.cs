using EdgeFusion.Testing;
using EdgeFusion.Worker.Doctor;
using EdgeFusion.Worker.Tests.EndToEnd;

namespace EdgeFusion.Worker.Tests.Doctor;

public sealed class GpuChecksTests : IDisposable
{
    private const string Cuda = "libonnxruntime_providers_cuda.so";

    private readonly Scratch _scratch = new();

    public GpuChecksTests() => Directory.CreateDirectory(_scratch["app"]);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Without_a_driver_and_providers_there_is_one_warning()
    {
        Finding finding = Assert.Single(Examine());

        Assert.Equal(Verdict.Warn, finding.Verdict);
        Assert.Contains("no NVIDIA driver", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_without_providers_in_the_build_says_how_to_get_them()
    {
        File.WriteAllText(
            _scratch["version"], "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  575.51.03  Release\n");

        List<Finding> findings = Examine("libcuda.so.1");

        Assert.Equal("NVIDIA driver 575.51.03", findings[0].What);
        Assert.Equal(3, findings.Count);
        Assert.Contains("WithGpuProviders", findings[1].Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void The_wrong_cuda_is_named_with_the_version_that_the_build_wants()
    {
        File.WriteAllBytes(Path.Combine(_scratch["app"], Cuda), ElfFile.With("libcudart.so.13", "libcudnn.so.9"));

        List<Finding> findings = Examine("libcuda.so.1", "libcudart.so.12", "libcudnn.so.9");

        Finding wrong = findings.Single(f => f.What.StartsWith("CUDA provider", StringComparison.Ordinal));
        Assert.Equal(Verdict.Warn, wrong.Verdict);
        Assert.Equal(
            "CUDA provider was built for cudart 13, cudnn 9; missing here: libcudart.so.13", wrong.What);
        Assert.Contains(
            Examine("libcuda.so.1", "libcudart.so.13", "libcudnn.so.9"),
            finding => finding is { Verdict: Verdict.Ok, What: "CUDA provider: cudart 13, cudnn 9 are here" });
    }

    [Fact]
    public void A_file_that_is_no_library_needs_nothing()
    {
        foreach (byte[] content in new[] { [], new byte[200], ElfFile.With("a")[..100] })
        {
            File.WriteAllBytes(_scratch["x.so"], content);
            Assert.Empty(ElfNeeded.Read(_scratch["x.so"]));
        }
    }

    [NeedsLibraryFact("libzstd.so.1")]
    public void What_a_real_library_needs_is_read()
    {
        string library = Directory.EnumerateFiles("/lib", "libzstd.so.1", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
        }).First();

        Assert.Contains("libc.so.6", ElfNeeded.Read(library));
    }

    private List<Finding> Examine(params string[] libraries) =>
        [.. new GpuChecks(_scratch["app"], libraries.Contains, _scratch["version"]).Examine()];

    /// <summary>The smallest ELF with a dynamic section.</summary>
    private static class ElfFile
    {
        private const int Section = 64;

        public static byte[] With(params string[] needed)
        {
            byte[] strings = System.Text.Encoding.ASCII.GetBytes("\0" + string.Join('\0', needed) + "\0");
            var dynamic = new MemoryStream();
            int offset = 1;
            foreach (string name in needed)
            {
                dynamic.Write(BitConverter.GetBytes(1L));
                dynamic.Write(BitConverter.GetBytes((long)offset));
                offset += name.Length + 1;
            }

            var file = new byte[64 + (2 * Section) + dynamic.Length + strings.Length];
            "\u007FELF\u0002\u0001"u8.CopyTo(file);
            BitConverter.GetBytes(64L).CopyTo(file, 40);
            BitConverter.GetBytes((ushort)Section).CopyTo(file, 58);
            BitConverter.GetBytes((ushort)2).CopyTo(file, 60);
            int content = 64 + (2 * Section);
            Describe(file, 64, type: 6, content, (int)dynamic.Length, link: 1);
            Describe(file, 64 + Section, type: 3, content + (int)dynamic.Length, strings.Length, link: 0);
            dynamic.ToArray().CopyTo(file, content);
            strings.CopyTo(file, content + (int)dynamic.Length);
            return file;
        }

        private static void Describe(byte[] file, int at, int type, int offset, int size, int link)
        {
            BitConverter.GetBytes(type).CopyTo(file, at + 4);
            BitConverter.GetBytes((long)offset).CopyTo(file, at + 24);
            BitConverter.GetBytes((long)size).CopyTo(file, at + 32);
            BitConverter.GetBytes(link).CopyTo(file, at + 40);
        }
    }
}
