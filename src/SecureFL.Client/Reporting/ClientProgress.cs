namespace SecureFL.Client.Reporting;

/// <summary>What a client is at.</summary>
public enum ClientStage
{
    /// <summary>It trains, evaluates or counts on its own rows.</summary>
    Working,

    /// <summary>Its contribution is durable in its outbox; from here on a restart sends the same bytes.</summary>
    Stored,

    /// <summary>The contribution is on its way.</summary>
    Uploading,

    /// <summary>The server has all of it.</summary>
    Accepted,

    /// <summary>The round gets no contribution of this client.</summary>
    SatOut,

    /// <summary>The session has ended.</summary>
    Ended,

    /// <summary>The server is away, or this machine's network: the client asks again by itself, for ever. Told at every
    /// attempt that failed.</summary>
    Waiting,

    /// <summary>The server is back.</summary>
    Following,
}

/// <summary>A step of a client in a round. Immutable.</summary>
/// <param name="Stage">What it is at.</param>
/// <param name="Round">The round, from 0; the last one that was heard of where the client waits.</param>
public sealed record ClientProgress(ClientStage Stage, ulong Round)
{
    /// <summary>The share of the contribution that is durable at the server, 0 to 1.</summary>
    public double Uploaded { get; init; }

    /// <summary>Why a round is sat out, why the session has ended, or why the client waits; null elsewhere.</summary>
    public string? Reason { get; init; }

    /// <summary>Since when the client waits for the server; null where it does not.</summary>
    public DateTimeOffset? Since { get; init; }
}
