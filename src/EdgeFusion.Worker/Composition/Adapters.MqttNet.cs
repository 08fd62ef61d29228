using EdgeFusion.MqttNet;
using EdgeFusion.Pipeline;
using EdgeFusion.Publishing;

namespace EdgeFusion.Worker.Composition;

/// <summary>The publisher on MQTTnet; compiled where WithMqttNet is true.</summary>
internal static partial class Adapters
{
    static partial void AddMqttNet(AdapterCatalog<BrokerOptions, IPublisher> catalog) =>
        catalog.Add("mqttnet", broker => new MqttNetPublisher(broker));

    static partial void StartBroker(ref (IDisposable Broker, int Port)? started)
    {
        MqttNetBroker broker = MqttNetBroker.Start();
        started = (broker, broker.Port);
    }
}
