using System.Buffers;

namespace EdgeFusion.Publishing;

/// <summary>Writes the fields of a payload in one encoding. What is not finite is null.</summary>
/// <remarks><b>Threading.</b> One thread at a time. Hot path: allocates nothing in steady state.</remarks>
internal abstract class PayloadWriter : IDisposable
{
    public abstract void Reset(IBufferWriter<byte> output);

    public abstract void StartMap();

    public abstract void StartMap(in PayloadText name);

    public abstract void EndMap();

    public abstract void StartArray(in PayloadText name);

    public abstract void EndArray();

    public abstract void Text(in PayloadText name, in PayloadText value);

    public abstract void Text(in PayloadText name, ReadOnlySpan<char> value);

    public abstract void Number(in PayloadText name, long value);

    public abstract void Number(in PayloadText name, double value);

    /// <summary>Not the same as a double: the shortest text that reads back as the same float.</summary>
    public abstract void Number(in PayloadText name, float value);

    /// <summary>An item of an array.</summary>
    public abstract void Number(float value);

    public abstract void Flag(in PayloadText name, bool value);

    public abstract void Nothing(in PayloadText name);

    public abstract void Flush();

    public abstract void Dispose();
}
