using SecureFL.Client.Questions;
using SecureFL.Client.Sources;
using SecureFL.Messages.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Testing;

/// <summary>A client's source that says other counters than its rows have.</summary>
/// <param name="honest">Where everything else comes from.</param>
/// <param name="forge">Changes the counters of a task in place; false where it leaves them.</param>
internal sealed class ForgingSource(IContributionSource honest, Func<SiteTask, long[], bool> forge)
    : IContributionSource
{
    public int ModelLength => honest.ModelLength;

    public IReadOnlyList<DataQuestion> FirstQuestions => honest.FirstQuestions;

    public RoundTask? TaskOn(float[] model, int step) => honest.TaskOn(model, step);

    public IReadOnlyList<DataQuestion> QuestionsOf(SiteTask task) => honest.QuestionsOf(task);

    public bool Takes(RoundKind kind) => honest.Takes(kind);

    public string? LeftOut(RoundKind kind, int version) => honest.LeftOut(kind, version);

    public async Task<ContributionValues> CreateAsync(SiteTask task, CancellationToken cancellationToken)
    {
        ContributionValues values = await honest.CreateAsync(task, cancellationToken);
        long[] counters = [.. values.Counters];
        return forge(task, counters) ? values with { Counters = counters } : values;
    }
}
