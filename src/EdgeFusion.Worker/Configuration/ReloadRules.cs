namespace EdgeFusion.Worker.Configuration;

/// <summary>Which keys of the configuration a running worker takes over, and which wait for a restart.</summary>
internal static class ReloadRules
{
    /// <summary>
    /// Keys, or sections, that apply live. Everything else decides what is opened at start (devices, connections,
    /// files, buffers) and waits for a restart.
    /// </summary>
    public static readonly string[] Live =
    [
        "Log:Level",
        "Model:Name", "Model:Providers", "Model:DeviceId", "Model:Threads", "Model:Precision", "Model:Graph",
        "Model:HalfPrecision", "Model:CacheFolder",
        "Context",
        "Explain:Every",
        "Mqtt:PredictionExpirySeconds", "Mqtt:Heads",
        "Dashboard",
        "Recording:BlackBox:Rules", "Recording:BlackBox:OnSensorFault",
    ];

    /// <summary>Whether a key applies live.</summary>
    public static bool IsLive(string key)
    {
        foreach (string live in Live)
        {
            if (key == live || key.StartsWith(live + ":", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
