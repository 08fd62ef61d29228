using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Mosquitto;

/// <summary>The parts of libmosquitto 2.0 that we call; names as in mosquitto.h.</summary>
/// <remarks>C <c>bool</c> is one byte. Callbacks get the pointer given to <see cref="New"/>.</remarks>
internal static unsafe partial class LibMosquitto
{
    /// <summary>The versioned name; the plain one exists in -dev packages only.</summary>
    public const string Library = "libmosquitto.so.1";

    [LibraryImport(Library, EntryPoint = "mosquitto_lib_init")]
    public static partial int LibInit();

    [LibraryImport(Library, EntryPoint = "mosquitto_lib_version")]
    public static partial int LibVersion(out int major, out int minor, out int revision);

    [LibraryImport(Library, EntryPoint = "mosquitto_strerror")]
    public static partial byte* StrError(int code);

    [LibraryImport(Library, EntryPoint = "mosquitto_reason_string")]
    public static partial byte* ReasonString(int reason);

    [LibraryImport(Library, EntryPoint = "mosquitto_new", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial MosquittoHandle New(string id, byte cleanStart, nint userData);

    [LibraryImport(Library, EntryPoint = "mosquitto_destroy")]
    public static partial void Destroy(nint mosquitto);

    [LibraryImport(Library, EntryPoint = "mosquitto_int_option")]
    public static partial int IntOption(MosquittoHandle mosquitto, MosquittoOption option, int value);

    [LibraryImport(Library, EntryPoint = "mosquitto_username_pw_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UserNamePassword(MosquittoHandle mosquitto, string? userName, string? password);

    [LibraryImport(Library, EntryPoint = "mosquitto_tls_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int TlsSet(
        MosquittoHandle mosquitto, string? caFile, string? caPath, string? certFile, string? keyFile,
        nint passwordCallback);

    [LibraryImport(Library, EntryPoint = "mosquitto_tls_opts_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int TlsOptions(
        MosquittoHandle mosquitto, int verifyPeer, string? tlsVersion, string? ciphers);

    [LibraryImport(Library, EntryPoint = "mosquitto_tls_insecure_set")]
    public static partial int TlsInsecure(MosquittoHandle mosquitto, byte insecure);

    [LibraryImport(Library, EntryPoint = "mosquitto_will_set_v5")]
    public static partial int WillSet(
        MosquittoHandle mosquitto, ReadOnlySpan<byte> topic, int payloadLength, ReadOnlySpan<byte> payload, int qos,
        byte retain, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_connect_bind_async", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ConnectAsync(
        MosquittoHandle mosquitto, string host, int port, int keepAliveSeconds, string? bindAddress);

    /// <summary>Keeps the properties for the next connection. Called without a host it does that and nothing else, then
    /// fails with <see cref="MosquittoCode.Invalid"/>: the only way to have them with a connection that does not block.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_connect_bind_v5")]
    public static partial int KeepConnectProperties(
        MosquittoHandle mosquitto, nint noHost, int port, int keepAliveSeconds, nint noBindAddress, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_disconnect_v5", SetLastError = true)]
    public static partial int Disconnect(MosquittoHandle mosquitto, int reason, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_publish_v5", SetLastError = true)]
    public static partial int Publish(
        MosquittoHandle mosquitto, out int messageId, ReadOnlySpan<byte> topic, int payloadLength,
        ReadOnlySpan<byte> payload, int qos, byte retain, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_loop_read", SetLastError = true)]
    public static partial int LoopRead(MosquittoHandle mosquitto, int maxPackets);

    [LibraryImport(Library, EntryPoint = "mosquitto_loop_write", SetLastError = true)]
    public static partial int LoopWrite(MosquittoHandle mosquitto, int maxPackets);

    [LibraryImport(Library, EntryPoint = "mosquitto_loop_misc", SetLastError = true)]
    public static partial int LoopMisc(MosquittoHandle mosquitto);

    [LibraryImport(Library, EntryPoint = "mosquitto_socket")]
    public static partial int Socket(MosquittoHandle mosquitto);

    [LibraryImport(Library, EntryPoint = "mosquitto_want_write")]
    public static partial byte WantWrite(MosquittoHandle mosquitto);

    [LibraryImport(Library, EntryPoint = "mosquitto_connect_v5_callback_set")]
    public static partial void OnConnect(
        MosquittoHandle mosquitto, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_disconnect_v5_callback_set")]
    public static partial void OnDisconnect(
        MosquittoHandle mosquitto, delegate* unmanaged[Cdecl]<nint, nint, int, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_publish_v5_callback_set")]
    public static partial void OnPublish(
        MosquittoHandle mosquitto, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_message_v5_callback_set")]
    public static partial void OnMessage(
        MosquittoHandle mosquitto, delegate* unmanaged[Cdecl]<nint, nint, MosquittoMessage*, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_subscribe_v5_callback_set")]
    public static partial void OnSubscribe(
        MosquittoHandle mosquitto, delegate* unmanaged[Cdecl]<nint, nint, int, int, int*, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_subscribe_v5", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Subscribe(
        MosquittoHandle mosquitto, out int messageId, string filter, int qos, int options, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_binary")]
    public static partial int PropertyAddBinary(
        ref nint list, MosquittoProperty id, ReadOnlySpan<byte> value, ushort length);

    /// <summary>The text is the caller's to free.</summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_property_read_string")]
    public static partial nint PropertyReadString(nint list, MosquittoProperty id, out byte* value, byte skipFirst);

    /// <summary>The bytes are the caller's to free.</summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_property_read_binary")]
    public static partial nint PropertyReadBinary(
        nint list, MosquittoProperty id, out byte* value, out ushort length, byte skipFirst);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_byte")]
    public static partial int PropertyAddByte(ref nint list, MosquittoProperty id, byte value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_int16")]
    public static partial int PropertyAddInt16(ref nint list, MosquittoProperty id, ushort value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_int32")]
    public static partial int PropertyAddInt32(ref nint list, MosquittoProperty id, uint value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_string")]
    public static partial int PropertyAddString(ref nint list, MosquittoProperty id, ReadOnlySpan<byte> value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_string_pair")]
    public static partial int PropertyAddPair(
        ref nint list, MosquittoProperty id, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_read_int16")]
    public static partial nint PropertyReadInt16(nint list, MosquittoProperty id, ref ushort value, byte skipFirst);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_read_int32")]
    public static partial nint PropertyReadInt32(nint list, MosquittoProperty id, ref uint value, byte skipFirst);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_free_all")]
    public static partial void PropertyFreeAll(ref nint list);
}
