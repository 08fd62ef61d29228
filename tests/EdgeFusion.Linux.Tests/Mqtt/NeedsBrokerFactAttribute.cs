using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>A test against a real mosquitto; skipped, with the reason, where something is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsBrokerFactAttribute : FactAttribute
{
    /// <summary>Looks for the library, the broker and the subscriber.</summary>
    public NeedsBrokerFactAttribute() => Skip = NeedsLibraryFactAttribute.WhyNot("libmosquitto.so.1")
        ?? NeedsProgramFactAttribute.WhyNot("mosquitto") ?? NeedsProgramFactAttribute.WhyNot("mosquitto_sub");
}
