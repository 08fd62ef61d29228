using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.GStreamer;

/// <summary>The parts of libgstreamer 1.0 that we call; names as in gst/gst.h.</summary>
/// <remarks>gboolean is a 32-bit int. Pointers to what is counted are released by <see cref="MiniObjectUnref"/>
/// (buffers, samples, messages, caps) or <see cref="ObjectUnref"/> (elements, buses, clocks, factories).</remarks>
internal static unsafe partial class LibGst
{
    public const string Library = "libgstreamer-1.0.so.0";

    [LibraryImport(Library, EntryPoint = "gst_init_check")]
    public static partial int InitCheck(nint count, nint arguments, GError** error);

    [LibraryImport(Library, EntryPoint = "gst_version")]
    public static partial void Version(out uint major, out uint minor, out uint micro, out uint nano);

    [LibraryImport(Library, EntryPoint = "gst_debug_set_active")]
    public static partial void DebugSetActive(int active);

    [LibraryImport(Library, EntryPoint = "gst_element_factory_find", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint FactoryFind(string name);

    [LibraryImport(Library, EntryPoint = "gst_parse_launch", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ParseLaunch(string description, GError** error);

    [LibraryImport(Library, EntryPoint = "gst_bin_get_by_name", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint BinGetByName(GstObjectHandle bin, string name);

    [LibraryImport(Library, EntryPoint = "gst_util_set_object_arg", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetObjectArgument(nint instance, string name, string value);

    [LibraryImport(Library, EntryPoint = "gst_object_ref_sink")]
    public static partial nint ObjectRefSink(nint instance);

    [LibraryImport(Library, EntryPoint = "gst_object_unref")]
    public static partial void ObjectUnref(nint instance);

    [LibraryImport(Library, EntryPoint = "gst_mini_object_ref")]
    public static partial nint MiniObjectRef(nint miniObject);

    [LibraryImport(Library, EntryPoint = "gst_mini_object_unref")]
    public static partial void MiniObjectUnref(nint miniObject);

    [LibraryImport(Library, EntryPoint = "gst_element_set_state")]
    public static partial GstStateChange SetState(GstObjectHandle element, GstState state);

    [LibraryImport(Library, EntryPoint = "gst_element_set_state")]
    public static partial GstStateChange SetState(nint element, GstState state);

    [LibraryImport(Library, EntryPoint = "gst_element_get_base_time")]
    public static partial ulong BaseTime(GstObjectHandle element);

    [LibraryImport(Library, EntryPoint = "gst_element_get_bus")]
    public static partial GstObjectHandle ElementBus(GstObjectHandle element);

    [LibraryImport(Library, EntryPoint = "gst_pipeline_use_clock")]
    public static partial void UseClock(GstObjectHandle pipeline, GstObjectHandle clock);

    [LibraryImport(Library, EntryPoint = "gst_system_clock_obtain")]
    public static partial GstObjectHandle SystemClock();

    [LibraryImport(Library, EntryPoint = "gst_clock_get_time")]
    public static partial ulong ClockTime(GstObjectHandle clock);

    [LibraryImport(Library, EntryPoint = "gst_bus_pop_filtered")]
    public static partial nint BusPop(GstObjectHandle bus, GstMessageType types);

    [LibraryImport(Library, EntryPoint = "gst_message_parse_error")]
    public static partial void ParseError(nint message, GError** error, nint* debug);

    [LibraryImport(Library, EntryPoint = "gst_message_parse_progress")]
    public static partial void ParseProgress(nint message, out int type, out nint code, out nint text);

    [LibraryImport(Library, EntryPoint = "gst_message_get_structure")]
    public static partial nint MessageStructure(nint message);

    [LibraryImport(Library, EntryPoint = "gst_structure_get_name")]
    public static partial nint StructureName(nint structure);

    [LibraryImport(Library, EntryPoint = "gst_structure_get_string", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint StructureString(nint structure, string field);

    [LibraryImport(Library, EntryPoint = "gst_structure_get_int", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StructureInt(nint structure, string field, out int value);

    [LibraryImport(Library, EntryPoint = "gst_structure_get_uint64", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StructureUInt64(nint structure, string field, out ulong value);

    [LibraryImport(Library, EntryPoint = "gst_caps_get_structure")]
    public static partial nint CapsStructure(nint caps, uint index);

    [LibraryImport(Library, EntryPoint = "gst_caps_to_string")]
    public static partial nint CapsToString(nint caps);

    [LibraryImport(Library, EntryPoint = "gst_sample_get_buffer")]
    public static partial nint SampleBuffer(nint sample);

    [LibraryImport(Library, EntryPoint = "gst_sample_get_caps")]
    public static partial nint SampleCaps(nint sample);

    [LibraryImport(Library, EntryPoint = "gst_sample_get_segment")]
    public static partial nint SampleSegment(nint sample);

    [LibraryImport(Library, EntryPoint = "gst_segment_to_running_time")]
    public static partial ulong RunningTime(nint segment, int format, ulong position);

    [LibraryImport(Library, EntryPoint = "gst_buffer_map")]
    public static partial int BufferMap(nint buffer, GstMapInfo* info, int flags);

    [LibraryImport(Library, EntryPoint = "gst_buffer_unmap")]
    public static partial void BufferUnmap(nint buffer, GstMapInfo* info);

    [LibraryImport(Library, EntryPoint = "gst_buffer_get_flags")]
    public static partial uint BufferFlags(nint buffer);

    [LibraryImport(Library, EntryPoint = "gst_buffer_new_allocate")]
    public static partial nint BufferNew(nint allocator, nuint size, nint parameters);

    [LibraryImport(Library, EntryPoint = "gst_value_get_structure")]
    public static partial nint ValueStructure(GValue* value);

    [LibraryImport(Library, EntryPoint = "gst_caps_from_string", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint CapsFromString(string text);
}
