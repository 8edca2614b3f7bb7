using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Ring.Randomness;

namespace SecureFL.Spec.Tests.Operations;

/// <summary>A clock that stands still until a step moves it.</summary>
internal sealed class ScriptClock(long unixMilliseconds) : TimeProvider
{
    private DateTimeOffset _now = DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(long milliseconds) => _now += TimeSpan.FromMilliseconds(milliseconds);
}

/// <summary>Identities from the private keys of the vectors.</summary>
internal static class ScriptIdentity
{
    public static SigningIdentity Import(byte[] privateKey)
    {
        using ECDsa key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = privateKey });
        return SigningIdentity.Import(key.ExportPkcs8PrivateKey());
    }
}

/// <summary>Plays the steps of a server vector.</summary>
internal static class ServerScript
{
    public static void Run(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        using SigningIdentity identity = ScriptIdentity.Import(v.Bytes("identity"));
        ScriptClock clock = new(v.Long("now"));
        using AggregationServer server =
            new(plan, RoundInvitation.Parse(v.Bytes("invitation"), plan.Limits), identity, clock,
                new InMemoryContributionStore());
        AggregationResult? result = null;
        foreach (VectorFile step in v.Objects("steps"))
        {
            Expectation.Check(step, () => Do(server, plan, step, ref result));
            if (step.Text("do") == "open" && result is not null)
            {
                VectorFile expect = step.Object("expect");
                Assert.Equal(expect.Ints("statuses"), result.Groups.Select(g => (int)g.Status));
                Assert.Equal(expect.ByteList("digests"), result.Groups.Select(g => g.Digest.ToArray()));
                Assert.Equal(expect.Ints("liars"), result.LyingKeyHolders);
            }
        }

        if (v.Has("sums"))
        {
            Expectation.CheckDigest(v.Field("sums"), result!.GroupSum(0)!.Value.Span);
            Assert.Equal(v.Longs("counters"), result.Counters);
        }
    }

    private static Digest? Do(AggregationServer server, AggregationPlan plan, VectorFile step,
        ref AggregationResult? result)
    {
        byte[] message = step.Has("message") ? step.Bytes("message") : [];
        switch (step.Text("do"))
        {
            case "chunk":
                server.HandleChunk(ContributionChunk.Parse(message, plan.Limits));
                return null;
            case "header":
                server.HandleContribution(ContributionHeader.Parse(message, plan.Limits));
                return null;
            case "close":
                return server.Close(TimeSpan.FromSeconds(step.Int("windowSeconds"))).Proposal.Hash;
            case "vote":
                server.HandleVote(Vote.Parse(message, plan.Limits));
                return null;
            case "certificate":
                return server.CreateCertificate().Hash;
            case "release":
                server.HandleRelease(Release.Parse(message, plan.Limits));
                return null;
            case "open":
                result = server.Open();
                return null;
            default:
                throw new ArgumentException($"no server step {step.Text("do")}", nameof(step));
        }
    }
}

/// <summary>Plays the steps of a key holder vector.</summary>
internal static class HolderScript
{
    public static void Run(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        using SigningIdentity identity = ScriptIdentity.Import(v.Bytes("identity"));
        ScriptClock clock = new(v.Long("now"));
        InMemorySecretStore keys = new();
        foreach ((byte[] key, int round) in v.ByteList("roundKeys").Select((key, round) => (key, round)))
        {
            keys.Save((ulong)round, key);
        }

        InMemoryLedgerStorage ledger = new([.. v.ByteList("ledger").Select(r => new ReadOnlyMemory<byte>(r))]);
        using KeyHolder holder = new(plan, plan.Digest, identity,
            HolderStorage.InMemory(ledger) with { RoundKeys = keys }, clock, new NonceFirst(v.Bytes("nonce")));
        Assert.Equal(v.Int("holder"), holder.Index);
        LedgerHeadRequest request = holder.CreateLedgerHeadRequest();
        Assert.Equal(v.Bytes("nonce"), request.Nonce);
        foreach (byte[] head in v.ByteList("heads"))
        {
            holder.HandleLedgerHead(LedgerHead.Parse(head, plan.Limits));
        }

        foreach (VectorFile step in v.Objects("steps"))
        {
            if (step.Text("do") == "wait")
            {
                clock.Advance(step.Long("milliseconds"));
                continue;
            }

            Expectation.Check(step, () => Do(holder, plan, step));
        }
    }

    // The nonce of its request for heads is the vector's; keys and nonces of new entries are its own.
    private sealed class NonceFirst(byte[] nonce) : IEntropySource
    {
        private bool _used;

        public void Fill(Span<byte> destination)
        {
            if (_used)
            {
                SystemEntropy.Instance.Fill(destination);
                return;
            }

            nonce.CopyTo(destination);
            _used = true;
        }
    }

    private static Digest? Do(KeyHolder holder, AggregationPlan plan, VectorFile step)
    {
        byte[] message = step.Has("message") ? step.Bytes("message") : [];
        switch (step.Text("do"))
        {
            case "opening":
                holder.HandleOpening(RoundOpening.Parse(message, plan.Limits));
                return null;
            case "share":
                return holder.HandleShare(ShareDelivery.Parse(message, plan.Limits)).Hash;
            case "proposal":
                return holder.HandleProposal(CertificateProposal.Parse(message, plan.Limits)).Hash;
            case "certificate":
                return holder.HandleCertificate(RoundCertificate.Parse(message, plan.Limits)).Hash;
            case "death":
                return holder.CreateRoundDeath(step.Unsigned("round")).Hash;
            case "deaths":
                holder.HandleRoundDeath(RoundDeathCertificate.Parse(message, plan.Limits));
                return null;
            case "entry":
                RoundOpeningEntry entry = holder.CreateOpeningEntry(step.Unsigned("round"), default, []);
                Assert.Equal(step.Longs("voted"), entry.VotedRounds.Select(round => (long)round));
                return null;
            case "closing":
                return holder.CreateClosingStatement([]).Hash;
            case "head":
                holder.HandleLedgerHead(LedgerHead.Parse(message, plan.Limits));
                return null;
            default:
                throw new ArgumentException($"no key holder step {step.Text("do")}", nameof(step));
        }
    }
}

/// <summary>Plays the steps of a client vector.</summary>
internal static class ClientScript
{
    public static void Run(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        using SigningIdentity identity = ScriptIdentity.Import(v.Bytes("identity"));
        Digest approved = new(v.Bytes("approvedPlan"));
        InMemoryLedgerStorage journal = new([.. v.ByteList("journal").Select(r => new ReadOnlyMemory<byte>(r))]);
        AggregationClient Start() => new(plan, approved, identity, journal, SystemEntropy.Instance);
        if (v.Has("expect"))
        {
            Expectation.Check(v, () => { _ = Start(); });
            return;
        }

        AggregationClient client = Start();
        foreach (VectorFile step in v.Objects("steps"))
        {
            Expectation.Check(step, () => Do(client, plan, step));
        }
    }

    private static Digest? Do(AggregationClient client, AggregationPlan plan, VectorFile step)
    {
        RoundInvitation invitation = RoundInvitation.Parse(step.Bytes("message"), plan.Limits);
        if (step.Text("do") == "invitation")
        {
            return client.HandleInvitation(invitation).Hash;
        }

        using ContributionStream stream = client.CreateContribution(invitation, new Digest(step.Bytes("model")),
            task: new RoundTask((TaskKind)step.Int("kind"), step.Unsigned("step")));
        return null;
    }
}
