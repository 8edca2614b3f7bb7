using SecureFL.Consortium.Courses;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Protocol.Plans;

namespace SecureFL.Deployment.Tests.Courses;

public sealed class SumTotalsTests
{
    [Fact]
    public async Task Totals_are_the_same_floats_in_any_pieces_and_over_any_groups()
    {
        TrainingTerms terms = TestSession.Terms();
        await using TestSession session = new(terms);
        AggregationPlan plan = session.Plan;
        int floats = (int)plan.Parameters.FloatLength;
        long[] first = [.. Enumerable.Range(0, (int)plan.Parameters.VectorLength)
            .Select(i => i < floats ? (i * 7919L) - 3 : 0)];
        long[] second = [.. first.Select((value, i) => i < floats ? 40 - (value / 3) : 0)];
        long[] both = [.. first.Zip(second, (a, b) => a + b)];

        SumTotals whole = new(plan, 1);
        whole.Accept(0, 0, both);
        SumTotals pieces = new(plan, 1);
        pieces.Accept(0, 0, both.AsSpan(0, 2));
        pieces.Accept(0, 2, both.AsSpan(2));
        SumTotals groups = new(plan, 2);
        groups.Accept(0, 0, first);
        groups.Accept(1, 0, both);
        groups.Discard(1);
        groups.Accept(1, 0, second);
        (float[] due, long[] counters) = whole.Finish(4);
        Assert.Equal(both.Take(floats).Select(sum => (float)(sum * plan.Parameters.Step)), due);
        foreach (SumTotals other in new[] { pieces, groups })
        {
            (float[] sum, long[] counted) = other.Finish(4);
            Assert.Equal(due, sum);
            Assert.Equal(counters, counted);
        }
    }
}
