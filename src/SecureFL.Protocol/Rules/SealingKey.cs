using SecureFL.Messages.Violations;
using SecureFL.Threshold.HybridEncryption;

namespace SecureFL.Protocol.Rules;

/// <summary>The keys that others seal shares to, as they stand in messages.</summary>
internal static class SealingKey
{
    /// <summary>
    /// Refuses bytes that are not an uncompressed point of P-256, whose every point but infinity is a valid key.
    /// </summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.BadPublicKey"/>.</exception>
    public static void Require(ReadOnlySpan<byte> point, Party owner)
    {
        if (!HpkePublicKey.IsValid(point))
        {
            throw new ProtocolViolationException(ViolationCode.BadPublicKey, owner,
                $"an uncompressed P-256 point of {HpkePublicKey.Size} bytes", $"{point.Length} bytes that are none");
        }
    }
}
