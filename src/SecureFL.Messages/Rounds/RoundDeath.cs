using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

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
    public static RoundDeath Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.RoundDeath, Party.Peer);
        RoundDeath death = Read(ref reader, limits);
        reader.End();
        return death;
    }

    internal static RoundDeath Create(RoundContext context, int holder, SigningIdentity identity)
    {
        RoundDeath death = new(context, holder);
        death.SignWith(identity);
        return death;
    }

    internal static RoundDeath Read(ref CanonicalReader reader, MessageLimits limits)
    {
        RoundDeath death = new(RoundContext.Read(ref reader, limits), MessageFields.Holder(ref reader, limits));
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

    /// <summary>Puts the deaths in order; whether they are enough is the protocol's to say.</summary>
    public static RoundDeathCertificate Create(RoundContext context, IEnumerable<RoundDeath> deaths) =>
        new(context, [.. deaths.OrderBy(d => d.Holder)]);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static RoundDeathCertificate Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.RoundDeathCertificate, Party.Server);
        RoundContext context = RoundContext.Read(ref reader, limits);
        RoundDeath[] deaths =
            new RoundDeath[reader.Count(1, limits.KeyHolders, VerificationKey.SignatureSize, "deaths")];
        for (int i = 0; i < deaths.Length; i++)
        {
            RoundContext.ReadTypeAndVersion(ref reader, MessageType.RoundDeath);
            deaths[i] = RoundDeath.Read(ref reader, limits);
        }

        reader.End();
        return new RoundDeathCertificate(context, [.. deaths]);
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
