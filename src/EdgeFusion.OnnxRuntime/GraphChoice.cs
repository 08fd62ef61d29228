namespace EdgeFusion.OnnxRuntime;

/// <summary>Which graphs of a model run.</summary>
public enum GraphChoice
{
    /// <summary>Encoders and fusing graph where the model has them, else the whole graph.</summary>
    Auto,

    /// <summary>The whole graph.</summary>
    Whole,

    /// <summary>Encoders and fusing graph; a model without them is refused.</summary>
    Split,
}
