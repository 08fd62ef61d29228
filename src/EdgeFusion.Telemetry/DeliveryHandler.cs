namespace EdgeFusion.Telemetry;

/// <summary>Sends requests and notes how they came out: the exporter itself tells nobody.</summary>
internal sealed class DeliveryHandler(DeliveryEpisode episode) : DelegatingHandler(new SocketsHttpHandler())
{
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            HttpResponseMessage response = base.Send(request, cancellationToken);
            Note(request, response);
            return response;
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            episode.Note($"{request.RequestUri}: {fault.Message}");
            throw;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            Note(request, response);
            return response;
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            episode.Note($"{request.RequestUri}: {fault.Message}");
            throw;
        }
    }

    private void Note(HttpRequestMessage request, HttpResponseMessage response) => episode.Note(
        response.IsSuccessStatusCode ? null : $"{request.RequestUri} answers {(int)response.StatusCode}");
}
