using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SecureFL.KeyHolder.Reporting;

namespace SecureFL.KeyHolder.Hosting;

/// <summary>A key holder for as long as its host runs.</summary>
internal sealed class KeyHolderWorker(
    KeyHolderOptions options, ILogger<KeyHolderHost> logger, IProgress<KeyHolderProgress>? progress = null)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using KeyHolderHost holder = await KeyHolderHost.OpenAsync(options, logger, stoppingToken)
            .ConfigureAwait(false);
        await holder.RunAsync(progress, stoppingToken).ConfigureAwait(false);
    }
}
