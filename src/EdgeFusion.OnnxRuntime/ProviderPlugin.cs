using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace EdgeFusion.OnnxRuntime;

/// <summary>
/// Providers that are libraries of their own. The run time from NuGet's GPU package knows them by name; the one from
/// npm is built without them and takes them as plug-ins, registered once per process by the path of the library.
/// </summary>
internal static class ProviderPlugin
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, string?> Registered = new(StringComparer.Ordinal);

    /// <summary>Whether the run time knows the provider by name.</summary>
    public static bool IsBuiltIn(OrtEnv env, ExecutionProvider provider) =>
        env.GetAvailableProviders().AsSpan().Contains(provider.RuntimeName);

    /// <summary>Path of a provider's library; null where it is not installed.</summary>
    /// <remarks>Beside the program, where the npm build puts it, or in NuGet's folder of native libraries.</remarks>
    public static string? PathOf(string library)
    {
        string beside = Path.Combine(AppContext.BaseDirectory, library);
        string native = Path.Combine(
            AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", library);
        return File.Exists(beside) ? beside : File.Exists(native) ? native : null;
    }

    /// <summary>Registers a provider's library; a second call answers what the first found.</summary>
    /// <returns>Why it cannot be used; null where it can.</returns>
    public static string? Register(OrtEnv env, ExecutionProvider provider, string path)
    {
        lock (Gate)
        {
            if (Registered.TryGetValue(provider.Name, out string? known))
            {
                return known;
            }

            string? obstacle = null;
            try
            {
                env.RegisterExecutionProviderLibrary("edgefusion-" + provider.Name, path);
            }
            catch (OnnxRuntimeException fault)
            {
                obstacle = fault.Message;
            }

            Registered[provider.Name] = obstacle;
            return obstacle;
        }
    }

    /// <summary>Adds a registered provider to a session.</summary>
    /// <exception cref="ModelException">It sees no such device.</exception>
    public static void Append(
        OrtEnv env, SessionOptions session, ExecutionProvider provider, int deviceId,
        Dictionary<string, string> settings)
    {
        List<OrtEpDevice> devices = [];
        foreach (OrtEpDevice device in env.GetEpDevices())
        {
            if (device.EpName == provider.RuntimeName)
            {
                devices.Add(device);
            }
        }

        if (deviceId >= devices.Count)
        {
            string reason = $"it sees {devices.Count} GPUs, number {deviceId} was asked for";
            throw new ModelException(reason, new InvalidOperationException(reason));
        }

        session.AppendExecutionProvider(env, [devices[deviceId]], settings);
    }
}
