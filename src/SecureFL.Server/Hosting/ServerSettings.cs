using System.Net;
using SecureFL.Learning.Models;

namespace SecureFL.Server.Hosting;

/// <summary>What a server needs to run.</summary>
public sealed record ServerSettings
{
    /// <summary>Where it keeps its state.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Where it listens; port 0 for a free one.</summary>
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>Permits plaintext on loopback addresses: for development.</summary>
    public bool InsecureLoopback { get; init; }

    /// <summary>
    /// Reads the weights before the first round, where the terms name a file's; null where none are given.
    /// </summary>
    public Func<ModelParameters>? InitialModel { get; init; }

    /// <summary>
    /// Whether the chunks of decided rounds stay, so that <c>verify --ciphertexts</c> can recompute the sums.
    /// </summary>
    public bool KeepCiphertexts { get; init; }

    /// <summary>Whether the rounds of a new session start without an operator.</summary>
    public bool StartRounds { get; init; }

    /// <summary>Limits.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>The OTLP endpoint of a collector for metrics and traces; null for none.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Whether logs are lines of JSON.</summary>
    public bool JsonLogs { get; init; }

    /// <summary>Where logs go instead of standard error, for a server inside another program; null there.</summary>
    internal ILoggerProvider? Logs { get; init; }
}
