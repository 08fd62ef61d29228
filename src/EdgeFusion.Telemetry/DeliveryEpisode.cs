namespace EdgeFusion.Telemetry;

/// <summary>Tells that deliveries began or ceased to fail; once per episode.</summary>
/// <remarks><b>Threading.</b> Any thread.</remarks>
internal sealed class DeliveryEpisode(Action<string?>? changed)
{
    private readonly Lock _lock = new();
    private bool _failing;

    /// <summary>Notes how a delivery came out.</summary>
    /// <param name="problem">Why it failed; null where it did not.</param>
    public void Note(string? problem)
    {
        lock (_lock)
        {
            if (problem is null != _failing)
            {
                return;
            }

            _failing = problem is not null;
        }

        changed?.Invoke(problem);
    }
}
