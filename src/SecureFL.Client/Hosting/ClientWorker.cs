using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SecureFL.Client.Reporting;

namespace SecureFL.Client.Hosting;

/// <summary>A client for as long as its host runs, or until the session ends.</summary>
internal sealed class ClientWorker(
    FederationClientOptions options, ISiteLoader loader, ILogger<FederationClient> logger,
    IProgress<ClientProgress>? progress = null) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using FederationClient client = await FederationClient.OpenAsync(options, logger, stoppingToken)
            .ConfigureAwait(false);
        LocalSite site = await loader.LoadAsync(client, stoppingToken).ConfigureAwait(false);
        SessionEnd end = await client.RunAsync(site.Rows, site.Trainer, progress, stoppingToken).ConfigureAwait(false);
        TrainedModel? model = await client.FetchModelAsync(end, stoppingToken).ConfigureAwait(false);
        await loader.EndedAsync(end, model, stoppingToken).ConfigureAwait(false);
    }
}
