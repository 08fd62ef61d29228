using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>A test against a real nats-server; skipped, with the reason, where something is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsNatsFactAttribute : FactAttribute
{
    /// <summary>Looks for the library, the server and the subscriber.</summary>
    public NeedsNatsFactAttribute() => Skip = NeedsLibraryFactAttribute.WhyNot("libmosquitto.so.1")
        ?? NeedsProgramFactAttribute.WhyNot("nats-server") ?? NeedsProgramFactAttribute.WhyNot("mosquitto_sub");
}
