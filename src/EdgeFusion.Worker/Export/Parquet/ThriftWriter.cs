using System.Runtime.InteropServices;
using System.Text;

namespace EdgeFusion.Worker.Export.Parquet;

/// <summary>Thrift's compact protocol, as much of it as the metadata of a Parquet file needs.</summary>
internal sealed class ThriftWriter
{
    private const byte I32 = 5;
    private const byte I64 = 6;
    private const byte Binary = 8;
    private const byte List = 9;
    private const byte Struct = 12;
    private const int ShortestLongList = 15;

    private readonly List<byte> _bytes = [];
    private readonly Stack<int> _outer = new();
    private int _field;

    public ReadOnlySpan<byte> Written => CollectionsMarshal.AsSpan(_bytes);

    public void Int32(int field, int value)
    {
        Field(field, I32);
        Varint(ZigZag(value));
    }

    public void Int64(int field, long value)
    {
        Field(field, I64);
        Varint(ZigZag(value));
    }

    public void Text(int field, string value)
    {
        Field(field, Binary);
        Text(value);
    }

    public void BeginStruct(int field)
    {
        Field(field, Struct);
        Enter();
    }

    public void EndStruct()
    {
        _bytes.Add(0);
        _field = _outer.Pop();
    }

    /// <summary>A list of structures, each between <see cref="Enter"/> and <see cref="EndStruct"/>.</summary>
    public void BeginStructs(int field, int count) => BeginList(field, Struct, count);

    public void Int32List(int field, params ReadOnlySpan<int> values)
    {
        BeginList(field, I32, values.Length);
        foreach (int value in values)
        {
            Varint(ZigZag(value));
        }
    }

    public void TextList(int field, IReadOnlyList<string> values)
    {
        BeginList(field, Binary, values.Count);
        foreach (string value in values)
        {
            Text(value);
        }
    }

    /// <summary>Begins a structure that stands in a list or alone.</summary>
    public void Enter()
    {
        _outer.Push(_field);
        _field = 0;
    }

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private void BeginList(int field, byte type, int count)
    {
        Field(field, List);
        _bytes.Add((byte)((Math.Min(count, ShortestLongList) << 4) | type));
        if (count >= ShortestLongList)
        {
            Varint((ulong)count);
        }
    }

    /// <summary>Fields come in rising order, less than 16 apart.</summary>
    private void Field(int field, byte type)
    {
        _bytes.Add((byte)(((field - _field) << 4) | type));
        _field = field;
    }

    private void Text(string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        Varint((ulong)bytes.Length);
        _bytes.AddRange(bytes);
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }

        _bytes.Add((byte)value);
    }
}
