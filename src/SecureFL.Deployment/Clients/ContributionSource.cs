using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Plans;
using SecureFL.Encoding.Quantization;
using SecureFL.Federated.Metrics;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Deployment.Clients;

/// <summary>What a client puts into a round.</summary>
/// <param name="Vector">The plan's number of values.</param>
/// <param name="Counters">The plan's counters.</param>
/// <param name="RoundingSeed">Fixes stochastic rounding; null to draw it.</param>
internal sealed record ContributionValues(float[] Vector, long[] Counters, ulong? RoundingSeed)
{
    /// <summary>The model's metrics on the site's own rows, for its own log; null where it evaluated none.</summary>
    public string? OwnMetrics { get; init; }
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

/// <summary>
/// Trains on the site's rows under the plan's terms, or only evaluates. What it makes depends on model version and client index, never on a round's number, so a
/// round that died and is repeated gets the same integers.
/// </summary>
internal sealed class TrainingSource : IContributionSource
{
    private readonly AggregationPlan _plan;
    private readonly TrainingTerms _terms;
    private readonly FederatedSite _site;
    private readonly int _client;
    private readonly SiteWork _work;

    /// <exception cref="ArgumentException">The trainer's model is not the one in the terms.</exception>
    internal TrainingSource(AggregationPlan plan, TrainingTerms terms, ILocalTrainer trainer, FederatedSite site, int client)
    {
        _plan = plan;
        _terms = terms;
        _site = site;
        _client = client;
        _work = new SiteWork(
            trainer,
            new SiteWorkOptions
            {
                Seed = terms.Seed,
                Weighting = terms.Weighting,
                MaxWeight = terms.MaxWeight ?? double.PositiveInfinity,
                Clip = plan.Parameters.Clip,
            });
        if (!trainer.Layout.Matches(terms.Layout) || !_work.Counters.Layout.Counters.SequenceEqual(plan.Settings.Counters.Counters))
        {
            throw new ArgumentException("the trainer's model or metrics are not those of the plan's terms");
        }
    }

    public int ModelLength => VersionValues.LengthFor(_terms);

    public bool Takes(RoundKind kind) => kind is RoundKind.Training or RoundKind.Evaluation;

    public async Task<ContributionValues> CreateAsync(RoundKind kind, int version, float[] model, CancellationToken cancellationToken)
    {
        ModelParameters evaluated = VersionValues.Delivered(_terms, model);
        int task = SiteWork.TaskOf(version);
        SiteContribution contribution = kind == RoundKind.Evaluation
            ? await _work.EvaluateAsync(_site, _client, evaluated, cancellationToken).ConfigureAwait(false)
            : await _work.TrainAsync(
                _site, _client, VersionValues.Trained(_terms, model), evaluated, task, _terms.WeightUnit, cancellationToken: cancellationToken).ConfigureAwait(false);
        float[] vector = contribution.Update.Length > 0 ? contribution.Update : new float[_plan.Parameters.FloatLength];
        return new ContributionValues(vector, contribution.Counters, SiteWork.RoundingSeed(_terms.Seed, task, _client))
        {
            OwnMetrics = RoundMetricInfo.Line(RoundMetricInfo.Values(
                MetricSummary.Of(_work.Counters.Train(contribution.Counters), TargetUnits.Same),
                MetricSummary.Of(_work.Counters.Test(contribution.Counters), TargetUnits.Same))),
        };
    }
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
