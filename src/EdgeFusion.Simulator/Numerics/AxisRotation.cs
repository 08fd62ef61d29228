namespace EdgeFusion.Simulator.Numerics;

/// <summary>A rotation about the local z or y axis: the two kinds of joint this arm has.</summary>
internal readonly record struct AxisRotation(double Sin, double Cos, bool AboutY)
{
    public Vector3D Axis => AboutY ? new Vector3D(0, 1, 0) : new Vector3D(0, 0, 1);

    public static AxisRotation Of(double angle, bool aboutY)
    {
        (double sin, double cos) = PortableMath.SinCos(angle);
        return new AxisRotation(sin, cos, aboutY);
    }

    /// <summary>From the child's frame into the parent's.</summary>
    public Vector3D ToParent(Vector3D v) => AboutY
        ? new Vector3D((Cos * v.X) + (Sin * v.Z), v.Y, (Cos * v.Z) - (Sin * v.X))
        : new Vector3D((Cos * v.X) - (Sin * v.Y), (Sin * v.X) + (Cos * v.Y), v.Z);

    /// <summary>From the parent's frame into the child's.</summary>
    public Vector3D ToChild(Vector3D v) => AboutY
        ? new Vector3D((Cos * v.X) - (Sin * v.Z), v.Y, (Sin * v.X) + (Cos * v.Z))
        : new Vector3D((Cos * v.X) + (Sin * v.Y), (Cos * v.Y) - (Sin * v.X), v.Z);
}
