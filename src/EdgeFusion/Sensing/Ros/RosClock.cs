namespace EdgeFusion.Sensing.Ros;

/// <summary>What the capture time of a ROS message is taken from.</summary>
public enum RosClock
{
    /// <summary>
    /// The message's stamp, fitted to the pipeline's clock by when messages arrive: right for robots whose clock is
    /// not ours, and deaf to the network's jitter. The least delay counts as none.
    /// </summary>
    Fitted,

    /// <summary>The message's stamp as it is: for robots on the same or an exactly synchronised wall clock.</summary>
    Stamp,

    /// <summary>When the message arrived (audio: less the block's duration).</summary>
    Arrival,
}
