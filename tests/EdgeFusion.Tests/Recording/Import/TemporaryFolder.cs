namespace EdgeFusion.Tests.Recording.Import;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("edgefusion-import-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public void Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(File(name))!);
        System.IO.File.WriteAllBytes(File(name), bytes);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
