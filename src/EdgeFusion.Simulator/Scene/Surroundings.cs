using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Scene;

/// <summary>
/// What changes from episode to episode and says nothing about the object: light, viewpoint, gains and offsets. All
/// values are standardised (uniform 0..1 or sigma 1); each sensor scales them with its own difficulty.
/// </summary>
internal sealed class Surroundings
{
    /// <summary>Colour temperature, 0 = 2800 K lamp, 1 = 7500 K overcast sky.</summary>
    public double Warmth { get; private set; }

    /// <summary>Log of brightness, sigma 1.</summary>
    public double Brightness { get; private set; }

    /// <summary>Where the light comes from, -1 left to 1 right.</summary>
    public double LightSide { get; private set; }

    /// <summary>Offsets of the camera's position, sigma 1.</summary>
    public Vector3D CameraOffset { get; private set; }

    /// <summary>Log of the microphone's gain, sigma 1.</summary>
    public double MicrophoneGain { get; private set; }

    /// <summary>Log of the level of the room's noise, sigma 1.</summary>
    public double RoomLevel { get; private set; }

    /// <summary>Rotation of the gripper about its axis in rad: decides which side the fingers hide.</summary>
    public double GripperRoll { get; private set; }

    /// <summary>Zero error of the wrench sensor, sigma 1 per axis.</summary>
    public Vector3D ForceBias { get; private set; }

    /// <summary>Zero error of the torques, sigma 1 per axis.</summary>
    public Vector3D TorqueBias { get; private set; }

    /// <summary>Slope of the zero error over the episode, sigma 1 per axis.</summary>
    public Vector3D ForceDrift { get; private set; }

    public void Draw(ref RandomStream random)
    {
        Warmth = random.NextUniform();
        Brightness = random.NextGaussian();
        LightSide = random.NextBetween(-1, 1);
        CameraOffset = DrawVector(ref random);
        MicrophoneGain = random.NextGaussian();
        RoomLevel = random.NextGaussian();
        GripperRoll = random.NextBetween(-1.2, 1.2);
        ForceBias = DrawVector(ref random);
        TorqueBias = DrawVector(ref random);
        ForceDrift = DrawVector(ref random);
    }

    private static Vector3D DrawVector(ref RandomStream random)
    {
        double x = random.NextGaussian();
        double y = random.NextGaussian();
        return new Vector3D(x, y, random.NextGaussian());
    }
}
