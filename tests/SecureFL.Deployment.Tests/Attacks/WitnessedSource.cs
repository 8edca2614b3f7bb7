using System.Collections.Concurrent;
using SecureFL.Client.Questions;
using SecureFL.Client.Sources;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Contributions;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>A client's own source, unchanged; the test sees what it is asked for and what it makes.</summary>
internal sealed class WitnessedSource(AggregationPlan plan, IContributionSource source)
    : IContributionSource, IAsyncDisposable
{
    private readonly ConcurrentDictionary<ulong, (SiteTask Task, ContributionValues Values)> _made = [];
    private ulong _last;

    /// <summary>Rounds that it was asked for, with the task.</summary>
    public IReadOnlyDictionary<ulong, SiteTask> Tasks => _made.ToDictionary(made => made.Key, made => made.Value.Task);

    /// <summary>The rounds of its contributions, in order: each as often as one was promised.</summary>
    public ConcurrentQueue<ulong> Promised { get; } = [];

    public int ModelLength => source.ModelLength;

    public RoundTask? TaskOn(float[] model, int step) => source.TaskOn(model, step);

    public IReadOnlyList<DataQuestion> FirstQuestions => source.FirstQuestions;

    public IReadOnlyList<DataQuestion> QuestionsOf(SiteTask task) => source.QuestionsOf(task);

    public bool Takes(RoundKind kind) => source.Takes(kind);

    public string? LeftOut(RoundKind kind, int version) => source.LeftOut(kind, version);

    public async Task<ContributionValues> CreateAsync(SiteTask task, CancellationToken cancellationToken)
    {
        ContributionValues values = await source.CreateAsync(task, cancellationToken);
        _made[task.Round] = (task, values);
        _last = task.Round;
        return values;
    }

    public void Committed()
    {
        Promised.Enqueue(_last);
        source.Committed();
    }

    public void Ended() => source.Ended();

    public async ValueTask DisposeAsync()
    {
        if (source is IAsyncDisposable working)
        {
            await working.DisposeAsync();
        }
    }

    /// <summary>The values of the model that the client took for a round's.</summary>
    public float[] ModelOf(ulong round) => _made[round].Task.Model;

    /// <summary>The client's counters in a round.</summary>
    public long[] CountersOf(ulong round) => _made[round].Values.Counters;

    /// <summary>The client's vector in a round to the last bit of what it encrypted: a sum of it alone.</summary>
    public float[] UpdateOf(ulong round)
    {
        ContributionValues values = _made[round].Values;
        int[] sent = QuantizedVector.Of(plan.Parameters, values.Vector, values.Rounding, values.RoundingSeed!.Value);
        return [.. sent.Select(value => (float)(value * (double)plan.Parameters.Step))];
    }
}
