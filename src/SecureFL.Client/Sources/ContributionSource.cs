using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SecureFL.Client.Questions;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Rlwe.Quantization;
using SecureFL.Transport.Contracts;

namespace SecureFL.Client.Sources;

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

    /// <summary>How values are rounded to integers.</summary>
    public Rounding Rounding { get; init; } = Rounding.Stochastic;

    /// <summary>The model that was trained on; null for the newest one.</summary>
    public Digest? Base { get; init; }
}

/// <summary>A round as a source of contributions sees it.</summary>
/// <param name="Kind">A kind that is taken.</param>
/// <param name="Head">The newest model version.</param>
/// <param name="Model">Its values; empty where none are needed.</param>
/// <param name="IsFree">
/// Whether a contribution may stand on a model: the round's window has it, and this client has not contributed on it.
/// </param>
internal sealed record SiteTask(RoundKind Kind, ModelStamp Head, float[] Model, Func<Digest, bool> IsFree)
{
    /// <summary>The round.</summary>
    public ulong Round { get; init; }

    /// <summary>
    /// Whether this client's contribution to a former round is in that round's sum: as it has checked, or as the server
    /// says in suites where it cannot.
    /// </summary>
    public Func<ulong, CancellationToken, Task<SumMembership>> MembershipOf { get; init; } =
        (_, _) => Task.FromResult(SumMembership.Forgotten);
}

/// <summary>Where a client's contributions come from.</summary>
internal interface IContributionSource
{
    /// <summary>
    /// Values of the model version that the client must have (<see cref="VersionValues"/>); 0 where it needs none.
    /// </summary>
    int ModelLength { get; }

    /// <summary>
    /// The digest of what is contributed, where that is known before the round: a repeated start with something else is
    /// then refused. Null for what is made in the round.
    /// </summary>
    Digest? Identity => null;

    /// <summary>
    /// The task of a round on a model version, by the plan's terms: what anybody else says it is, is refused. Null if
    /// no round follows.
    /// </summary>
    /// <param name="model">The version's values; empty where none are needed.</param>
    /// <param name="step">Model updates before it, as the key holders' entries say.</param>
    RoundTask? TaskOn(float[] model, int step);

    /// <summary>Whether it contributes to rounds of this kind.</summary>
    bool Takes(RoundKind kind);

    /// <summary>
    /// Why the terms leave this client out of a round of this kind on this model version; null if they do not.
    /// </summary>
    string? LeftOut(RoundKind kind, int version) => null;

    /// <summary>What is known before the first round that the plan will ask of the site's rows.</summary>
    IReadOnlyList<DataQuestion> FirstQuestions { get; }

    /// <summary>All that the contribution to a round tells of the site's rows, before it is made.</summary>
    IReadOnlyList<DataQuestion> QuestionsOf(SiteTask task);

    /// <summary>The contribution to one round.</summary>
    /// <param name="task">The round.</param>
    /// <param name="cancellationToken">The round is over.</param>
    Task<ContributionValues> CreateAsync(SiteTask task, CancellationToken cancellationToken);

    /// <summary>The contribution that was made last is promised: the model that it stands on is used up.</summary>
    void Committed()
    {
    }

    /// <summary>The session has ended: what is kept between rounds is of no use any more.</summary>
    void Ended()
    {
    }
}

/// <summary>One vector for one sum.</summary>
internal sealed class VectorSource(float[] vector, long[] counters) : IContributionSource
{
    public int ModelLength => 0;

    public Digest? Identity { get; } = DigestOf(vector, counters);

    public IReadOnlyList<DataQuestion> FirstQuestions => [DataQuestion.OfVector(DigestOf(vector, counters))];

    public IReadOnlyList<DataQuestion> QuestionsOf(SiteTask task) => FirstQuestions;

    public RoundTask? TaskOn(float[] model, int step) => default(RoundTask);

    public bool Takes(RoundKind kind) => kind == RoundKind.Sum;

    public Task<ContributionValues> CreateAsync(SiteTask task, CancellationToken cancellationToken) =>
        Task.FromResult(new ContributionValues(vector, counters, RoundingSeed: null));

    private static Digest DigestOf(float[] vector, long[] counters)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<float>(vector));
        hash.AppendData(MemoryMarshal.AsBytes<long>(counters));
        return new Digest(hash.GetHashAndReset());
    }
}
