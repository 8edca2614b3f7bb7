using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;

namespace SecureFL.Messages.Wire;

/// <summary>
/// A message: immutable, thread-safe, one canonical encoding. Its identifier is the hash of its body, never of
/// signature bytes.
/// </summary>
public abstract partial class ProtocolMessage
{
    private static readonly FrozenDictionary<MessageType, string> Domains =
        Enum.GetValues<MessageType>().ToFrozenDictionary(type => type,
            type => UpperCase().Replace(type.ToString(), "-$0").ToLowerInvariant()[1..]);

    /// <summary>The name of a type in lower-case words joined by hyphens: the domain of its hash.</summary>
    internal static string NameOf(MessageType type) =>
        Domains.TryGetValue(type, out string? name) ? name : ((int)type).ToString(CultureInfo.InvariantCulture);

    // Boxed, so that the reference is published in one store.
    private object? _hash;

    private protected ProtocolMessage()
    {
    }

    /// <summary>The first byte on the wire.</summary>
    public abstract MessageType Type { get; }

    /// <summary>H(domain of the type, body).</summary>
    public Digest Hash => (Digest)(_hash ??= DomainHash.Of(Domains[Type], Body()));

    /// <summary>Bytes to make room for before the message is encoded: about as many as it has.</summary>
    private protected virtual int SizeHint => 256;

    /// <summary>The canonical bytes.</summary>
    public virtual byte[] Encode() => Body();

    /// <summary>Type and hash.</summary>
    public override string ToString() => $"{Type} {Hash.ToShortString()}";

    /// <summary>Writes the fields after type and version that the hash covers.</summary>
    private protected abstract void WriteFields(CanonicalWriter writer);

    private protected byte[] Body()
    {
        CanonicalWriter writer = new(SizeHint);
        writer.Byte((byte)Type);
        writer.Byte(ProtocolLimits.Version);
        WriteFields(writer);
        return writer.ToArray();
    }

    [GeneratedRegex("[A-Z]")]
    private static partial Regex UpperCase();
}

/// <summary>A message whose sender signs its hash; on the wire the 64-byte signature follows the body.</summary>
public abstract class SignedMessage : ProtocolMessage
{
    private byte[] _signature = [];

    private protected SignedMessage()
    {
    }

    /// <summary>The 64 bytes of the signature.</summary>
    public ReadOnlyMemory<byte> Signature => _signature;

    /// <summary>Who must have signed.</summary>
    public abstract Party Signer { get; }

    /// <inheritdoc/>
    public override byte[] Encode() => [.. Body(), .. _signature];

    /// <summary>Refuses the message unless <paramref name="key"/> signed it.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.BadSignature"/>.</exception>
    internal void RequireSignature(VerificationKey key)
    {
        if (!key.Verify(Hash, _signature))
        {
            throw new ProtocolViolationException(ViolationCode.BadSignature, Signer, $"{Type} signed by {Signer}",
                "a signature that does not verify");
        }
    }

    private protected void SignWith(SigningIdentity identity) => _signature = identity.Sign(Hash);

    private protected void ReadSignature(ref CanonicalReader reader) =>
        _signature = reader.Fixed(VerificationKey.SignatureSize, "signature").ToArray();
}
