using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Learning.Settings;
using SecureFL.Messages.Counters;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Text;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Quantization;
using SecureFL.Transport.Formats;

namespace SecureFL.Consortium.Plans;

/// <summary>How the losses of classes are weighed against each other.</summary>
public enum ClassWeighting
{
    /// <summary>All rows alike.</summary>
    None,

    /// <summary>
    /// Rare classes up, so that every class carries the same sum: <see cref="ClassBalance"/> over the sites' counts,
    /// which a secure sum adds up.
    /// </summary>
    Balanced,
}

/// <summary>
/// Everything about training that the parties agree on beside the plan: model, local training, weighting, server
/// optimiser, stopping, data and pace. The plan's digest covers
/// <see cref="Digest"/>, the SHA-256 of <see cref="ToBytes"/>. Immutable and thread-safe.
/// </summary>
public sealed record TrainingTerms
{
    /// <summary>The version that this program writes, and the newest that it reads.</summary>
    public const int CurrentVersion = 3;

    /// <summary>Longest canonical form.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>Largest seed: integers up to it are exact in every JSON reader.</summary>
    public const ulong MaxSeed = (1UL << 53) - 1;

    private const double SmallestClip = 1.17549435E-38;

    // Worked out once for each object; a copy made by "with" is another one.
    private static readonly ConditionalWeakTable<TrainingTerms, PreparationTerms> Found = [];
    private static readonly ConditionalWeakTable<TrainingTerms, PreparationSteps> Steps = [];

    /// <summary>The version of the shape.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The model.</summary>
    public required ModelTerms Model { get; init; }

    /// <summary>Local training; an external trainer may take from it what it understands.</summary>
    public LocalTrainingOptions Training { get; init; } = new();

    /// <summary>How losses of the classes are weighed.</summary>
    public ClassWeighting ClassWeights { get; init; }

    /// <summary>The weighting of the mean.</summary>
    public Weighting Weighting { get; init; } = Weighting.Samples;

    /// <summary>
    /// Training rows that make weight 1 under <see cref="Weighting.Samples"/>; null for the mean of the sites' rows,
    /// found by a secure sum before the first round.
    /// </summary>
    [Within(FederationOptions.LeastUnit, FederationOptions.MostUnit)]
    public double? WeightUnit { get; init; }

    /// <summary>
    /// The largest weight a site may have, in units; larger sites are counted as that. Null for no bound.
    /// </summary>
    [Within(FederationOptions.LeastUnit, FederationOptions.MostUnit)]
    public double? MaxWeight { get; init; }

    /// <summary>
    /// Elements of tensors' updates are clipped to these magnitudes, one for each tensor in the model's order or one
    /// for all; empty to find one for each tensor by a secure sum before the first round.
    /// </summary>
    [Within(SmallestClip)]
    public ImmutableArray<float> Clips { get; init; } = [];

    /// <summary>
    /// Whether regression targets are scaled for training by the mean and deviation of all sites' rows; the delivered
    /// model gives original units.
    /// </summary>
    public bool ScaleTargets { get; init; } = true;

    /// <summary>The server's optimiser.</summary>
    public ServerOptimizerOptions ServerOptimizer { get; init; } = new();

    /// <summary>
    /// Decay of the moving average of the global model, which is then what is evaluated and delivered; 0 for none.
    /// </summary>
    [Within(0, 1, Below = true)]
    public double AverageDecay { get; init; }

    /// <summary>Sites drawn for each training round, by seed and model version; 0 for all.</summary>
    [Within(0)]
    public int SitesPerRound { get; init; }

    /// <summary>Asynchronous rounds; null for synchronous ones.</summary>
    public BufferOptions? Asynchronous { get; init; }

    /// <summary>How weighted updates are rounded to integers.</summary>
    public Rounding Rounding { get; init; } = Rounding.Stochastic;

    /// <summary>
    /// Whether a site adds to an update what clipping and rounding took from the ones before
    /// (<see cref="Learning.Rounds.ErrorFeedback"/>).
    /// </summary>
    public bool ErrorFeedback { get; init; }

    /// <summary>When to stop.</summary>
    public StoppingRules Stopping { get; init; } = new();

    /// <summary>The seed of initialisation, batches and rounding; never of a key.</summary>
    [Within(0, MaxSeed)]
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

    /// <summary>
    /// The counters of the plan: those of <see cref="RoundCounters"/>, and a block for the sums of the preparation, 0
    /// in all other rounds.
    /// </summary>
    [JsonIgnore]
    public CounterLayout Counters
    {
        get
        {
            const long Most = (1L << WideInteger.LimbBits) - 1;
            ImmutableArray<Counter> rounds = RoundCounters.LayoutOf(Metrics).Counters;
            IEnumerable<Counter> block = Enumerable.Range(0, Preparation.Longest)
                .Select(i => new Counter(FormattableString.Invariant($"prepare.{i}"), Most));
            return new CounterLayout(0, [.. rounds, .. block]);
        }
    }

    /// <summary>The sums before the first round.</summary>
    [JsonIgnore]
    public PreparationSteps Preparation => Steps.GetValue(this, terms => terms.PlanSteps());

    /// <summary>What is found out before the first round.</summary>
    [JsonIgnore]
    public PreparationTerms PreparationTerms => Found.GetValue(this, terms => terms.PlanPreparation());

    private PreparationSteps PlanSteps()
    {
        // A block that is small beside a large vector may hold more of a step.
        int room = PreparationRun.CountersPerSum - RoundCounters.LayoutOf(Metrics).Counters.Length;
        return PreparationSteps.For(PreparationTerms,
            Math.Min(Math.Clamp(Layout.Length / 64, IsPreconditioned ? 2048 : 512, 2048), room));
    }

    private PreparationTerms PlanPreparation() =>
        PreparationTerms.For(Data.Scaling, Data.Schema, Model.Inputs, Model.Task, Model.Classes) with
        {
            Fixed = Data.FixedScaling,
            Targets = ScaleTargets && Model.Task == LearningTask.Regression,
            Rows = IsPreconditioned || (Weighting == Weighting.Samples && WeightUnit is null),
            ClassCounts = ClassWeights == ClassWeighting.Balanced,
            SecondMoments = IsPreconditioned,
            EqualSites = Weighting == Weighting.Equal,
            Clips = Clips.IsEmpty ? Layout : null,
        };

    /// <summary>Whether second moments of all rows are summed for the sites' optimiser.</summary>
    internal bool IsPreconditioned =>
        Model.BuiltIn is not null && Training.Optimizer.Kind == LocalOptimizerKind.Preconditioned;

    /// <summary>SHA-256 of <see cref="ToBytes"/>: what the plan carries.</summary>
    [JsonIgnore]
    public Digest Digest => DigestOf(ToBytes());

    /// <summary>
    /// The digest of the terms but for the stopping rules: what a run that goes on must share with the one that began.
    /// </summary>
    [JsonIgnore]
    public Digest Identity => (this with { Stopping = new StoppingRules() }).Digest;

    /// <summary>The digest of a canonical form.</summary>
    public static Digest DigestOf(ReadOnlySpan<byte> bytes) => new(SHA256.HashData(bytes));

    /// <summary>
    /// The canonical form: one line of UTF-8 JSON, members in the order of this type, numbers in their shortest form.
    /// </summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, DeploymentJson.Compact);

    /// <summary>Reads a canonical form and checks it.</summary>
    /// <exception cref="FormatException">Too long, not of this shape, contradicting itself, or not
    /// canonical.</exception>
    /// <exception cref="NewerVersionException">A newer version.</exception>
    public static TrainingTerms Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            throw new FormatException($"terms of {bytes.Length} bytes, at most {MaxBytes}");
        }

        TrainingTerms terms = Checked(DeploymentJson.Read<TrainingTerms>(bytes, "terms", CurrentVersion));
        return bytes.SequenceEqual(terms.ToBytes()) ? terms
            : throw new FormatException("the terms are not in their canonical form");
    }

    /// <summary>Refuses terms that contradict themselves.</summary>
    /// <exception cref="ArgumentException">Names the rule that was broken.</exception>
    public void Check() => TermsRules.Check(this);

    /// <summary>Refuses a plan that these terms do not belong to.</summary>
    /// <exception cref="ArgumentException">Names what does not fit.</exception>
    public void CheckFits(PlanSettings plan) => TermsRules.CheckFits(this, plan);

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

    /// <summary>
    /// Entries of the model chain that a contribution may stand on, the newest included: what the plan's window must
    /// hold at least. Evaluations of all sites between asynchronous rounds are entries of their own.
    /// </summary>
    [JsonIgnore]
    public int BaseVersionWindow =>
        Asynchronous is { } pace ? checked(pace.MaxStaleness + (pace.MaxStaleness / pace.EvaluateEvery) + 2) : 1;

    /// <summary>Rounds that only evaluate, between asynchronous ones.</summary>
    internal int Measurements => Asynchronous is { } pace ? Stopping.Rounds / pace.EvaluateEvery : 0;

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
        ErrorFeedback = ErrorFeedback,
        SitesPerRound = SitesPerRound,
        MinimumContributors = minimumContributors,
    };

    /// <summary>The built-in trainer, all classes alike; null where the sites bring their own.</summary>
    public ILocalTrainer? CreateBuiltInTrainer() => TrainerUnder(PreparedState.Empty);

    /// <summary>
    /// The built-in trainer under what the preparation found out; null where the sites bring their own.
    /// </summary>
    public ILocalTrainer? TrainerUnder(PreparedState prepared)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        return Model.BuiltIn is ModelSpec spec
            ? new GradientTrainer(spec, Training with
            {
                ClassWeights = prepared.ClassWeights,
                L2 = Training.L2 ?? (IsPreconditioned && prepared.Rows > 0 ? 1f / prepared.Rows : 0),
                SecondMoments = prepared.SecondMoments,
                AllRows = prepared.Rows,
                Schedule = Training.Schedule.In(Stopping.Rounds),
            })
            : null;
    }

    internal static TrainingTerms Checked(TrainingTerms terms, string what = "terms")
    {
        try
        {
            terms.Check();
            return terms;
        }
        catch (Exception fault) when (fault is ArgumentException or OverflowException)
        {
            throw new FormatException($"{what}: {FaultText.Of(fault)}", fault);
        }
    }
}
