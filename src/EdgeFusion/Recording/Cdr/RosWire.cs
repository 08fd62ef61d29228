namespace EdgeFusion.Recording.Cdr;

/// <summary>How a ROS message lies in bytes.</summary>
internal enum RosWire
{
    /// <summary>ROS 2: encapsulation header, aligned fields, strings with a NUL.</summary>
    Cdr,

    /// <summary>ROS 1: little endian, nothing between the fields, headers with a sequence.</summary>
    Ros1,
}
