using EdgeFusion.Sensing;
using EdgeFusion.Simulator.Sensors;

namespace EdgeFusion.Simulator.Vision;

/// <summary>The camera in front of the arm.</summary>
internal sealed class CameraSource : SimulatedSensor
{
    private readonly Painter _painter;

    public CameraSource(WorkCellOptions cell)
        : base(cell, cell.Camera, Describe(cell), SensorOrdinal.Camera) =>
        _painter = new Painter(cell.Seed, cell.CameraWidth, cell.CameraHeight, Difficulty);

    protected override void Render(long index, long nanoseconds, Span<byte> payload) =>
        _painter.Paint(index, nanoseconds, payload);

    private static SensorInfo Describe(WorkCellOptions cell) => new()
    {
        Name = "camera",
        Modality = "camera",
        Layout = new FrameLayout(cell.CameraWidth, cell.CameraHeight, PixelFormat.Rgb8),
        RateHz = cell.Camera.RateHz,
    };
}
