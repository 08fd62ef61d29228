using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Configuration;

/// <summary>Checks what is published beside the native topics.</summary>
internal static class IntegrationChecks
{
    public static void Check(WorkerOptions options, List<string> faults)
    {
        HomeAssistantSettings home = options.HomeAssistant;
        if (Array.IndexOf(Integrations.Discoveries, home.Discovery) < 0)
        {
            faults.Add($"HomeAssistant:Discovery: is '{home.Discovery}'; there are "
                + string.Join(", ", Integrations.Discoveries));
        }

        if (home.Prefix.Length == 0 || home.Prefix.AsSpan().IndexOfAny("+#") >= 0)
        {
            faults.Add($"HomeAssistant:Prefix: is '{home.Prefix}'; it must not be empty or have + #");
        }

        bool wanted = home.Discovery != "off";
        if (wanted && options.Mqtt.Format != "json")
        {
            faults.Add("HomeAssistant:Discovery: Home Assistant reads JSON only; set Mqtt:Format to json");
        }

        if ((wanted || options.Sparkplug.Enabled) && options.Mqtt.Adapter == "none")
        {
            faults.Add((wanted ? "HomeAssistant:Discovery" : "Sparkplug:Enabled") + ": Mqtt:Adapter is none");
        }

        if (options.Sparkplug.Enabled)
        {
            faults.AddRange(Integrations.From(options).Check().Select(fault => "Sparkplug:" + fault));
        }
    }
}
