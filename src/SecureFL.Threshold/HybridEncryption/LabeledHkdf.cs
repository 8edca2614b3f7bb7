using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SecureFL.Threshold.HybridEncryption;

/// <summary>LabeledExtract and LabeledExpand over HKDF-SHA256 (RFC 9180, 4; RFC 5869). Thread-safe.</summary>
internal static class LabeledHkdf
{
    public const int HashBytes = 32;

    /// <summary>suite_id of DHKEM(P-256, HKDF-SHA256): "KEM" || I2OSP(0x0010, 2).</summary>
    public static ReadOnlySpan<byte> KemSuite => "KEM\x00\x10"u8;

    private static ReadOnlySpan<byte> Version => "HPKE-v1"u8;

    /// <summary>
    /// Extract(salt, "HPKE-v1" || suite || label || material); an HMAC takes the pieces without a copy that joins them.
    /// </summary>
    public static void Extract(
        ReadOnlySpan<byte> suite, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> material,
        Span<byte> prk)
    {
        using IncrementalHash hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, salt);
        hmac.AppendData(Version);
        hmac.AppendData(suite);
        hmac.AppendData(label);
        hmac.AppendData(material);
        hmac.GetHashAndReset(prk);
    }

    /// <summary>
    /// Expand(prk, I2OSP(L, 2) || "HPKE-v1" || suite || label || info, L) with L = destination length, at most 32: one
    /// HMAC block.
    /// </summary>
    public static void Expand(
        ReadOnlySpan<byte> suite, ReadOnlySpan<byte> prk, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info,
        Span<byte> destination)
    {
        if (destination.Length > HashBytes)
        {
            throw new ArgumentException($"{destination.Length} bytes, at most {HashBytes}", nameof(destination));
        }

        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)destination.Length);
        using IncrementalHash hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, prk);
        hmac.AppendData(length);
        hmac.AppendData(Version);
        hmac.AppendData(suite);
        hmac.AppendData(label);
        hmac.AppendData(info);
        hmac.AppendData([1]);
        Span<byte> block = stackalloc byte[HashBytes];
        hmac.GetHashAndReset(block);
        block[..destination.Length].CopyTo(destination);
        CryptographicOperations.ZeroMemory(block);
    }
}
