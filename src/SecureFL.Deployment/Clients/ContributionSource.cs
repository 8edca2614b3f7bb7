using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Plans;

namespace SecureFL.Deployment.Clients;

/// <summary>What a client puts into a round.</summary>
/// <param name="Vector">The plan's number of values.</param>
/// <param name="Counters">The plan's counters.</param>
/// <param name="RoundingSeed">Fixes stochastic rounding; null to draw it.</param>
internal sealed record ContributionValues(float[] Vector, long[] Counters, ulong? RoundingSeed)
{
    /// <summary>The model's metrics on the site's own rows, for its own log; null where it evaluated none.</summary>
    public string? OwnMetrics { get; init; }

    /// <summary>What clipping and quantisation do to the site's own update, for its own log.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Where a client's contributions come from.</summary>
internal interface IContributionSource
{
    /// <summary>Values of the model version that the client must have (<see cref="VersionValues"/>); 0 where it needs none.</summary>
    int ModelLength { get; }

    /// <summary>The digest of what is contributed, where that is known before the round: a repeated start with something else is then refused. Null for what is made in the round.</summary>
    Digest? Identity => null;

    /// <summary>Whether it contributes to rounds of this kind.</summary>
    bool Takes(RoundKind kind);

    /// <summary>The contribution to one round.</summary>
    /// <param name="kind">A kind that is taken.</param>
    /// <param name="version">The model version's number.</param>
    /// <param name="model">Its values; empty where none are needed.</param>
    /// <param name="cancellationToken">The round is over.</param>
    Task<ContributionValues> CreateAsync(RoundKind kind, int version, float[] model, CancellationToken cancellationToken);
}

/// <summary>One vector for one sum.</summary>
internal sealed class VectorSource(float[] vector, long[] counters) : IContributionSource
{
    public int ModelLength => 0;

    public Digest? Identity { get; } = DigestOf(vector, counters);

    public bool Takes(RoundKind kind) => kind == RoundKind.Sum;

    public Task<ContributionValues> CreateAsync(RoundKind kind, int version, float[] model, CancellationToken cancellationToken) =>
        Task.FromResult(new ContributionValues(vector, counters, RoundingSeed: null));

    private static Digest DigestOf(float[] vector, long[] counters)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<float>(vector));
        hash.AppendData(MemoryMarshal.AsBytes<long>(counters));
        return new Digest(hash.GetHashAndReset());
    }
}
