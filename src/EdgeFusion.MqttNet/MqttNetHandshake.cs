using EdgeFusion.Publishing;
using MQTTnet;
using MQTTnet.Exceptions;

namespace EdgeFusion.MqttNet;

/// <summary>Connecting and subscribing with MQTTnet, as calls that wait.</summary>
internal static class MqttNetHandshake
{
    /// <summary>Connects and waits for the broker's answer.</summary>
    /// <param name="client">The client.</param>
    /// <param name="options">How.</param>
    /// <param name="target">Where to, for people.</param>
    /// <param name="refusedAsTooNew">Whether the broker seems to speak an older version only; set before this throws.
    /// </param>
    /// <param name="timeout">Longest time to wait.</param>
    /// <param name="stopping">Ends the attempt.</param>
    public static MqttClientConnectResult Greet(
        IMqttClient client, MqttClientOptions options, string target, ref bool refusedAsTooNew, TimeSpan timeout,
        CancellationToken stopping)
    {
        const int OldRefusal = 1; // "Unacceptable protocol version" in the words of MQTT 3.1.1.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(timeout);
        refusedAsTooNew = false;
        try
        {
            MqttClientConnectResult answer = client.ConnectAsync(options, limit.Token).GetAwaiter().GetResult();
            MqttClientConnectResultCode code = answer.ResultCode;
            if (code == MqttClientConnectResultCode.Success)
            {
                return answer;
            }

            refusedAsTooNew = code == MqttClientConnectResultCode.UnsupportedProtocolVersion
                || (int)code == OldRefusal;
            string reason = MqttNetMapping.Reason(code.ToString(), (int)code, answer.ReasonString);
            throw new TransportException(
                $"{target} refused the connection: {reason}. Check the user name, the password file, the client "
                + "identifier and the broker's access rules.");
        }
        catch (Exception fault) when (
            fault is MqttCommunicationException or MqttProtocolViolationException or OperationCanceledException)
        {
            // MQTTnet reports a cancelled attempt in many ways, according to how far it had come.
            stopping.ThrowIfCancellationRequested();

            // The refusal of an older broker has no properties, which MQTTnet may take for a broken packet.
            refusedAsTooNew = fault.GetBaseException() is MqttProtocolViolationException;
            string why = limit.IsCancellationRequested ? "no answer in time" : fault.GetBaseException().Message;
            throw new TransportException(
                $"Could not connect to {target}: {why.TrimEnd('.')}. Check that the broker runs there, that no "
                + "firewall drops the connection, and that plain and TLS ports are not mixed up.", fault);
        }
    }

    /// <summary>Asks for what is listened to; a broker that refuses does not end the connection.</summary>
    /// <returns>The broker's words where it refused something; else null.</returns>
    public static string? Subscribe(
        IMqttClient client, MqttClientSubscribeOptions wanted, string target, TimeSpan timeout,
        CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(timeout);
        try
        {
            MqttClientSubscribeResult answer = client.SubscribeAsync(wanted, limit.Token)
                .GetAwaiter().GetResult();
            foreach (MqttClientSubscribeResultItem item in answer.Items)
            {
                if (item.ResultCode >= MqttClientSubscribeResultCode.UnspecifiedError)
                {
                    return MqttNetMapping.Reason(
                        item.ResultCode.ToString(), (int)item.ResultCode, answer.ReasonString);
                }
            }

            return null;
        }
        catch (Exception fault) when (
            fault is MqttCommunicationException or MqttProtocolViolationException or OperationCanceledException)
        {
            stopping.ThrowIfCancellationRequested();
            string why = limit.IsCancellationRequested ? "no answer in time" : fault.GetBaseException().Message;
            throw new TransportException(
                $"Could not subscribe at {target}: {why.TrimEnd('.')}. Check the broker's access rules.", fault);
        }
    }
}
