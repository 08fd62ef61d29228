using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.GStreamer;

/// <summary>appsink and appsrc of libgstapp 1.0 and the metadata of libgstvideo 1.0.</summary>
internal static unsafe partial class LibGstApp
{
    public const string Library = "libgstapp-1.0.so.0";
    private const string Video = "libgstvideo-1.0.so.0";

    /// <summary>Waits for a sample.</summary>
    /// <returns>A sample to be unreferenced; 0 at the time-out, at the end of the stream and while stopped.</returns>
    [LibraryImport(Library, EntryPoint = "gst_app_sink_try_pull_sample")]
    public static partial nint TryPullSample(nint sink, ulong timeoutNanoseconds);

    /// <summary>Sends a buffer, which is the source's from here on.</summary>
    /// <returns>GstFlowReturn: 0 where it was taken.</returns>
    [LibraryImport(Library, EntryPoint = "gst_app_src_push_buffer")]
    public static partial int PushBuffer(nint source, nint buffer);

    [LibraryImport(Library, EntryPoint = "gst_app_sink_is_eos")]
    public static partial int IsEndOfStream(nint sink);

    /// <summary>Where the planes lie, if that differs from the default; null without.</summary>
    [LibraryImport(Video, EntryPoint = "gst_buffer_get_video_meta")]
    public static partial GstVideoMeta* VideoMeta(nint buffer);

    [LibraryImport(Video, EntryPoint = "gst_video_info_from_caps")]
    public static partial int VideoInfoFromCaps(GstVideoInfo* info, nint caps);
}
