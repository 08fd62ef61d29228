using EdgeFusion.Publishing;

namespace EdgeFusion.Linux.Interop.Mosquitto;

/// <summary>A list of MQTT 5 properties, built for one call. Dispose frees what the library has not taken.</summary>
/// <remarks>Strings are UTF-8 with a terminating zero.</remarks>
internal ref struct MosquittoProperties : IDisposable
{
    private readonly string _target;
    private PacketSize _size;
    private nint _list;

    public MosquittoProperties(string target) => _target = target;

    public readonly nint List => _list;

    /// <summary>What the properties, and with them a message, take on the wire.</summary>
    public readonly PacketSize Size => _size;

    public void AddByte(MosquittoProperty id, byte value)
    {
        Check(LibMosquitto.PropertyAddByte(ref _list, id, value));
        _size.AddNumber(sizeof(byte));
    }

    public void AddInt16(MosquittoProperty id, ushort value)
    {
        Check(LibMosquitto.PropertyAddInt16(ref _list, id, value));
        _size.AddNumber(sizeof(ushort));
    }

    public void AddInt32(MosquittoProperty id, uint value)
    {
        Check(LibMosquitto.PropertyAddInt32(ref _list, id, value));
        _size.AddNumber(sizeof(uint));
    }

    public void AddString(MosquittoProperty id, ReadOnlySpan<byte> value)
    {
        Check(LibMosquitto.PropertyAddString(ref _list, id, value));
        _size.AddData(value.Length - 1);
    }

    public void AddBinary(MosquittoProperty id, ReadOnlySpan<byte> value)
    {
        Check(LibMosquitto.PropertyAddBinary(ref _list, id, value, (ushort)value.Length));
        _size.AddData(value.Length);
    }

    public void AddUserProperty(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        Check(LibMosquitto.PropertyAddPair(ref _list, MosquittoProperty.UserProperty, name, value));
        _size.AddPair(name.Length - 1, value.Length - 1);
    }

    /// <summary>The library has taken the list.</summary>
    public void Release() => _list = 0;

    public void Dispose()
    {
        if (_list != 0)
        {
            LibMosquitto.PropertyFreeAll(ref _list);
            _list = 0;
        }
    }

    private readonly void Check(int code) =>
        MosquittoFault.ThrowIfFailed(code, _target, "set message properties for");
}
