namespace EdgeFusion.Publishing;

/// <summary>How a payload is written; the fields are the same.</summary>
public enum PayloadEncoding
{
    /// <summary>JSON (RFC 8259).</summary>
    Json,

    /// <summary>CBOR (RFC 8949): definite lengths, shortest form of each number.</summary>
    Cbor,
}
