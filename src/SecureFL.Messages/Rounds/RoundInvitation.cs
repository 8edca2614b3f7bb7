using System.Collections.Immutable;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// What a client fetches to take part: the round's opening and the model chain from its base version to the head.
/// </summary>
public sealed class RoundInvitation : ProtocolMessage
{
    /// <summary>An invitation; whether opening and chain hold is the protocol's to say.</summary>
    /// <param name="opening">The opening.</param>
    /// <param name="versions">1 to K versions, oldest (the base) first, the head last.</param>
    public RoundInvitation(RoundOpening opening, IEnumerable<ModelVersion> versions)
    {
        Opening = opening;
        Versions = [.. versions];
    }

    /// <summary>The opening.</summary>
    public RoundOpening Opening { get; }

    /// <summary>The versions from the base to the head.</summary>
    public ImmutableArray<ModelVersion> Versions { get; }

    /// <summary>The version that the client trains on.</summary>
    public ModelVersion Base => Versions[0];

    /// <summary>The newest version.</summary>
    public ModelVersion Head => Versions[^1];

    /// <inheritdoc/>
    public override MessageType Type => MessageType.RoundInvitation;

    /// <summary>Parses within the plan's limits.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static RoundInvitation Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.RoundInvitation, Party.Server);
        RoundOpening opening = RoundOpening.Read(ref reader, limits);
        int count = reader.Count(1, limits.BaseVersions, VerificationKey.SignatureSize, "versions");
        ModelVersion[] versions = new ModelVersion[count];
        for (int i = 0; i < count; i++)
        {
            versions[i] = ModelVersion.Parse(reader.Counted(1024, "versions"), limits);
        }

        reader.End();
        return new RoundInvitation(opening, versions);
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Opening.WriteWire(writer);
        writer.Count(Versions.Length);
        foreach (ModelVersion version in Versions)
        {
            writer.Counted(version.Encode());
        }
    }
}
