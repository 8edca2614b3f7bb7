using SecureFL.Messages.Counters;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Protocol.Tests.Plan;

/// <summary>Every rule of a plan: refused when it is signed, and refused when it comes signed from elsewhere.</summary>
public sealed class PlanRuleTests
{
    private static readonly LocalParties Parties = new(6, 5);

    public static TheoryData<string, Func<PlanSettings, PlanSettings>> Broken => new()
    {
        { "suite", s => s with { Suite = Suite.JointKey } },
        { "opener", s => s with { Opener = Opener.Clients } },
        { "t >= 2", s => s with { Threshold = 1, ColludingKeyHolders = 0 } },
        { "t <= H", s => s with { Threshold = 6 } },
        { "f >= 1", s => s with { ColludingKeyHolders = 0 } },
        { "f <= t-1", s => s with { ColludingKeyHolders = 3 } },
        { "f_c >= 1", s => s with { ColludingClients = 0 } },
        { "n_min >= f_c+2", s => s with { ColludingClients = 2 } },
        { "n_min >= f_c+2", s => s with { MinClients = 2 } },
        { "n_min <= n_max", s => s with { MinClients = 7 } },
        { "enrolled clients", s => s with
            { Enrolment = s.Enrolment with { Clients = [.. s.Enrolment.Clients.Take(2)] } } },
        { "f_c >= f where sites hold keys", s => s with { SitesHoldKeys = true, ColludingKeyHolders = 2 } },
        { "sites hold keys", s => s with
            { Enrolment = s.Enrolment with
                { KeyHolders = [s.Enrolment.Clients[0], .. s.Enrolment.KeyHolders.Skip(1)] } } },
        { "authority", s => s with { Enrolment = s.Enrolment with { Server = s.Enrolment.Authority } } },
        { "clients",
            s => s with { Enrolment = s.Enrolment with
                { Clients = [s.Enrolment.Clients[1], .. s.Enrolment.Clients.Skip(1)] } } },
        { "key holders",
            s => s with { Enrolment = s.Enrolment with
                { KeyHolders = [.. s.Enrolment.KeyHolders.Take(4), s.Enrolment.KeyHolders[0]] } } },
        { "clients",
            s => s with { Enrolment = s.Enrolment with
                { Clients = [s.Enrolment.Clients[0] with { Name = "" }, .. s.Enrolment.Clients.Skip(1)] } } },
        { "server key", s => s with { Enrolment = s.Enrolment with { Server = s.Enrolment.Clients[0].Key } } },
        { "rounds", s => s with { Rounds = 0 } },
        { "agreement window", s => s with { AgreementWindowSeconds = 0 } },
        { "K", s => s with { BaseVersionWindow = 0 } },
        { "K", s => s with { BaseVersionWindow = 1025 } },
        { "group size >= n_min", s => s with { GroupSize = 2 } },
        { "2 group size - 1 <= n_max", s => s with { GroupSize = 4 } },
        { "integer elements", s => s with { Counters = new CounterLayout(0, new Counter("a", 3)) } },
        { "counters", s => s with { Counters = new CounterLayout(0, new Counter("a", 0)) } },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_is_refused_by_name(string rule, Func<PlanSettings, PlanSettings> break_)
    {
        PlanRefusedException refusal = Assert.Throws<PlanRefusedException>(() => Create(break_));
        Assert.Equal(rule, refusal.Rule);
    }

    [Fact]
    public void The_smallest_settings_that_obey_every_rule_are_accepted()
    {
        AggregationPlan plan = Create(
            s => s with { SitesHoldKeys = true, ColludingClients = 1, ColludingKeyHolders = 1, GroupSize = 3 });
        Assert.Equal(4, plan.Quorum.Votes);
    }

    [Fact]
    public void A_threshold_of_one_needs_a_plan_that_calls_itself_insecure()
    {
        AggregationPlan plan = Create(s => s with { Threshold = 1, ColludingKeyHolders = 0, Insecure = true });
        Assert.Contains("INSECURE", plan.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signed_plan_that_breaks_a_rule_is_refused_when_it_is_read()
    {
        AggregationPlan plan = Create(s => s);
        byte[] encoded = plan.Encode();
        byte[] one = [0, 0, 0, 1];
        int threshold = IndexOf(encoded, [0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0]) + 4;
        one.CopyTo(encoded, threshold);
        ProtocolViolationException refusal =
            Violation.Expect(ViolationCode.PlanRule, () => AggregationPlan.Parse(encoded));
        Assert.Contains("t >= 2", refusal.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_authority_signs()
    {
        AggregationPlan plan = Create(s => s);
        Assert.Throws<ArgumentException>(() => AggregationPlan.Sign(plan.Settings, Parties.Server));
        byte[] forged = plan.Encode();
        Parties.Server.Sign(plan.Digest).CopyTo(forged, forged.Length - 64);
        Violation.Expect(ViolationCode.BadSignature, () => AggregationPlan.Parse(forged));
    }

    [Fact]
    public void Digest_and_spoken_form_depend_on_every_field()
    {
        AggregationPlan plan = Create(s => s);
        Func<PlanSettings, PlanSettings>[] changes =
        [
            s => s with { MinClients = 4 }, s => s with { Threshold = 2 }, s => s with { ColludingKeyHolders = 2 },
            s => s with { MinClients = 4, ColludingClients = 2 },
            s => s with { SitesHoldKeys = true }, s => s with { Rounds = 5 },
            s => s with { AgreementWindowSeconds = 5 }, s => s with { BaseVersionWindow = 2 },
            s => s with { GroupSize = 3 }, s => s with { AllowEarlyResubmission = true },
            s => s with { Insecure = true },
            s => s with { Session = SessionId.Create(SecureFL.Ring.Randomness.SystemEntropy.Instance) },
            s => s with { Parameters = AggregationPlanner.Plan(new PlanningRequest(11, 8, 8f, 6)) },
            s => s with { Enrolment = s.Enrolment with { Clients = [.. s.Enrolment.Clients.Skip(1)] } },
        ];
        AggregationPlan[] plans = [plan,
            .. changes.Select(change => AggregationPlan.Sign(change(plan.Settings), Parties.Authority))];
        Assert.Equal(plans.Length, plans.Select(p => p.Digest).Distinct().Count());
        Assert.Equal(plans.Length, plans.Select(p => p.SpokenForm).Distinct().Count());
        Assert.Matches("^([bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz]-?){12}$", plan.SpokenForm);
        Assert.All(plans, p => Assert.Equal(p.Digest, AggregationPlan.Parse(p.Encode()).Digest));
    }

    /// <summary>Published examples of proquints: 127.0.0.1 is lusab-babad (arXiv:0901.4016).</summary>
    [Fact]
    public void Spoken_words_are_proquints()
    {
        byte[] digest = new byte[32];
        new byte[] { 127, 0, 0, 1, 63, 84, 220, 193 }.CopyTo(digest, 0);
        Assert.StartsWith("lusab-babad-gutih-tugad-", SpokenDigest.Of(new Digest(digest)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_description_prints_the_bounds_on_absence_and_collusion()
    {
        string text = Create(s => s).Describe();
        Assert.Contains("a round needs 4 opening entries and 4 votes", text, StringComparison.Ordinal);
        Assert.Contains("absent key holders: at most 1 until agreement", text, StringComparison.Ordinal);
        Assert.Contains("all but 3 may vanish before the round closes", text, StringComparison.Ordinal);
    }

    private static AggregationPlan Create(Func<PlanSettings, PlanSettings> configure) =>
        Parties.CreatePlan(10, 8f, 8, 3, 3, 1, configure: configure);

    private static int IndexOf(byte[] haystack, byte[] needle)
    {
        int index = haystack.AsSpan().IndexOf(needle);
        Assert.True(index >= 0 && haystack.AsSpan(index + 1).IndexOf(needle) < 0);
        return index;
    }
}
