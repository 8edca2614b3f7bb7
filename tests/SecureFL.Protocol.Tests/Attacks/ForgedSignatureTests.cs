using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>Every signed message with a missing signature, another party's, and the mirrored one.</summary>
public sealed class ForgedSignatureTests
{
    public static TheoryData<MessageType> SignedTypes => [.. MessageZoo.SignedTypes];

    [Theory]
    [MemberData(nameof(SignedTypes))]
    public void A_missing_signature_is_refused(MessageType type) =>
        Refused(type, encoded => encoded.AsSpan(encoded.Length - 64).Clear());

    [Theory]
    [MemberData(nameof(SignedTypes))]
    public void Another_messages_signature_is_refused(MessageType type) =>
        Refused(type, encoded =>
        {
            using SigningIdentity stranger = SigningIdentity.Create();
            stranger.Sign(DomainHash.Of("test", encoded)).CopyTo(encoded, encoded.Length - 64);
        });

    /// <summary>(r, n - s) verifies wherever (r, s) does; only the lower one is canonical.</summary>
    [Theory]
    [MemberData(nameof(SignedTypes))]
    public void The_mirrored_signature_is_refused(MessageType type) =>
        Refused(type, encoded =>
        {
            var order = System.Numerics.BigInteger.Parse(
                "0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
                System.Globalization.NumberStyles.HexNumber, null);
            Span<byte> s = encoded.AsSpan(encoded.Length - 32);
            byte[] mirrored =
                (order - new System.Numerics.BigInteger(s, isUnsigned: true, isBigEndian: true)).ToByteArray(
                    isUnsigned: true, isBigEndian: true);
            s.Clear();
            mirrored.CopyTo(s[(32 - mirrored.Length)..]);
        });

    private static void Refused(MessageType type, Action<byte[]> forge)
    {
        using MessageZoo zoo = new();
        byte[] encoded = zoo.Encode(type);
        zoo.Consume(type, encoded);
        forge(encoded);
        Violation.Expect(ViolationCode.BadSignature, () => zoo.Consume(type, encoded));
    }
}
