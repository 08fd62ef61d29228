namespace EdgeFusion.Publishing.Sparkplug;

/// <summary>Data types of metrics that we use, by their numbers in Sparkplug B.</summary>
internal enum SparkplugType
{
    Int32 = 3,
    Int64 = 4,
    Float = 9,
    Boolean = 11,
    String = 12,
}
