namespace EdgeFusion.Linux.Media;

/// <summary>Checks of options that give a better message than GStreamer would, and spare it what it does
/// badly.</summary>
internal static class GStreamerCheck
{
    /// <summary>Checks whether the source is there.</summary>
    /// <exception cref="SensorException">A device or file is not there.</exception>
    public static void Require(GStreamerOptions options)
    {
        if (options.Source == GStreamerSource.V4l2)
        {
            string device = options.Device.Length > 0 ? options.Device : "/dev/video0";
            if (!File.Exists(device))
            {
                throw new SensorException(
                    $"There is no camera '{device}': plug it in, or choose another ('edgefusion devices' lists them).");
            }
        }

        if (options.Source == GStreamerSource.File && !File.Exists(options.Path))
        {
            throw new SensorException($"There is no file '{options.Path}' to play.");
        }

        if (options.Source == GStreamerSource.Pulse)
        {
            PulseCheck.Require(options);
        }
    }
}
