using System.Collections.Immutable;

namespace SecureFL.Aggregation;

/// <summary>A key holder's promise about a round: never released, never will be.</summary>
public sealed class RoundDeath : SignedMessage
{
    private RoundDeath(RoundContext context, int holder)
    {
        Context = context;
        Holder = holder;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.RoundDeath;

    /// <inheritdoc/>
    public override Party Signer => Party.KeyHolder(Holder);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static RoundDeath Parse(ReadOnlySpan<byte> bytes, AggregationPlan plan)
    {
        CanonicalReader reader = MessageLimits.Open(bytes, MessageType.RoundDeath, Party.Peer);
        RoundDeath death = Read(ref reader, plan);
        reader.End();
        return death;
    }

    /// <summary>Refuses a death of another plan, or one that its holder did not sign.</summary>
    /// <exception cref="ProtocolViolationException">As said.</exception>
    public void Require(AggregationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        plan.Context(Context.Round).Require(Context, Signer);
        RequireSignature(plan.HolderKey(Holder));
    }

    internal static RoundDeath Create(RoundContext context, int holder, SigningIdentity identity)
    {
        RoundDeath death = new(context, holder);
        death.SignWith(identity);
        return death;
    }

    internal static RoundDeath Read(ref CanonicalReader reader, AggregationPlan plan)
    {
        RoundDeath death = new(RoundContext.Read(ref reader, plan), MessageLimits.Holder(ref reader, plan));
        death.ReadSignature(ref reader);
        return death;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Count(Holder);
    }
}

/// <summary>Deaths of one round, H - t + 1 + f or more: after them no t holders are left that could open it.</summary>
public sealed class RoundDeathCertificate : ProtocolMessage
{
    private RoundDeathCertificate(RoundContext context, ImmutableArray<RoundDeath> deaths)
    {
        Context = context;
        Deaths = deaths;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>The deaths, holder indices strictly rising.</summary>
    public ImmutableArray<RoundDeath> Deaths { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.RoundDeathCertificate;

    /// <summary>Puts the deaths in order; <see cref="Require"/> judges them.</summary>
    public static RoundDeathCertificate Create(RoundContext context, IEnumerable<RoundDeath> deaths) =>
        new(context, [.. deaths.OrderBy(d => d.Holder)]);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static RoundDeathCertificate Parse(ReadOnlySpan<byte> bytes, AggregationPlan plan)
    {
        CanonicalReader reader = MessageLimits.Open(bytes, MessageType.RoundDeathCertificate, Party.Server);
        RoundContext context = RoundContext.Read(ref reader, plan);
        RoundDeath[] deaths =
            new RoundDeath[reader.Count(1, plan.Quorum.KeyHolders, VerificationKey.SignatureSize, "deaths")];
        for (int i = 0; i < deaths.Length; i++)
        {
            RoundContext.ReadTypeAndVersion(ref reader, MessageType.RoundDeath);
            deaths[i] = RoundDeath.Read(ref reader, plan);
        }

        reader.End();
        return new RoundDeathCertificate(context, [.. deaths]);
    }

    /// <summary>
    /// Refuses fewer than H - t + 1 + f deaths of distinct holders, one of another round, and a forged one.
    /// </summary>
    /// <exception cref="ProtocolViolationException">As said.</exception>
    public void Require(AggregationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        int last = -1;
        foreach (RoundDeath death in Deaths)
        {
            if (death.Holder <= last)
            {
                throw new ProtocolViolationException(ViolationCode.DuplicateHolder, Party.Server,
                    "deaths by rising holder index", $"{death.Signer} again");
            }

            last = death.Holder;
            Context.Require(death.Context, death.Signer);
            death.RequireSignature(plan.HolderKey(death.Holder));
        }

        if (Deaths.Length < plan.Quorum.Deaths)
        {
            throw new ProtocolViolationException(
                ViolationCode.DeathBelowQuorum, Party.Server, $"{plan.Quorum.Deaths} deaths of round {Context.Round}",
                $"{Deaths.Length}");
        }
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Count(Deaths.Length);
        foreach (RoundDeath death in Deaths)
        {
            writer.Fixed(death.Encode());
        }
    }
}
