using System.CommandLine;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Commands;

/// <summary>Options about the engine that several commands share.</summary>
internal static class EngineOptions
{
    /// <summary>--precision.</summary>
    public static Option<string> Precision()
    {
        var option = new Option<string>("--precision")
        {
            Description = "fp32, or fp16 or int8 where the model has that variant.",
            DefaultValueFactory = _ => "fp32",
        };
        option.AcceptOnlyFromAmong(Engines.Precisions);
        return option;
    }

    /// <summary>--graph.</summary>
    public static Option<string> Graph()
    {
        var option = new Option<string>("--graph")
        {
            Description = "auto: encoders and fusing graph where the model has them; or whole, or split.",
            DefaultValueFactory = _ => "auto",
        };
        option.AcceptOnlyFromAmong(Engines.Graphs);
        return option;
    }
}
