using EdgeFusion.Publishing;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Doctor;

/// <summary>Connects to the broker as the worker would and hangs up.</summary>
internal static class BrokerChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static IEnumerable<Finding> Run(WorkerOptions options, CancellationToken stopping)
    {
        string where = $"{options.Mqtt.Host}:{options.Mqtt.Port}";
        Finding finding;
        try
        {
            // A client id of its own, so that a running worker is not thrown out.
            WorkerOptions mine = options with
            {
                Mqtt = options.Mqtt with { ClientId = $"edgefusion-doctor-{Environment.ProcessId}" },
            };
            using IPublisher? publisher = Adapters.Publisher(mine);
            if (publisher is null)
            {
                finding = Finding.Ok("broker", "none is configured: nothing is published");
            }
            else
            {
                publisher.Connect(null, Patience, stopping);
                publisher.Disconnect();
                finding = Finding.Ok("broker", $"{where} answers");
            }
        }
        catch (ConfigurationException fault)
        {
            finding = Finding.Fail("broker", fault.Message, "correct the Mqtt section of the configuration");
        }
        catch (TransportException fault)
        {
            finding = Finding.Fail(
                "broker", $"{where}: {fault.Message}",
                "start a broker there (apt-get install mosquitto), or correct Mqtt:Host, Mqtt:Port and credentials; "
                + "the worker runs without and delivers later");
        }

        yield return finding;
    }
}
