using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// What lets a client check an opened sum, beside the summed ciphertexts: the version that the round stood on, opening,
/// certificate and releases, and the version that the sum made.
/// </summary>
public sealed class SumEvidence : ProtocolMessage
{
    /// <summary>Evidence; whether it holds is the protocol's to say.</summary>
    /// <param name="head">The newest version when the round was opened.</param>
    /// <param name="opening">The opening.</param>
    /// <param name="certificate">The agreed set.</param>
    /// <param name="releases">The releases that opened it.</param>
    /// <param name="next">The version that the sum made.</param>
    public SumEvidence(ModelVersion head, RoundOpening opening, RoundCertificate certificate,
        IEnumerable<Release> releases, ModelVersion next)
    {
        Head = head;
        Opening = opening;
        Certificate = certificate;
        Releases = [.. releases.OrderBy(release => release.Holder)];
        Next = next;
    }

    /// <summary>The newest version when the round was opened.</summary>
    public ModelVersion Head { get; }

    /// <summary>The opening.</summary>
    public RoundOpening Opening { get; }

    /// <summary>The agreed set.</summary>
    public RoundCertificate Certificate { get; }

    /// <summary>The releases, holder indices strictly rising.</summary>
    public ImmutableArray<Release> Releases { get; }

    /// <summary>The version that the sum made.</summary>
    public ModelVersion Next { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.SumEvidence;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static SumEvidence Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.SumEvidence, Party.Server);
        RoundContext context = RoundContext.Read(ref reader, limits);
        RoundContext.ReadTypeAndVersion(ref reader, MessageType.ModelVersion);
        ModelVersion head = ModelVersion.Read(ref reader, limits);
        RoundContext.ReadTypeAndVersion(ref reader, MessageType.RoundOpening);
        RoundOpening opening = RoundOpening.Read(ref reader, limits);
        context.Require(opening.Context, Party.Server);
        RoundContext.ReadTypeAndVersion(ref reader, MessageType.RoundCertificate);
        RoundCertificate certificate = RoundCertificate.Read(ref reader, limits);
        Release[] releases = new Release[reader.Count(1, limits.KeyHolders, VerificationKey.SignatureSize, "releases")];
        for (int i = 0; i < releases.Length; i++)
        {
            RoundContext.ReadTypeAndVersion(ref reader, MessageType.Release);
            releases[i] = Release.Read(ref reader, limits);
            if (i > 0 && releases[i].Holder <= releases[i - 1].Holder)
            {
                throw reader.Refuse(
                    releases[i].Holder == releases[i - 1].Holder ? ViolationCode.DuplicateHolder
                        : ViolationCode.NonCanonical,
                    "releases", "rising holder indices", releases[i].Holder);
            }
        }

        RoundContext.ReadTypeAndVersion(ref reader, MessageType.ModelVersion);
        ModelVersion next = ModelVersion.Read(ref reader, limits);
        reader.End();
        return new SumEvidence(head, opening, certificate, releases, next);
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Opening.Context.Write(writer);
        writer.Fixed(Head.Encode());
        writer.Fixed(Opening.Encode());
        writer.Fixed(Certificate.Encode());
        writer.Count(Releases.Length);
        foreach (Release release in Releases)
        {
            writer.Fixed(release.Encode());
        }

        writer.Fixed(Next.Encode());
    }
}
