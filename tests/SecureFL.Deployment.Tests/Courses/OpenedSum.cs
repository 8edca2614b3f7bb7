using System.Collections.Immutable;
using SecureFL.Consortium.Courses;
using SecureFL.Consortium.Plans;
using SecureFL.Learning;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Courses;

/// <summary>An opened sum of all clients, as any round could have it.</summary>
internal sealed record OpenedSum(RoundKind Kind, float[] Sum, long[] Counters, ImmutableArray<string> Contributors)
{
    private const int RowsOfASite = 17;

    /// <summary>A sum with updates drawn from <paramref name="seed"/>.</summary>
    internal static OpenedSum Of(AggregationPlan plan, TrainingTerms terms, RoundKind kind, int seed,
        bool diverged = false)
    {
        int sites = plan.Enrolment.Clients.Count;
        RoundCounters layout = new(terms.Metrics);
        Random random = new(seed);
        float[] sum = [.. Enumerable.Range(0, (int)plan.Parameters.FloatLength)
            .Select(_ => kind == RoundKind.Training ? random.NextSingle() - 0.5f : 0)];
        long[] train = new long[terms.Metrics.Brief.Length];
        (train[0], train[1], train[2]) = diverged ? (sites, sites, 1) : (0, 0, 0);
        long[] own = layout.Compose(kind == RoundKind.Training ? 3 + seed : 0, kind == RoundKind.Training ? 1 : 0,
            new EvaluationCounts(terms.Metrics.Brief, train), null);
        long[] prepared = new long[plan.Settings.Counters.Counters.Length - own.Length];
        if (kind == RoundKind.Preparation)
        {
            (prepared[0], prepared[1]) = (sites, sites * RowsOfASite);
        }

        return new OpenedSum(kind, sum, [.. own, .. prepared],
            [.. plan.Enrolment.Clients.Select(client => client.Name)]);
    }

    /// <summary>Applies it to a course, which takes over what it is given.</summary>
    internal void ApplyTo(TrainingCourse course) => course.Apply(Kind, [.. Sum], [.. Counters], Contributors);
}
