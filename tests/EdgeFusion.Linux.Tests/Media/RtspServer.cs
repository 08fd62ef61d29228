using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.GStreamer;

namespace EdgeFusion.Linux.Tests.Media;

/// <summary>A network camera on the loopback: libgstrtspserver on a thread of its own.</summary>
internal sealed partial class RtspServer : IDisposable
{
    public const string Library = "libgstrtspserver-1.0.so.0";
    private const string GLib = "libglib-2.0.so.0";

    private readonly nint _server;
    private readonly nint _context;
    private readonly nint _loop;
    private readonly Thread _thread;

    /// <param name="launch">Pipeline with payloaders pay0, pay1.</param>
    /// <param name="service">TCP port; 0 = any.</param>
    public RtspServer(string launch, string service = "0")
    {
        GstLibrary.Start();
        _context = NewContext();
        _loop = NewLoop(_context, 0);
        _server = New();
        SetAddress(_server, "127.0.0.1");
        SetService(_server, service);
        nint mounts = MountPoints(_server);
        nint factory = NewFactory();
        SetLaunch(factory, launch);
        SetShared(factory, 1);
        AddFactory(mounts, "/camera", factory);
        LibGst.ObjectUnref(mounts);
        if (Attach(_server, _context) == 0)
        {
            throw new InvalidOperationException($"Cannot serve on port {service}.");
        }

        Port = BoundPort(_server);
        _thread = new Thread(() => Run(_loop)) { Name = "RTSP server", IsBackground = true };
        _thread.Start();
    }

    public int Port { get; }

    public void Dispose()
    {
        Quit(_loop);
        if (_thread.Join(TimeSpan.FromSeconds(5)))
        {
            LibGst.ObjectUnref(_server);
            ReleaseLoop(_loop);
            ReleaseContext(_context);
        }
    }

    [LibraryImport(GLib, EntryPoint = "g_main_context_new")]
    private static partial nint NewContext();

    [LibraryImport(GLib, EntryPoint = "g_main_context_unref")]
    private static partial void ReleaseContext(nint context);

    [LibraryImport(GLib, EntryPoint = "g_main_loop_new")]
    private static partial nint NewLoop(nint context, int isRunning);

    [LibraryImport(GLib, EntryPoint = "g_main_loop_run")]
    private static partial void Run(nint loop);

    [LibraryImport(GLib, EntryPoint = "g_main_loop_quit")]
    private static partial void Quit(nint loop);

    [LibraryImport(GLib, EntryPoint = "g_main_loop_unref")]
    private static partial void ReleaseLoop(nint loop);

    [LibraryImport(Library, EntryPoint = "gst_rtsp_server_new")]
    private static partial nint New();

    [LibraryImport(Library, EntryPoint = "gst_rtsp_server_set_address", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void SetAddress(nint server, string address);

    [LibraryImport(Library, EntryPoint = "gst_rtsp_server_set_service", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void SetService(nint server, string service);

    [LibraryImport(Library, EntryPoint = "gst_rtsp_server_get_mount_points")]
    private static partial nint MountPoints(nint server);

    [LibraryImport(Library, EntryPoint = "gst_rtsp_server_attach")]
    private static partial uint Attach(nint server, nint context);

    [LibraryImport(Library, EntryPoint = "gst_rtsp_server_get_bound_port")]
    private static partial int BoundPort(nint server);

    [LibraryImport(Library, EntryPoint = "gst_rtsp_media_factory_new")]
    private static partial nint NewFactory();

    [LibraryImport(Library, EntryPoint = "gst_rtsp_media_factory_set_launch",
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial void SetLaunch(nint factory, string launch);

    [LibraryImport(Library, EntryPoint = "gst_rtsp_media_factory_set_shared")]
    private static partial void SetShared(nint factory, int isShared);

    [LibraryImport(Library, EntryPoint = "gst_rtsp_mount_points_add_factory",
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial void AddFactory(nint mounts, string path, nint factory);
}
