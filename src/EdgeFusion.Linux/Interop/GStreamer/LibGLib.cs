using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.GStreamer;

/// <summary>The parts of GLib and GObject that GStreamer's interface needs.</summary>
internal static unsafe partial class LibGLib
{
    private const string GLib = "libglib-2.0.so.0";
    private const string GObject = "libgobject-2.0.so.0";

    [LibraryImport(GLib, EntryPoint = "g_free")]
    public static partial void Free(nint memory);

    [LibraryImport(GLib, EntryPoint = "g_error_free")]
    public static partial void ErrorFree(GError* error);

    [LibraryImport(GObject, EntryPoint = "g_object_get_property", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void GetProperty(nint instance, string name, GValue* value);

    [LibraryImport(GObject, EntryPoint = "g_object_class_find_property", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint FindProperty(nint instanceClass, string name);

    [LibraryImport(GObject, EntryPoint = "g_value_unset")]
    public static partial void ValueUnset(GValue* value);
}

/// <summary>GError of glib/gerror.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GError
{
    public uint Domain;
    public int Code;
    public nint Message;
}

/// <summary>GValue of gobject/gvalue.h: a type and 16 bytes of data. Zeroed means: not set.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GValue
{
    public nuint Type;
    public long Data0;
    public long Data1;
}
