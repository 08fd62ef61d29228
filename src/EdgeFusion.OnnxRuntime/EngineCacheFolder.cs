using System.Security.Cryptography;
using System.Text;

namespace EdgeFusion.OnnxRuntime;

/// <summary>
/// The folder of one model's compiled engines. A compiled engine is machine code for one GPU, driver and run time, so
/// the name holds a hash of all of them, and nobody else may write there.
/// </summary>
internal static class EngineCacheFolder
{
    private const string DriverVersionFile = "/proc/driver/nvidia/version";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Creates or checks the folder and returns its path.</summary>
    /// <exception cref="ModelException">It cannot be created, or others may write to it.</exception>
    public static string Prepare(string root, string modelSha256, string runtimeVersion, OnnxEngineOptions options)
    {
        string key = $"{modelSha256}\n{runtimeVersion}\n{options.DeviceId}\n{options.HalfPrecision}\n{Driver()}";
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32];
        string path = Path.Combine(Path.GetFullPath(root), name);
        try
        {
            Secure(root);
            Secure(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"Cannot use the engine cache {path}: {fault.Message}", fault);
        }

        return path;
    }

    private static void Secure(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, Private);
        const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        UnixFileMode mode = File.GetUnixFileMode(path);
        if ((mode & Others) != 0)
        {
            throw new ModelException(
                $"The engine cache {path} can be written by others; what lies there runs as code. chmod 700 it.");
        }
    }

    private static string Driver() => File.Exists(DriverVersionFile) ? File.ReadAllText(DriverVersionFile) : "";
}
