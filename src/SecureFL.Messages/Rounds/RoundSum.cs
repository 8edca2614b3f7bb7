using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>What the server says a round opened to: status and digest of each group's integer sums.</summary>
public sealed class RoundSum : SignedMessage
{
    private RoundSum(RoundContext context, Digest certificate,
        ImmutableArray<(GroupStatus Status, Digest Digest)> groups)
    {
        Context = context;
        Certificate = certificate;
        Groups = groups;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>The certificate hash.</summary>
    public Digest Certificate { get; }

    /// <summary>For each group its status, and the digest of its sums (all zero where spoiled).</summary>
    public ImmutableArray<(GroupStatus Status, Digest Digest)> Groups { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.RoundSum;

    /// <inheritdoc/>
    public override Party Signer => Party.Server;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static RoundSum Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.RoundSum, Party.Server);
        RoundContext context = RoundContext.Read(ref reader, limits);
        Digest certificate = reader.Digest("certificate");
        var groups =
            new (GroupStatus, Digest)[reader.Count(1, limits.Clients, 1 + Digest.Size, "groups")];
        for (int g = 0; g < groups.Length; g++)
        {
            byte status = reader.Byte("groups");
            Digest digest = reader.Digest("groups");
            if (status > (byte)GroupStatus.ResidualVariance
                || (status != (byte)GroupStatus.Opened && digest != default))
            {
                throw reader.Refuse(ViolationCode.OutOfRange, "groups",
                    "a known status, and no digest where spoiled", status);
            }

            groups[g] = ((GroupStatus)status, digest);
        }

        RoundSum sum = new(context, certificate, [.. groups]);
        sum.ReadSignature(ref reader);
        reader.End();
        return sum;
    }

    internal static RoundSum Create(RoundContext context, Digest certificate,
        IEnumerable<(GroupStatus Status, Digest Digest)> groups, SigningIdentity server)
    {
        RoundSum sum = new(context, certificate, [.. groups]);
        sum.SignWith(server);
        return sum;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Certificate);
        writer.Count(Groups.Length);
        foreach ((GroupStatus status, Digest digest) in Groups)
        {
            writer.Byte((byte)status);
            writer.Digest(digest);
        }
    }
}
