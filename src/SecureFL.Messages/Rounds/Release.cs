using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// A key holder's sums of key shares, one vector of N field elements a group, and the hash of the sum of the group's
/// linear digests, by which anyone knows the sum of its contributions. Any t releases of one certificate open the sums
/// of its groups, and nothing else. In the joint-key suite a group's answer is the linear digest of the holder's
/// partial decryptions, which follow chunk by chunk, and the digest sum is that of the halves c0.
/// </summary>
public sealed class Release : SignedMessage
{
    private Release(RoundContext context, Digest opening, Digest certificate, int holder,
        ImmutableArray<ReadOnlyMemory<byte>> groups, ImmutableArray<Digest> digestSums)
    {
        Context = context;
        Opening = opening;
        Certificate = certificate;
        Holder = holder;
        Groups = groups;
        DigestSums = digestSums;
    }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>The opening digest.</summary>
    public Digest Opening { get; }

    /// <summary>The certificate hash.</summary>
    public Digest Certificate { get; }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <summary>
    /// For each group the packed sums of shares: N words of 31 bits; in the joint-key suite the linear digest of the
    /// partial decryptions.
    /// </summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Groups { get; }

    /// <summary>For each group the hash of the sum of its linear digests; empty in suites without.</summary>
    public ImmutableArray<Digest> DigestSums { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.Release;

    /// <inheritdoc/>
    public override Party Signer => Party.KeyHolder(Holder);

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static Release Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.Release, Party.Peer);
        Release release = Read(ref reader, limits);
        reader.End();
        return release;
    }

    internal static Release Read(ref CanonicalReader reader, MessageLimits limits)
    {
        RoundContext context = RoundContext.Read(ref reader, limits);
        Digest opening = reader.Digest("opening");
        Digest certificate = reader.Digest("certificate");
        int holder = MessageFields.Holder(ref reader, limits);
        int answerBytes = limits.Sizes.AnswerBytes;
        bool hasDigests = limits.Sizes.LinearDigestBytes > 0;
        int itemBytes = answerBytes + (hasDigests ? Digest.Size : 0);
        var groups = new ReadOnlyMemory<byte>[reader.Count(1, limits.Clients, itemBytes, "groups")];
        Digest[] digestSums = new Digest[hasDigests ? groups.Length : 0];
        for (int g = 0; g < groups.Length; g++)
        {
            groups[g] = reader.Fixed(answerBytes, "groups").ToArray();
            if (hasDigests)
            {
                digestSums[g] = reader.Digest("digestSums");
            }
        }

        Release release = new(context, opening, certificate, holder, [.. groups], [.. digestSums]);
        release.ReadSignature(ref reader);
        return release;
    }

    /// <summary>Signs a release.</summary>
    /// <param name="proposal">The agreed set.</param>
    /// <param name="holder">The holder's plan index.</param>
    /// <param name="groups">The suite's answer for each group.</param>
    /// <param name="digestSums">For each group the hash of the sum of its linear digests; empty in suites
    /// without.</param>
    /// <param name="identity">The holder's.</param>
    public static Release Create(CertificateProposal proposal, int holder,
        ImmutableArray<ReadOnlyMemory<byte>> groups, ImmutableArray<Digest> digestSums, SigningIdentity identity)
    {
        Release release = new(proposal.Context, proposal.Opening, proposal.Hash, holder, groups, digestSums);
        release.SignWith(identity);
        return release;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.Digest(Opening);
        writer.Digest(Certificate);
        writer.Count(Holder);
        writer.Count(Groups.Length);
        for (int g = 0; g < Groups.Length; g++)
        {
            writer.Fixed(Groups[g].Span);
            if (!DigestSums.IsEmpty)
            {
                writer.Digest(DigestSums[g]);
            }
        }
    }
}
