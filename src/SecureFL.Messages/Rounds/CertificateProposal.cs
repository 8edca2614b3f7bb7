using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>A contribution that a certificate lists.</summary>
/// <param name="Client">The client's plan index.</param>
/// <param name="Contribution">The hash of its signed statement.</param>
public readonly record struct CertificateEntry(int Client, Digest Contribution);

/// <summary>
/// The set that a round shall open: disjoint groups of contributions, the head, and the deadline for votes. Its hash is
/// the certificate hash that votes and releases name.
/// </summary>
public sealed class CertificateProposal : SignedMessage
{
    private CertificateProposal(
        RoundContext context, Digest opening, Digest head, long deadline,
        ImmutableArray<ImmutableArray<CertificateEntry>> groups, JointKeyTerms? jointKey)
    {
        Context = context;
        Opening = opening;
        Head = head;
        DeadlineUnixMilliseconds = deadline;
        Groups = groups;
        JointKey = jointKey;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>The opening digest.</summary>
    public Digest Opening { get; }

    /// <summary>Digest of the newest model version.</summary>
    public Digest Head { get; }

    /// <summary>No vote after this time, in milliseconds since 1970 UTC.</summary>
    public long DeadlineUnixMilliseconds { get; }

    /// <summary>The groups; clients strictly rising in each.</summary>
    public ImmutableArray<ImmutableArray<CertificateEntry>> Groups { get; }

    /// <summary>In the joint-key suite: active set, summed ciphertexts and lifetime count. Null otherwise.</summary>
    public JointKeyTerms? JointKey { get; }

    /// <summary>All listed contributions, group by group.</summary>
    public IEnumerable<CertificateEntry> Entries => Groups.SelectMany(group => group);

    /// <inheritdoc/>
    public override MessageType Type => MessageType.CertificateProposal;

    /// <inheritdoc/>
    public override Party Signer => Party.Server;

    /// <summary>Parses within the plan's limits; whether its content holds is the protocol's to say.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static CertificateProposal Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.CertificateProposal, Party.Server);
        CertificateProposal proposal = Read(ref reader, limits);
        reader.End();
        return proposal;
    }

    internal static CertificateProposal Create(
        RoundContext context,
        Digest opening,
        Digest head,
        long deadline,
        ImmutableArray<ImmutableArray<CertificateEntry>> groups,
        SigningIdentity server,
        JointKeyTerms? jointKey = null)
    {
        CertificateProposal proposal = new(context, opening, head, deadline, groups, jointKey);
        proposal.SignWith(server);
        return proposal;
    }

    /// <summary>Reads what follows type and version.</summary>
    internal static CertificateProposal Read(ref CanonicalReader reader, MessageLimits limits)
    {
        const int entryBytes = 4 + Digest.Size;
        RoundContext context = RoundContext.Read(ref reader, limits);
        Digest opening = reader.Digest("opening");
        Digest head = reader.Digest("head");
        long deadline = reader.Int64(0, long.MaxValue, "deadline");
        var groups =
            new ImmutableArray<CertificateEntry>[reader.Count(1, limits.Clients,
                4 + entryBytes, "groups")];
        for (int g = 0; g < groups.Length; g++)
        {
            CertificateEntry[] entries =
                new CertificateEntry[reader.Count(1, limits.ClientsInGroup, entryBytes, "groups")];
            for (int i = 0; i < entries.Length; i++)
            {
                entries[i] = new CertificateEntry(MessageFields.Client(ref reader, limits),
                    reader.Digest("contribution"));
                if (i > 0 && entries[i].Client <= entries[i - 1].Client)
                {
                    throw reader.Refuse(
                        entries[i].Client == entries[i - 1].Client ? ViolationCode.GroupsNotDisjoint
                            : ViolationCode.NonCanonical,
                        "groups", "rising client indices", entries[i].Client);
                }
            }

            groups[g] = [.. entries];
        }

        JointKeyTerms? jointKey = limits.Sizes.JointKey is not null ? JointKeyTerms.Read(ref reader, limits) : null;
        CertificateProposal proposal = new(context, opening, head, deadline, [.. groups], jointKey);
        proposal.ReadSignature(ref reader);
        return proposal;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Opening);
        writer.Digest(Head);
        writer.Int64(DeadlineUnixMilliseconds);
        writer.Count(Groups.Length);
        foreach (ImmutableArray<CertificateEntry> group in Groups)
        {
            writer.Count(group.Length);
            foreach (CertificateEntry entry in group)
            {
                writer.Count(entry.Client);
                writer.Digest(entry.Contribution);
            }
        }

        JointKey?.Write(writer);
    }
}
