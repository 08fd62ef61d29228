using EdgeFusion.Simulator.Arm;
using EdgeFusion.Simulator.Numerics;
using EdgeFusion.Simulator.Scene;

namespace EdgeFusion.Simulator.Vision;

/// <summary>Paints the scene at an instant as the camera sees it. Hot path, allocates nothing.</summary>
internal sealed class Painter
{
    private const double FingerHalfMetres = 0.012;
    private const double OpeningMetres = 0.03;
    private const double LidShare = 0.14;
    private const double CapBulge = 0.38;

    private static readonly Vector3D Shoulder = new(0, 0, ArmGeometry.ShoulderMetres);

    private readonly int _width;
    private readonly int _height;
    private readonly ulong _seed;
    private readonly double _difficulty;
    private readonly World _world;
    private readonly Viewpoint _view;
    private readonly Illumination _light = new();
    private readonly Appearance _appearance = new();
    private readonly Backdrop _backdrop;
    private readonly Passer _passer;
    private readonly PixelNoise _noise;
    private readonly Ramp _arm = new();
    private readonly Ramp _hand = new();
    private long _prepared = -1;

    public Painter(ulong seed, int width, int height, double difficulty)
    {
        _seed = seed;
        _width = width;
        _height = height;
        _difficulty = difficulty;
        _world = new World(seed);
        _view = new Viewpoint(width, height);
        _backdrop = new Backdrop(width, height);
        _passer = new Passer(width, height);
        _noise = new PixelNoise(RandomStream.KeyFor(seed, StreamPurpose.CameraNoise, 0), difficulty);
    }

    public void Paint(long frame, long nanoseconds, Span<byte> pixels)
    {
        double time = _world.MoveTo(nanoseconds);
        if (_prepared != _world.Episode.Index)
        {
            Prepare();
        }

        _world.Dynamics.Forward(_world.Arm);
        _backdrop.Pixels.CopyTo(pixels);
        var canvas = new Canvas(pixels, _width, _height);
        DrawScene(canvas, time);
        _passer.Draw(canvas, time);
        _noise.Apply(frame, pixels, _width * 3);
    }

    private void Prepare()
    {
        Episode episode = _world.Episode;
        _prepared = episode.Index;
        RandomStream random = RandomStream.For(_seed, StreamPurpose.Backdrop, episode.Index);
        _light.Set(episode.Surroundings, _difficulty);
        _view.Set(episode.Surroundings.CameraOffset * _difficulty);
        _appearance.Set(episode.Container.Colour, _light, ref random);
        _arm.Set(_light, Albedo.Grey(0.55), 0.2);
        _hand.Set(_light, Albedo.Grey(0.05), 0.1);
        _passer.Set(_light, _difficulty, ref random);
        _backdrop.Draw(_view, _light, _difficulty, ref random);
    }

    private void DrawScene(Canvas canvas, double time)
    {
        ArmDynamics arm = _world.Dynamics;
        Handling handling = _world.Episode.Handling;
        Container container = _world.Episode.Container;
        Line(canvas, Shoulder, arm.Elbow, 0.045, 0.8, _arm);
        Line(canvas, arm.Elbow, arm.Wrist, 0.038, 0.8, _arm);
        Vector3D palm = arm.Finger - (arm.HandAxis * 0.085);
        double apart = container.RadiusMetres + FingerHalfMetres + (OpeningMetres * handling.Opening(time));
        Vector3D one = arm.Finger + (arm.JawAxis * apart);
        Vector3D other = arm.Finger - (arm.JawAxis * apart);
        bool oneBehind = _view.Project(one).Depth > _view.Project(other).Depth;
        Finger(canvas, oneBehind ? one : other);
        DrawContainer(canvas, time);
        Line(canvas, arm.Wrist, palm - (arm.HandAxis * 0.04), 0.032, 0.6, _arm);
        Vector3D breadth = arm.JawAxis * (apart + 0.005);
        Line(canvas, palm - breadth, palm + breadth, 0.022, 0.2, _hand);
        Finger(canvas, oneBehind ? other : one);
    }

    private void Finger(Canvas canvas, Vector3D tip)
    {
        Vector3D axis = _world.Dynamics.HandAxis;
        Line(canvas, tip - (axis * 0.085), tip + (axis * 0.018), FingerHalfMetres, 0.3, _hand);
    }

    private void DrawContainer(Canvas canvas, double time)
    {
        Container container = _world.Episode.Container;
        Handling handling = _world.Episode.Handling;
        ContainerPhase phase = handling.PhaseAt(time);
        if (phase == ContainerPhase.Absent)
        {
            return;
        }

        ArmDynamics arm = _world.Dynamics;
        bool carried = phase == ContainerPhase.Carried;
        Vector3D up = carried ? -arm.HandAxis : new Vector3D(0, 0, 1);
        Vector3D foot = carried
            ? arm.Finger + (arm.HandAxis * Handling.GripMetres)
            : handling.BaseAt(time, _world.Arm.Q[0]);
        (double x, double y, double depth) = _view.Project(new Vector3D(foot.X, foot.Y, 0));
        double radius = container.RadiusMetres * _view.Focal / depth;
        canvas.Shadow(x + (3 * _light.Side), y, 1.5 * radius, 0.6 * radius, 0.55 / (1 + (12 * Math.Max(0, foot.Z))));
        Vector3D whole = up * container.HeightMetres;
        Line(canvas, foot, foot + whole, container.RadiusMetres, CapBulge, _appearance.Body);
        Line(canvas, foot + (whole * (1 - LidShare)), foot + whole, container.RadiusMetres, CapBulge, _appearance.Lid);
        if (_appearance.HasLabel)
        {
            (double low, double high) = _appearance.LabelBand;
            Line(canvas, foot + (whole * low), foot + (whole * high), 0.8 * container.RadiusMetres, 0,
                _appearance.Label);
        }
    }

    /// <summary>A bar between two points of the world with a half width in metres.</summary>
    private void Line(Canvas canvas, Vector3D from, Vector3D to, double halfMetres, double bulge, Ramp ramp)
    {
        (double x0, double y0, double depth0) = _view.Project(from);
        (double x1, double y1, double depth1) = _view.Project(to);
        double half = halfMetres * _view.Focal * 2 / (depth0 + depth1);
        canvas.Bar((x0, y0), (x1, y1), half, bulge, ramp);
    }
}
