using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SecureFL.Client.Reporting;

namespace SecureFL.Client.Hosting;

/// <summary>A hospital in a host of its own.</summary>
public static class ClientServices
{
    /// <summary>
    /// Runs a client for as long as the host runs, or until its session ends. A refusal ends the host, as any failed
    /// background service does. An <see cref="IProgress{T}"/> of <see cref="ClientProgress"/> among the services is
    /// told of every step.
    /// </summary>
    /// <typeparam name="TSite">Where the rows come from and the model goes.</typeparam>
    /// <param name="services">The host's services, with logging.</param>
    /// <param name="options">Who, where, and on which plan.</param>
    public static IServiceCollection AddSecureFLClient<TSite>(this IServiceCollection services,
        FederationClientOptions options)
        where TSite : class, ISiteLoader
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        return services
            .AddSingleton<ISiteLoader, TSite>()
            .AddSingleton<IHostedService>(provider => new ClientWorker(
                options, provider.GetRequiredService<ISiteLoader>(),
                provider.GetRequiredService<ILogger<FederationClient>>(),
                provider.GetService<IProgress<ClientProgress>>()));
    }
}
