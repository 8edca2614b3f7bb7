using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Formats;
using SecureFL.Deployment.Server.State;
using SecureFL.Federated.Data.Tensors;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>
/// Opening the sums and making the next model of them: worked out once, outside the lock, then made durable in one
/// transaction.
/// </summary>
internal sealed partial class RoundEngine
{
    private static readonly JsonSerializerOptions SumJson = new() { WriteIndented = true };

    private void OpenSums()
    {
        ServerRound round = _round!;
        SumSink sink = new(_plan, round.Closed!.Proposal.Groups.Length);
        AggregationResult result;
        try
        {
            result = round.Server!.Open(sink);
        }
        catch (ProtocolViolationException violation)
        {
            lock (_gate)
            {
                round.ReleasesInVain = round.Releases.Count;
                round.Opening = false;
                round.EnoughSince = null;
            }

            Log.OpeningFailed(_log, round.Number, violation.Message);
            return;
        }
        catch
        {
            round.Opening = false;
            throw;
        }

        _staged = Stage(round, result, sink);
        CommitStaged();
    }

    private StagedRound Stage(ServerRound round, AggregationResult result, SumSink sink)
    {
        int[] clients = [.. result.Groups.Where(group => group.IsOpened).SelectMany(group => group.Clients).Order()];
        ImmutableArray<string> names = [.. clients.Select(client => _plan.Enrolment.Clients[client].Name)];
        float[] sum = [];
        long[] counters = [];
        RoundRecord? described = null;
        string? ended = null;
        string? spoiled = null;
        ModelVersion version;
        if (clients.Length == 0)
        {
            spoiled = SpoiledRound.Reason(result.Groups[0].Status);
        }
        else
        {
            try
            {
                (sum, counters) = sink.Finish(clients.Length);
                described = _training?.Apply(round.Kind, sum, counters, names);
                ended = _training is { Next: null } ? EndOf(_training) : null;
            }
            catch (Exception fault) when (!IsOfTheMachine(fault))
            {
                // The sum is certified and stays what it is: what fails on it now would fail at every start again.
                (described, ended) = (null, null);
                spoiled = SpoiledRound.Reason(fault);
                if (fault is not ProtocolViolationException)
                {
                    Log.SumUnreadable(_log, round.Number, fault);
                }

                _training?.TakeBack(TrainingRun.Read(_folder.Checkpoint(_session.Checkpoint)));
            }
        }

        version = _training is null || clients.Length == 0 ? round.Server!.Advance(result)
            : round.Server!.Advance(result, _training.Stamp.Digest);

        RoundSummary summary = Summarise(round, spoiled is null ? RoundPhase.Opened : RoundPhase.Spoiled, clients,
            Metrics(described));
        if (_training is not null && spoiled is null)
        {
            summary.Warnings.AddRange(_training.Notes);
        }

        if (spoiled is not null)
        {
            summary.Reason = spoiled;
            summary.Spent
                .AddRange(round.Server.Accepted.Select(statement => _plan.Enrolment.Clients[statement.Client].Name));
            ended = SpoiledRound.End(_plan, summary, _session.Recent, Eligible(round.Kind));
        }

        return new StagedRound(round, version, [.. round.Server.CreateRecords(result)], summary, ended)
        {
            Incomplete = ended is not null
                && ((spoiled is not null && round.Kind != RoundKind.Evaluation)
                    || _training?.Stopped == StopReason.Diverged),
            Described = described,
            Sum = _training is null && clients.Length > 0 && spoiled is null ? (sum, counters) : null,
        };
    }

    // Disk, memory and the end of the process say nothing about a sum: the step is done again.
    private static bool IsOfTheMachine(Exception fault) =>
        fault is IOException or UnauthorizedAccessException or OutOfMemoryException or OperationCanceledException
            or ObjectDisposedException;

    private void CommitStaged()
    {
        StagedRound staged = _staged!;
        ServerRound round = staged.Round;
        if (staged.Described is not null)
        {
            _training!.PublishBest(staged.Described);
        }

        _training?.Store(round.Number);
        if (staged.Sum is (float[] sum, long[] counters))
        {
            WriteSum(round, staged.Summary, sum, counters);
        }

        ulong? formerCheckpoint = _session.Checkpoint;
        Digest formerModel = round.Server!.Round.Head.Model;
        lock (_gate)
        {
            Action append = _session.Decide(staged.Summary, staged.Version, staged.Records,
                _training is null ? null : round.Number, staged.Ended, staged.Incomplete, _transcript);
            _round = null;
            _staged = null;
            NoteModel();
            _decided = _uptime.Now;
            Append(append);
        }

        if (staged.Summary.Outcome == RoundPhase.Spoiled)
        {
            Log.RoundSpoiled(_log, round.Number, staged.Summary.Reason);
        }
        else
        {
            Log.SumOpened(_log, round.Number, staged.Summary.Contributors.Count, staged.Version.Number,
                staged.Version.Model.ToShortString());
            if (round.Kind == RoundKind.Preparation && _training is { Progress: { } progress })
            {
                string[] absent =
                    [.. _plan.Enrolment.Clients.Select(client => client.Name).Except(staged.Summary.Contributors)];
                Log.Prepared(
                    _log, round.Number, progress.Steps.Steps[progress.Opened - 1].Name, progress.Opened,
                    progress.Steps.Steps.Length, string.Join(", ", staged.Summary.Contributors),
                    absent.Length == 0 ? "nobody" : string.Join(", ", absent));
                if (progress is { IsComplete: true, State.Note: string note })
                {
                    Log.Quantisation(_log, round.Number, note);
                }
            }

            foreach (string warning in staged.Summary.Warnings)
            {
                Log.Quantisation(_log, round.Number, warning);
            }
        }

        if (staged.Described is RoundRecord described)
        {
            Log.RoundMeasured(_log, described.Round,
                RoundMetricInfo.Line(RoundMetricInfo.Values(described.Train, described.Test)));
        }

        ServerMetrics.RoundEnded(staged.Summary);
        if (staged.Ended is not null)
        {
            Log.SessionEnded(_log, staged.Ended);
        }

        Wake(phase: true);
        try
        {
            Tidy(formerCheckpoint, formerModel);
            LetGoAsync(round).GetAwaiter().GetResult();
        }
        catch (IOException fault)
        {
            // The round is decided; what could not be tidied up now is at the next start.
            Log.TidyingFailed(_log, round.Number, fault);
        }
    }

    // Old weights stay while a client may still fetch them: the window's models do.
    private void Tidy(ulong? formerCheckpoint, Digest formerModel)
    {
        if (_training is null)
        {
            return;
        }

        _training.Publish();
        if (_session.Checkpoint != formerCheckpoint)
        {
            File.Delete(_folder.Checkpoint(formerCheckpoint));
        }

        if (_session.Chain.Window().All(version => version.Model != formerModel))
        {
            File.Delete(_folder.Model(formerModel));
        }
    }

    private void WriteSum(ServerRound round, RoundSummary summary, float[] sum, long[] counters)
    {
        if (_options.Sums is { Layout: ModelLayout layout } terms)
        {
            terms.FromPlanScale(sum, _plan.Parameters.Clip);
            KeyValuePair<string, TensorData>[] tensors = [.. new ModelParameters(layout, sum).ToTensors()];
            WholeFile.Write(_folder.Sum(round.Number, "safetensors"), stream => Safetensors.Write(stream, tensors));
            WholeFile.Write(_folder.Sum(round.Number, "npz"), stream => NumpyArchive.Write(stream, tensors));
        }

        WholeFile.Write(_folder.Sum(round.Number, "f32"), stream => FloatFile.Write(stream, sum));
        Dictionary<string, long> named =
            _plan.Settings.Counters.Counters.Select((counter, i) => (counter.Name, counters[i]))
            .ToDictionary(pair => pair.Name, pair => pair.Item2);
        WholeFile.Write(
            _folder.Sum(round.Number, "json"),
            stream => JsonSerializer.Serialize(stream,
                new
                {
                    version = 1,
                    round = round.Number,
                    contributors = summary.Contributors,
                    elements = sum.Length,
                    counters = named
                }, SumJson));
    }

    private static string EndOf(TrainingRun training) => training.Stopped switch
    {
        StopReason.Diverged when Divergence.Find(training.History, ended: true) is (int round, string reason) =>
            string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"training has diverged in round {round}: {reason}; no model is delivered, lower the learning rate "
                + $"in a new plan"),
        StopReason.Target => "training has ended: the target was reached",
        StopReason.NoImprovement => "training has ended: no improvement",
        _ => "training has ended: all rounds are done",
    };

    private static Dictionary<string, double>? Metrics(RoundRecord? record) =>
        record is null ? null : RoundMetricInfo.Values(record.Train, record.Test);

    /// <summary>An opened round whose outcome is known and not durable yet.</summary>
    private sealed record StagedRound(ServerRound Round, ModelVersion Version, ImmutableArray<ProtocolMessage> Records,
        RoundSummary Summary, string? Ended)
    {
        public bool Incomplete { get; init; }

        public RoundRecord? Described { get; init; }

        public (float[] Sum, long[] Counters)? Sum { get; init; }
    }
}
