using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;

namespace SecureFL.Protocol.Tests.Plan;

public sealed class GroupPartitionTests
{
    [Theory]
    [InlineData(3, 3, new[] { 3 })]
    [InlineData(5, 3, new[] { 5 })]
    [InlineData(6, 3, new[] { 3, 3 })]
    [InlineData(11, 3, new[] { 3, 4, 4 })]
    [InlineData(12, 0, new[] { 12 })]
    public void Groups_are_disjoint_cover_everybody_and_are_large_enough(int clients, int groupSize, int[] sizes)
    {
        AggregationPlan plan = Plan(groupSize);
        CertificateEntry[] entries = Entries(clients);
        var groups = GroupPartition.Derive(plan, default, entries);

        Assert.Equal(sizes, groups.Select(group => group.Length).Order());
        Assert.Equal(entries, groups.SelectMany(group => group).OrderBy(entry => entry.Client));
        Assert.All(groups, group => Assert.Equal(group.OrderBy(entry => entry.Client), group));
    }

    [Fact]
    public void The_partition_depends_on_opening_and_list_and_not_on_their_order()
    {
        AggregationPlan plan = Plan(3);
        CertificateEntry[] entries = Entries(12);
        string derived = Text(GroupPartition.Derive(plan, default, entries));

        Assert.Equal(derived, Text(GroupPartition.Derive(plan, default, entries.Reverse())));
        Assert.NotEqual(derived, Text(GroupPartition.Derive(plan, new Digest([1, .. new byte[31]]), entries)));
        Assert.NotEqual(derived,
            Text(GroupPartition.Derive(plan, default, [entries[0] with { Contribution = default }, .. entries[1..]])));
    }

    /// <summary>
    /// Over 2000 openings each client meets each other one equally often: 2/5 of 6 clients in two groups of 3; five
    /// deviations are 2 in 10^6.
    /// </summary>
    [Fact]
    public void Nobody_is_placed()
    {
        AggregationPlan plan = Plan(3);
        CertificateEntry[] entries = Entries(6);
        int[,] together = new int[6, 6];
        for (int trial = 0; trial < 2000; trial++)
        {
            foreach (var group in GroupPartition.Derive(plan,
                DomainHash.Of("trial", BitConverter.GetBytes(trial)), entries))
            {
                foreach (CertificateEntry a in group)
                {
                    foreach (CertificateEntry b in group)
                    {
                        together[a.Client, b.Client]++;
                    }
                }
            }
        }

        double deviation = Math.Sqrt(2000 * 0.4 * 0.6);
        for (int a = 0; a < 6; a++)
        {
            for (int b = 0; b < a; b++)
            {
                Assert.InRange(together[a, b], 800 - (5 * deviation), 800 + (5 * deviation));
            }
        }
    }

    private static AggregationPlan Plan(int groupSize) =>
        new LocalParties(12, 3).CreatePlan(10, 8f, 8, 3, 2, 1, configure: s => s with { GroupSize = groupSize });

    private static CertificateEntry[] Entries(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new CertificateEntry(i, DomainHash.Of("entry", [(byte)i])))];

    private static string Text(ImmutableArray<ImmutableArray<CertificateEntry>> groups) =>
        string.Join('|', groups.Select(group => string.Join(',', group.Select(entry => entry.Client))));
}
