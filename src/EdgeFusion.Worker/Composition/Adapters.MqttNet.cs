using EdgeFusion.MqttNet;
using EdgeFusion.Pipeline;
using EdgeFusion.Publishing;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>The publisher on MQTTnet; compiled where WithMqttNet is true.</summary>
internal static partial class Adapters
{
    static partial void AddMqttNet(AdapterCatalog<WorkerOptions, IPublisher> catalog) =>
        catalog.Add("mqttnet", MqttNet);

    private static MqttNetPublisher MqttNet(WorkerOptions options)
    {
        MqttOptions mqtt = options.Mqtt;
        return new MqttNetPublisher(new MqttNetOptions
        {
            Host = mqtt.Host,
            Port = mqtt.Port,
            ClientId = mqtt.ClientId.Length > 0 ? mqtt.ClientId : "edgefusion-" + options.Node,
            UserName = OrNull(mqtt.UserName),
            PasswordFile = OrNull(Credential.Path(mqtt.PasswordFile)),
            Tls = mqtt.Tls,
            CaFile = OrNull(mqtt.CaFile),
            CertificateFile = OrNull(mqtt.CertificateFile),
            KeyFile = OrNull(Credential.Path(mqtt.KeyFile)),
        });
    }
}
