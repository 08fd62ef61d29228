using EdgeFusion.Predictions;

namespace EdgeFusion.Soak.Devices;

/// <summary>Which windows had a prediction.</summary>
/// <remarks><b>Threading.</b> Written by the sink's thread; read after the pipeline has been disposed.</remarks>
internal sealed class WindowLedger : IPredictionSink
{
    public string Name => "ledger";

    /// <summary>Predictions that came.</summary>
    public long Count { get; private set; }

    /// <summary>Number of the latest window.</summary>
    public long Last { get; private set; } = -1;

    /// <summary>Windows without a prediction, up to the latest.</summary>
    public long Missing { get; private set; }

    /// <summary>Predictions of a window that was over already.</summary>
    public long OutOfOrder { get; private set; }

    public void Write(Prediction prediction)
    {
        Count++;
        if (prediction.Window <= Last)
        {
            OutOfOrder++;
            return;
        }

        Missing += prediction.Window - Last - 1;
        Last = prediction.Window;
    }
}
