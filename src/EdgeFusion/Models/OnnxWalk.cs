namespace EdgeFusion.Models;

/// <summary>
/// One pass over the messages of an ONNX file (onnx.proto3); field numbers are named where they are used. Messages
/// that cannot hold anything of interest are stepped over without being read.
/// </summary>
internal sealed class OnnxWalk
{
    private const int MaxNameBytes = 1024;
    private const int MaxNodes = 100_000;
    private const int MaxTensors = 1024;
    private const int MaxFaults = 20;

    // A graph within an attribute within a node within a graph is one level; real models use one or two.
    private const int MaxDepth = 16;

    private int _depth;
    private bool _hasGraph;

    public List<string> Faults { get; } = [];

    public List<OnnxTensor> Inputs { get; } = [];

    public List<OnnxTensor> Outputs { get; } = [];

    public HashSet<string> Initializers { get; } = new(StringComparer.Ordinal);

    public int Opset { get; private set; }

    public int NodeCount { get; private set; }

    public string Producer { get; private set; } = "";

    public void Model(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    Producer = reader.Text(MaxNameBytes);
                    break;
                case 7:
                    TopGraph(reader.Bytes());
                    break;
                case 8:
                    OperatorSet(reader.Bytes());
                    break;
                case 20:
                    Fault("it holds training information");
                    reader.Skip();
                    break;
                case 25:
                    Function(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (!_hasGraph)
        {
            throw new ProtobufException("it holds no graph");
        }

        if (Opset == 0)
        {
            Fault("it imports no operator set of the default domain");
        }
    }

    private void TopGraph(ReadOnlySpan<byte> message)
    {
        if (_hasGraph)
        {
            throw new ProtobufException("it holds more than one graph");
        }

        _hasGraph = true;
        Graph(message, top: true);
    }

    private void Graph(ReadOnlySpan<byte> message, bool top)
    {
        if (++_depth > MaxDepth)
        {
            throw new ProtobufException($"graphs are nested more than {MaxDepth} deep");
        }

        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    Node(reader.Bytes());
                    break;
                case 5:
                    Tensor(reader.Bytes(), top);
                    break;
                case 11 when top:
                    Add(Inputs, reader.Bytes());
                    break;
                case 12 when top:
                    Add(Outputs, reader.Bytes());
                    break;
                case 15:
                    SparseTensor(reader.Bytes(), top);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        _depth--;
    }

    private void OperatorSet(ReadOnlySpan<byte> message)
    {
        string domain = "";
        long version = 0;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    domain = reader.Text(MaxNameBytes);
                    break;
                case 2:
                    version = reader.Integer();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        CheckDomain(domain, "an operator set");
        if (domain is "" or "ai.onnx")
        {
            Opset = version is > 0 and < int.MaxValue ? (int)version : 0;
        }
    }

    private void Function(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 7:
                    Node(reader.Bytes());
                    break;
                case 9:
                    OperatorSetOfFunction(reader.Bytes());
                    break;
                case 10:
                    CheckDomain(reader.Text(MaxNameBytes), "a function");
                    break;
                case 11:
                    Attribute(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void OperatorSetOfFunction(ReadOnlySpan<byte> message)
    {
        int opset = Opset;
        OperatorSet(message);
        Opset = opset;
    }

    private void Node(ReadOnlySpan<byte> message)
    {
        if (++NodeCount > MaxNodes)
        {
            throw new ProtobufException($"it has more than {MaxNodes} operators");
        }

        string type = "?";
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 4:
                    type = reader.Text(MaxNameBytes);
                    if (type == "EPContext")
                    {
                        Fault("it holds a compiled engine context (operator EPContext)");
                    }

                    break;
                case 5:
                    Attribute(reader.Bytes());
                    break;
                case 7:
                    CheckDomain(reader.Text(MaxNameBytes), $"operator {PrintableText.Clean(type)}");
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void Attribute(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    if (reader.Text(MaxNameBytes) == "ep_cache_context")
                    {
                        Fault("it holds a compiled engine context (attribute ep_cache_context)");
                    }

                    break;
                case 5 or 10:
                    Tensor(reader.Bytes(), top: false);
                    break;
                case 6 or 11:
                    Graph(reader.Bytes(), top: false);
                    break;
                case 22 or 23:
                    SparseTensor(reader.Bytes(), top: false);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void SparseTensor(ReadOnlySpan<byte> message, bool top)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field is 1 or 2)
            {
                // The name of a sparse initializer is that of its values.
                Tensor(reader.Bytes(), top && reader.Field == 1);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void Tensor(ReadOnlySpan<byte> message, bool top)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 8 when top:
                    Initializers.Add(reader.Text(MaxNameBytes));
                    break;
                case 13:
                    Fault("it keeps weights in another file (external_data)");
                    reader.Skip();
                    break;
                case 14:
                    if (reader.Integer() != 0)
                    {
                        Fault("it keeps weights in another file (data_location)");
                    }

                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static void Add(List<OnnxTensor> tensors, ReadOnlySpan<byte> message)
    {
        if (tensors.Count == MaxTensors)
        {
            throw new ProtobufException($"it declares more than {MaxTensors} inputs or outputs");
        }

        tensors.Add(OnnxValueInfo.Read(message, MaxNameBytes));
    }

    private void CheckDomain(string domain, string where)
    {
        if (domain is not ("" or "ai.onnx" or "com.microsoft" or "ai.onnx.ml"))
        {
            Fault($"{where} is of the foreign domain '{PrintableText.Clean(domain)}'");
        }
    }

    // A list of thousands helps nobody.
    private void Fault(string text)
    {
        if (Faults.Count < MaxFaults && !Faults.Contains(text))
        {
            Faults.Add(text);
        }
    }
}
