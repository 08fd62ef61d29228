using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Vision;

/// <summary>A pinhole camera that faces the arm over the table.</summary>
internal sealed class Viewpoint(int width, int height)
{
    // Half the field of view is 23 deg: tan = 0.42.
    private const double HalfViewTangent = 0.42;
    private const double OffsetMetres = 0.012;

    private static readonly Vector3D Position = new(1.06, 0.03, 0.42);
    private static readonly Vector3D Target = new(0.45, 0, 0.180);

    private Vector3D _position;
    private Vector3D _forward;
    private Vector3D _right;
    private Vector3D _up;

    /// <summary>Pixels per unit of tangent.</summary>
    public double Focal { get; } = width / (2 * HalfViewTangent);

    public void Set(Vector3D offset)
    {
        _position = Position + (offset * OffsetMetres);
        _forward = (Target - _position).Normalized();
        _right = Vector3D.Cross(_forward, new Vector3D(0, 0, 1)).Normalized();
        _up = Vector3D.Cross(_right, _forward);
    }

    /// <summary>Pixel of a point, and its distance along the view.</summary>
    public (double X, double Y, double Depth) Project(Vector3D point)
    {
        Vector3D d = point - _position;
        double depth = Math.Max(0.05, Vector3D.Dot(d, _forward));
        double scale = Focal / depth;
        double x = (0.5 * width) + (scale * Vector3D.Dot(d, _right));
        double y = (0.5 * height) - (scale * Vector3D.Dot(d, _up));
        return (x, y, depth);
    }

    /// <summary>Where the line of sight through a pixel meets the table, or false where it passes above.</summary>
    public bool MeetsTable(double x, double y, out Vector3D point)
    {
        Vector3D ray = _forward + (_right * ((x - (0.5 * width)) / Focal)) + (_up * (((0.5 * height) - y) / Focal));
        double distance = -_position.Z / Math.Min(ray.Z, -1e-6);
        point = _position + (ray * distance);

        // The table ends behind the arm's base.
        return ray.Z < 0 && point.X > -0.25;
    }
}
