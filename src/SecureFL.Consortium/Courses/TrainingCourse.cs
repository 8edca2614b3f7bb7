using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Contracts;

namespace SecureFL.Consortium.Courses;

/// <summary>
/// The model's side of a session: which kind of round comes next, and what an opened sum makes of the model. A pure
/// function of terms, checkpoint and sums: the server after a crash, and every client that has the same sums, get the
/// same bits. Not thread-safe.
/// </summary>
internal sealed class TrainingCourse
{
    private readonly TrainingTerms _terms;
    private readonly RoundCounters _counters;
    private readonly AggregationPlan _plan;
    private readonly SitesInSum _enrolled;
    private string _run;
    private GlobalModel _model;
    private PreparationProgress _progress;

    /// <summary>A session's course from <see cref="Start"/>, or from where <see cref="Save"/> left it.</summary>
    /// <exception cref="ArgumentException">The checkpoint is of another model, or contradicts itself.</exception>
    public TrainingCourse(TrainingTerms terms, AggregationPlan plan, TrainingCheckpoint checkpoint)
    {
        _terms = terms;
        _counters = new RoundCounters(terms.Metrics);
        _plan = plan;
        _enrolled = VersionValues.SitesOf(plan);
        GoOnFrom(checkpoint);
    }

    /// <summary>The terms that it follows.</summary>
    public TrainingTerms Terms => _terms;

    /// <summary>The values of the version that the next round stands on; worked out anew at each call.</summary>
    public float[] Values => VersionValues.Of(_terms, _model, _progress);

    /// <summary>The version that the next round stands on, and the digest of its <see cref="Values"/>.</summary>
    public ModelStamp Stamp => ModelStamp.Of(_model.Version, Values);

    /// <summary>Model updates behind that version.</summary>
    public int Version => _model.Version;

    /// <summary>The rounds so far.</summary>
    public IReadOnlyList<RoundRecord> History => _model.History;

    /// <summary>
    /// Whether the metrics of all rounds so far are known. Not where the course began at a version's values
    /// (<see cref="VersionValues.CheckpointOf"/>): by metrics, the session may then end before it does.
    /// </summary>
    public bool KnowsHistory => _run == VersionValues.WholeRun;

    /// <summary>
    /// Why no further round comes; null while one does. Without <see cref="KnowsHistory"/> only that all rounds are
    /// done.
    /// </summary>
    public StopReason? Stopped { get; private set; }

    /// <summary>How far the preparation has come.</summary>
    public PreparationProgress Progress => _progress;

    /// <summary>What people should know of the newest update's clipping and quantisation.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>
    /// Whether the server may end training with the model that a round stood on, for what this round tells: by metrics
    /// of rounds that are not known here. An update that is not asynchronous is measured with the model before it.
    /// </summary>
    /// <param name="kind">The round's kind.</param>
    public bool MayHaveEndedUnseen(TaskKind kind) =>
        !KnowsHistory && kind == TaskKind.Training && _terms.Asynchronous is null;

    /// <summary>The next round's task; null if training has ended.</summary>
    public RoundTask? NextTask => _run == VersionValues.EndedUnseen ? null : MissingTask;

    /// <summary>The same by the number of rounds alone, whatever metrics that were not seen may have said.</summary>
    public RoundTask? MissingTask => Stopped is not null ? null
        : TrainingSchedule.Next(_terms, _model.Version, _progress, _model.IsMeasured);

    /// <summary>Its kind.</summary>
    public RoundKind? Next => NextTask is { } task ? TrainingSchedule.OnTheWire(task.Kind) : null;

    /// <summary>
    /// The state before the first round: weights from the seed, or from the file that the terms name by its digest.
    /// </summary>
    /// <exception cref="ArgumentException">A file is needed and missing, or holds other weights.</exception>
    public static TrainingCheckpoint Start(TrainingTerms terms, ModelParameters? initial)
    {
        ModelParameters weights = initial
            ?? (terms.Model.InitialWeights is null ? terms.CreateBuiltInTrainer()?.CreateInitial(terms.Seed) : null)
            ?? throw new ArgumentException(
                $"the terms name initial weights {terms.Model.InitialWeights?.ToShortString()}: give their file");
        Digest digest = ModelStamp.Of(0, weights.Values).Digest;
        if (terms.Model.InitialWeights is { } agreed && agreed != digest)
        {
            throw new ArgumentException(
                $"the terms name initial weights {agreed.ToShortString()}, the file has {digest.ToShortString()}");
        }

        return new TrainingCheckpoint
        {
            RunDigest = VersionValues.WholeRun,
            Version = 0,
            Weights = weights.Values,
            WeightUnit = terms.WeightUnit ?? 1
        };
    }

    /// <summary>What the opened sum of a training or evaluation round does to the model. Once a round.</summary>
    /// <param name="kind">The round's kind.</param>
    /// <param name="sum">The sums of the weighted updates (<see cref="SumTotals.Finish"/>); taken over, and changed in
    /// place.</param>
    /// <param name="counters">The sums of the counters.</param>
    /// <param name="contributors">The names of the clients in the sum.</param>
    /// <returns>The metrics that the round told of the model it stood on, or null.</returns>
    /// <exception cref="ProtocolViolationException">No rows have such sums. What else fails on them is their fault as
    /// well; after any fault the course is to be taken back (<see cref="TakeBack"/>).</exception>
    public RoundRecord? Apply(RoundKind kind, float[] sum, long[] counters, ImmutableArray<string> contributors)
    {
        int ownCounters = _counters.Layout.Counters.Length;
        Notes = [];
        if (kind == RoundKind.Preparation)
        {
            Prepare(counters.AsSpan(ownCounters), contributors.Length);
            return null;
        }

        TensorClips? clips = _terms.ClipsFrom(_progress.State);
        RoundReading reading = RoundReading.Of(
            _counters, kind == RoundKind.Training ? sum : [], counters[..ownCounters], _model.WeightUnit, clips,
            _plan.Parameters.Clip);
        bool measured = kind == RoundKind.Evaluation || _terms.Asynchronous is null;
        string? refused = measured ? FaultOf(reading, contributors.Length) : null;
        RoundRecord? described = measured && refused is null ? _model.Describe(reading.Train, reading.Test) : null;
        if (refused is not null)
        {
            // Metrics steer nothing that could not go on without them; the update has its own bounds.
            _model.RefuseMetrics(refused);
            Notes = [RefusalOf(refused)];
        }

        Stopped = measured ? Verdict() : null;
        if (Stopped is not null || kind == RoundKind.Evaluation)
        {
            return described;
        }

        if (reading.Weight <= 0)
        {
            throw new ProtocolViolationException(
                ViolationCode.OutOfRange, Party.Peer, "contributions whose weights add up to more than 0",
                $"{reading.Weight}");
        }

        Int128 elements = (Int128)contributors.Length * reading.MeanUpdate.Length;
        if (reading.Clipped < 0 || reading.Clipped > elements)
        {
            throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.Peer,
                $"clipped elements of {contributors.Length} updates, {elements} at most", $"{reading.Clipped}");
        }

        double share = reading.Clipped / (double)elements;
        QuantisationGrain? coarsest = clips?.Coarsest(reading.MeanUpdate, _plan.Parameters.Bits, _model.Current.Values);
        Notes = [.. Notes, .. QuantisationNotes.Of(share, coarsest), .. QuantisationNotes.OfMean(reading.BeyondClip)];
        if (share > QuantisationNotes.MostClipped && clips is not null)
        {
            double levels = (1 << (_plan.Parameters.Bits - 1)) - 1;
            Notes = [.. Notes, string.Create(CultureInfo.InvariantCulture,
                $"the clips are {clips.Values.Min():G3} to {clips.Values.Max():G3}, the quantisation steps "
                + $"{clips.Values.Min() / levels:G3} to {clips.Values.Max() / levels:G3}")];
        }

        _model.Advance(
            reading.MeanUpdate,
            new RoundRecord
            {
                Round = 0,
                Contributors = contributors,
                ClippedElements = reading.Clipped,
                BeyondClip = reading.BeyondClip,
                ClippedShare = share,
                Coarsest = coarsest
            });
        Stopped = Verdict();
        return described;
    }

    /// <summary>Goes on from another state than the sum makes.</summary>
    [MemberNotNull(nameof(_progress), nameof(_run), nameof(_model))]
    public void GoOnFrom(TrainingCheckpoint checkpoint)
    {
        _progress = PreparationProgress.Of(_terms.Preparation, checkpoint.Preparation, _enrolled);
        _run = checkpoint.RunDigest;
        _model = ModelFrom(checkpoint);
        Stopped = Verdict();
    }

    /// <summary>
    /// Goes back to the last durable state, and takes the server's word that training ended with it: no further round
    /// is taken part in.
    /// </summary>
    public void EndUnseen(TrainingCheckpoint checkpoint) =>
        TakeBack(checkpoint with { RunDigest = VersionValues.EndedUnseen });

    /// <summary>Goes back to the last durable state, after a sum that could not be applied.</summary>
    public void TakeBack(TrainingCheckpoint checkpoint)
    {
        GoOnFrom(checkpoint);
        Notes = [];
    }

    /// <summary>The model as <c>securefl predict</c> reads it.</summary>
    public ModelBundle Bundle() => new()
    {
        Parameters = _model.Delivered,
        Spec = _terms.Model.BuiltIn,
        Schema = _terms.Data.Schema,
        Scalings = _progress.State.Shared is { } scaling
            ? ImmutableSortedDictionary<string, FeatureScaling>.Empty.Add("", scaling)
            : ImmutableSortedDictionary<string, FeatureScaling>.Empty,
        Labels = _terms.Data.Schema is null
            ? new ArrayLabels(_terms.Model.Task, _terms.Model.Classes, Column: null) : null,
        Targets = _progress.State.Targets,
    };

    /// <summary>The state to go on from.</summary>
    public TrainingCheckpoint Save() => _model.Save(_run, 0) with { Preparation = _progress.Totals };

    // A function of what is saved: whoever starts anew after the last sum knows that it was the last.
    private StopReason? Verdict() =>
        _model.IsMeasured && _model.History[^1].MetricsRefused is null && KnowsHistory
            ? _terms.Stopping.Decide(_model.History)
        : _model.Version >= _terms.Stopping.Rounds && (_model.IsMeasured || !_terms.Rounds.FinalEvaluation)
            ? StopReason.Rounds : null;

    private GlobalModel ModelFrom(TrainingCheckpoint checkpoint) => new(
        _terms.FederationOptionsFor(_plan.Settings.MinClients, _progress.State),
        _terms.Layout,
        checkpoint with { WeightUnit = _terms.UnitFrom(_progress.State) ?? 1 });

    private void Prepare(ReadOnlySpan<long> counters, int contributors)
    {
        try
        {
            _progress = _progress.Advance(counters, contributors);
        }
        catch (ArgumentException fault)
        {
            throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.Peer, "sums that rows can have",
                fault.Message);
        }

        // What follows from the sums is written after every round: what cannot be written is refused now.
        _model = ModelFrom(Save());
        if (_progress.IsComplete)
        {
            Bundle().Write(Stream.Null);
        }
    }

    // Rows are counted before training; where every enrolled site was there, no later sum can be of more.
    private string? FaultOf(RoundReading reading, int contributors)
    {
        long? rows = _progress.State.Sites == _enrolled.Most ? _progress.State.Rows : null;
        return PossibleCounters.Fault(reading.Train, contributors, rows) is string train ? $"training rows: {train}"
            : PossibleCounters.Fault(reading.Test, contributors) is string test ? $"test rows: {test}" : null;
    }

    private string RefusalOf(string fault)
    {
        string model = _model.Version == 0 ? "initial model"
            : string.Create(CultureInfo.InvariantCulture, $"model after training round {_model.Version}");
        return $"the metrics of the {model} are not known: {fault}: no rows have such counters. A client sent false "
            + "ones, and which cannot be told; training goes on without them";
    }
}
