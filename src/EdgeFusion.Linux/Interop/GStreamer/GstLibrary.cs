using System.Globalization;
using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.GStreamer;

/// <summary>Start-up of the library and questions about what is installed.</summary>
internal static unsafe class GstLibrary
{
    private static readonly Lock Gate = new();
    private static string? _failure;
    private static bool _started;

    /// <summary>Looks whether the libraries are there, without loading plugins.</summary>
    public static string? Probe()
    {
        foreach (string library in (ReadOnlySpan<string>)[LibGst.Library, LibGstApp.Library])
        {
            if (!NativeLibrary.TryLoad(library, typeof(LibGst).Assembly, null, out nint handle))
            {
                return $"{library} not found; apt install libgstreamer1.0-0 libgstreamer-plugins-base1.0-0 "
                    + "gstreamer1.0-plugins-base gstreamer1.0-plugins-good";
            }

            NativeLibrary.Free(handle);
        }

        return null;
    }

    /// <summary>Initialises the library once per process.</summary>
    /// <exception cref="SensorException">It is missing or cannot start.</exception>
    public static void Start()
    {
        lock (Gate)
        {
            if (!_started)
            {
                _failure = Probe() ?? Initialise();
                _started = true;
            }

            if (_failure is not null)
            {
                throw new SensorException($"Cannot use GStreamer: {_failure}.");
            }
        }
    }

    /// <summary>Whether an element can be made; <see cref="Start"/> must have been called.</summary>
    public static bool Has(string element)
    {
        nint factory = LibGst.FactoryFind(element);
        if (factory == 0)
        {
            return false;
        }

        LibGst.ObjectUnref(factory);
        return true;
    }

    /// <summary>Major.minor.micro.</summary>
    public static string Version()
    {
        LibGst.Version(out uint major, out uint minor, out uint micro, out _);
        return string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}.{micro}");
    }

    /// <summary>Text of a GError, which is freed.</summary>
    public static string Take(GError* error)
    {
        if (error is null)
        {
            return "no reason given";
        }

        string text = Marshal.PtrToStringUTF8(error->Message) ?? "no reason given";
        LibGLib.ErrorFree(error);
        return text;
    }

    private static string? Initialise()
    {
        // Its own log would go to stderr behind our backs; whoever sets GST_DEBUG wants it.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("GST_DEBUG")))
        {
            LibGst.DebugSetActive(0);
        }

        GError* error = null;
        return LibGst.InitCheck(0, 0, &error) != 0 ? null : "it does not start: " + Take(error);
    }
}
