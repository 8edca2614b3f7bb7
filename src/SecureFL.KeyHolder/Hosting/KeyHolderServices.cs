using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SecureFL.KeyHolder.Reporting;

namespace SecureFL.KeyHolder.Hosting;

/// <summary>A key holder in a host of its own.</summary>
public static class KeyHolderServices
{
    /// <summary>
    /// Runs a key holder for as long as the host runs. A refusal ends the host, as any failed background service does.
    /// An <see cref="IProgress{T}"/> of <see cref="KeyHolderProgress"/> among the services is told of every step.
    /// </summary>
    /// <param name="services">The host's services, with logging.</param>
    /// <param name="options">Who, where, and on which plan.</param>
    public static IServiceCollection AddSecureFLKeyHolder(this IServiceCollection services, KeyHolderOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        return services.AddSingleton<IHostedService>(provider => new KeyHolderWorker(
            options, provider.GetRequiredService<ILogger<KeyHolderHost>>(),
            provider.GetService<IProgress<KeyHolderProgress>>()));
    }
}
