using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using SecureFL.Aggregation;
using SecureFL.Deployment.Formats;
using SecureFL.Federated.Data;
using SecureFL.Federated.Metrics;
using SecureFL.Federated.Models;
using SecureFL.Federated.Preparation;
using SecureFL.Federated.Rounds;

namespace SecureFL.Deployment.Plans;

/// <summary>
/// Everything about training that the parties agree on beside the plan: model, local training, weighting, server optimiser, stopping, data and pace. The plan's digest covers
/// <see cref="Digest"/>, the SHA-256 of <see cref="ToBytes"/>. Immutable and thread-safe.
/// </summary>
public sealed record TrainingTerms
{
    /// <summary>The version that this program writes, and the newest that it reads.</summary>
    public const int CurrentVersion = 2;

    /// <summary>Longest canonical form.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>Largest seed: integers up to it are exact in every JSON reader.</summary>
    public const ulong MaxSeed = (1UL << 53) - 1;

    /// <summary>The version of the shape.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The model.</summary>
    public required ModelTerms Model { get; init; }

    /// <summary>Local training; an external trainer may take from it what it understands.</summary>
    public LocalTrainingOptions Training { get; init; } = new();

    /// <summary>The weighting of the mean.</summary>
    public Weighting Weighting { get; init; } = Weighting.Samples;

    /// <summary>
    /// Training rows that make weight 1 under <see cref="Weighting.Samples"/>; null for the mean of the sites' rows, found by a secure sum before the first round.
    /// </summary>
    public double? WeightUnit { get; init; }

    /// <summary>The largest weight a site may have, in units; larger sites are counted as that. Null for no bound.</summary>
    public double? MaxWeight { get; init; }

    /// <summary>
    /// Elements of tensors' updates are clipped to these magnitudes, one for each tensor in the model's order or one for all; empty to find one for each tensor by a secure sum
    /// before the first round.
    /// </summary>
    public ImmutableArray<float> Clips { get; init; } = [];

    /// <summary>Whether regression targets are scaled for training by the mean and deviation of all sites' rows; the delivered model gives original units.</summary>
    public bool ScaleTargets { get; init; } = true;

    /// <summary>The server's optimiser.</summary>
    public ServerOptimizerOptions ServerOptimizer { get; init; } = new();

    /// <summary>Decay of the moving average of the global model, which is then what is evaluated and delivered; 0 for none.</summary>
    public double AverageDecay { get; init; }

    /// <summary>When to stop.</summary>
    public required StoppingRules Stopping { get; init; }

    /// <summary>The seed of initialisation, batches and rounding; never of a key.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How sites encode their rows.</summary>
    public DataTerms Data { get; init; } = new();

    /// <summary>How the server paces rounds.</summary>
    public RoundPolicy Rounds { get; init; } = new();

    /// <summary>The model's tensors: their elements are the plan's vector.</summary>
    [JsonIgnore]
    public ModelLayout Layout => Model.Layout;

    /// <summary>The counters of an evaluation.</summary>
    [JsonIgnore]
    public MetricLayout Metrics => Model.Metrics;

    /// <summary>The counters of the plan: those of <see cref="RoundCounters"/>, and a block for the sums of the preparation, 0 in all other rounds.</summary>
    [JsonIgnore]
    public CounterLayout Counters
    {
        get
        {
            const long Most = (1L << WideInteger.LimbBits) - 1;
            ImmutableArray<Counter> rounds = RoundCounters.LayoutOf(Metrics).Counters;
            IEnumerable<Counter> block = Enumerable.Range(0, Preparation.Longest).Select(i => new Counter(FormattableString.Invariant($"prepare.{i}"), Most));
            return new CounterLayout(0, [.. rounds, .. block]);
        }
    }

    /// <summary>The sums before the first round.</summary>
    [JsonIgnore]
    public PreparationSteps Preparation
    {
        get
        {
            // A block that is small beside a large vector may hold more of a step.
            int room = PreparationRun.CountersPerSum - RoundCounters.LayoutOf(Metrics).Counters.Length;
            return PreparationSteps.For(PreparationTerms, Math.Min(Math.Clamp(Layout.Length / 64, 512, 2048), room));
        }
    }

    /// <summary>What is found out before the first round.</summary>
    [JsonIgnore]
    public PreparationTerms PreparationTerms => PreparationTerms.For(Data.Scaling, Data.Schema, Model.Inputs, Model.Task, Model.Classes) with
    {
        Fixed = Data.FixedScaling,
        Targets = ScaleTargets && Model.Task == LearningTask.Regression,
        Rows = Weighting == Weighting.Samples && WeightUnit is null,
        Clips = Clips.IsEmpty ? Layout : null,
    };

    /// <summary>SHA-256 of <see cref="ToBytes"/>: what the plan carries.</summary>
    [JsonIgnore]
    public Digest Digest => DigestOf(ToBytes());

    /// <summary>The digest of a canonical form.</summary>
    public static Digest DigestOf(ReadOnlySpan<byte> bytes) => new(SHA256.HashData(bytes));

    /// <summary>The canonical form: one line of UTF-8 JSON, members in the order of this type, numbers in their shortest form.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, DeploymentJson.Compact);

    /// <summary>Reads a canonical form and checks it.</summary>
    /// <exception cref="FormatException">Too long, not of this shape, contradicting itself, or not canonical.</exception>
    /// <exception cref="NewerVersionException">A newer version.</exception>
    public static TrainingTerms Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            throw new FormatException($"terms of {bytes.Length} bytes, at most {MaxBytes}");
        }

        TrainingTerms terms = Checked(DeploymentJson.Read<TrainingTerms>(bytes, "terms", CurrentVersion));
        return bytes.SequenceEqual(terms.ToBytes()) ? terms : throw new FormatException("the terms are not in their canonical form");
    }

    /// <summary>Refuses terms that contradict themselves.</summary>
    /// <exception cref="ArgumentException">Names the rule that was broken.</exception>
    public void Check()
    {
        if (Version != CurrentVersion)
        {
            throw new ArgumentException($"terms of version {Version}, this program writes {CurrentVersion}");
        }

        if (Seed > MaxSeed)
        {
            throw new ArgumentException($"a seed of {Seed}, at most {MaxSeed}");
        }

        Model.Check();
        Training.Check(Model.Classes);
        Data.Check(Model);
        Rounds.Check();
        if (!RoundMetricInfo.Exists(Stopping.Metric, Metrics))
        {
            throw new ArgumentException($"stopping looks at {Stopping.Metric}, which a {Model.Task} task of {Model.Classes} classes does not have");
        }

        if (Weighting == Weighting.Equal && WeightUnit is not null)
        {
            throw new ArgumentException($"a weight unit of {WeightUnit} under equal weights, which have none");
        }

        if (Clips.IsDefault)
        {
            throw new ArgumentException("clips are a list, which may be empty");
        }

        if (!Clips.IsEmpty)
        {
            _ = new TensorClips(Layout, Clips);
        }

        FederationOptionsFor(1).Check(1);
        if (Stopping.Rounds > 1 << 23)
        {
            throw new ArgumentException($"{Stopping.Rounds} training rounds, at most {1 << 23}");
        }
    }

    /// <summary>Refuses a plan that these terms do not belong to.</summary>
    /// <exception cref="ArgumentException">Names what does not fit.</exception>
    public void CheckFits(PlanSettings plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        string? broken =
            plan.Terms != Digest ? $"the plan holds the terms {plan.Terms.ToShortString()}, these are {Digest.ToShortString()}"
            : plan.Parameters.FloatLength != Layout.Length ? $"the plan sums vectors of {plan.Parameters.FloatLength} elements, the model has {Layout.Length}"
            : plan.Counters.MaxWeight != 0 || !plan.Counters.Counters.SequenceEqual(Counters.Counters) ? "the plan has other counters than the terms"
            : plan.Rounds <= Stopping.Rounds + Preparation.Steps.Length
                ? $"{Stopping.Rounds} training rounds and {Preparation.Steps.Length} of preparation in a plan of {plan.Rounds} rounds: the plan needs at least one more"
            : Rounds.Contributions > plan.Enrolment.Clients.Count || (Rounds.Contributions > 0 && Rounds.Contributions < plan.MinClients)
                ? $"rounds close with {Rounds.Contributions} contributions: {plan.MinClients} to {plan.Enrolment.Clients.Count}, or 0 for all"
            : null;
        if (broken is not null)
        {
            throw new ArgumentException(broken);
        }
    }

    /// <summary>Training rows that make weight 1, once it is known.</summary>
    public double? UnitFrom(PreparedState prepared)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        return Weighting == Weighting.Equal ? 1 : WeightUnit ?? prepared.WeightUnit;
    }

    /// <summary>The clip of every tensor: the terms', or those that were found.</summary>
    public TensorClips? ClipsFrom(PreparedState prepared)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        return Clips.IsEmpty ? prepared.Clips : new TensorClips(Layout, Clips);
    }

    /// <summary>The same settings as the round engine's options.</summary>
    /// <param name="minimumContributors">Fewest contributions in a sum.</param>
    /// <param name="prepared">What the preparation found out; null before it.</param>
    public FederationOptions FederationOptionsFor(int minimumContributors, PreparedState? prepared = null) => new()
    {
        Stopping = Stopping,
        Seed = Seed,
        Weighting = Weighting,
        WeightUnit = UnitFrom(prepared ?? PreparedState.Empty),
        Clips = ClipsFrom(prepared ?? PreparedState.Empty),
        Units = TargetUnits.Of(prepared?.Targets),
        MaxWeight = MaxWeight ?? double.PositiveInfinity,
        ServerOptimizer = ServerOptimizer,
        AverageDecay = AverageDecay,
        MinimumContributors = minimumContributors,
    };

    /// <summary>The built-in trainer; null where the sites bring their own.</summary>
    public ILocalTrainer? CreateBuiltInTrainer() => Model.BuiltIn is ModelSpec spec ? new GradientTrainer(spec, Training) : null;

    internal static TrainingTerms Checked(TrainingTerms terms)
    {
        try
        {
            terms.Check();
            return terms;
        }
        catch (Exception fault) when (fault is ArgumentException or OverflowException)
        {
            throw new FormatException($"terms: {FaultText.Of(fault)}", fault);
        }
    }
}
