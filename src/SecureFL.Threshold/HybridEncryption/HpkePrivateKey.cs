using System.Security.Cryptography;
using SecureFL.Ring.Randomness;

namespace SecureFL.Threshold.HybridEncryption;

/// <summary>
/// A P-256 private key for HPKE. It can be exported only if that was asked for when it was made, so that a holder can
/// keep the key of a round in a file of its own. Disposing erases it. Not thread-safe.
/// </summary>
public sealed class HpkePrivateKey : IDisposable
{
    /// <summary>Bytes of an exported key, and of the input keying material that makes one.</summary>
    public const int Size = P256.ScalarBytes;

    private readonly ECDiffieHellman _agreement;
    private readonly SecretBuffer<byte>? _export;

    private HpkePrivateKey(ReadOnlySpan<byte> scalar, bool exportable)
    {
        // The array is handed to the provider only; pinned, it leaves no moved copy behind.
        byte[] d = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
        try
        {
            scalar.CopyTo(d);
            _agreement = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d });
        }
        finally
        {
            CryptographicOperations.ZeroMemory(d);
        }

        PublicKey = HpkePublicKey.FromPoint(_agreement.ExportParameters(includePrivateParameters: false).Q);
        if (exportable)
        {
            _export = new SecretBuffer<byte>(Size);
            scalar.CopyTo(_export.Span);
        }
    }

    /// <summary>The public half.</summary>
    public HpkePublicKey PublicKey { get; }

    /// <summary>Whether <see cref="Export"/> is allowed.</summary>
    public bool IsExportable => _export is not null;

    /// <summary>A fresh key: DeriveKeyPair of 32 random bytes (RFC 9180, 4, GenerateKeyPair).</summary>
    public static HpkePrivateKey Generate(IEntropySource entropy, bool exportable = false)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        Span<byte> keyingMaterial = stackalloc byte[Size];
        try
        {
            entropy.Fill(keyingMaterial);
            return Derive(keyingMaterial, exportable);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keyingMaterial);
        }
    }

    /// <summary>
    /// DeriveKeyPair for P-256 (RFC 9180, 7.1.3): candidates of 32 bytes until one is in 1..n-1, the first with
    /// probability 1 - 2^-32.
    /// </summary>
    /// <param name="keyingMaterial">At least 32 bytes of full entropy.</param>
    /// <param name="exportable">Whether <see cref="Export"/> will be allowed.</param>
    /// <exception cref="ArgumentException">Fewer than 32 bytes.</exception>
    public static HpkePrivateKey Derive(ReadOnlySpan<byte> keyingMaterial, bool exportable = false)
    {
        if (keyingMaterial.Length < Size)
        {
            throw new ArgumentException($"keying material of {keyingMaterial.Length} bytes, at least {Size} are needed",
                nameof(keyingMaterial));
        }

        Span<byte> prk = stackalloc byte[LabeledHkdf.HashBytes];
        Span<byte> candidate = stackalloc byte[Size];
        try
        {
            LabeledHkdf.Extract(LabeledHkdf.KemSuite, [], "dkp_prk"u8, keyingMaterial, prk);
            for (int counter = 0; counter <= byte.MaxValue; counter++)
            {
                LabeledHkdf.Expand(LabeledHkdf.KemSuite, prk, "candidate"u8, [(byte)counter], candidate);
                if (P256.IsScalar(candidate))
                {
                    return new HpkePrivateKey(candidate, exportable);
                }
            }

            throw new CryptographicException("DeriveKeyPairError: no candidate was below the order");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(prk);
            CryptographicOperations.ZeroMemory(candidate);
        }
    }

    /// <summary>Takes back an exported key.</summary>
    /// <param name="scalar">32 big-endian bytes; the caller erases them.</param>
    /// <param name="exportable">Whether <see cref="Export"/> will be allowed.</param>
    /// <exception cref="ArgumentException">Not 32 bytes, or not in 1..n-1.</exception>
    public static HpkePrivateKey Import(ReadOnlySpan<byte> scalar, bool exportable = false)
    {
        SpanChecks.SameLength(Size, scalar.Length);
        return P256.IsScalar(scalar) ? new HpkePrivateKey(scalar, exportable)
            : throw new ArgumentException("not a private key of P-256", nameof(scalar));
    }

    /// <summary>Writes the 32 big-endian bytes of the key. Secret: the caller erases them.</summary>
    /// <exception cref="InvalidOperationException">The key was not made exportable.</exception>
    /// <exception cref="ArgumentException">A destination that is not 32 bytes.</exception>
    public void Export(Span<byte> destination)
    {
        SpanChecks.SameLength(Size, destination.Length);
        (_export ?? throw new InvalidOperationException("this key was not made exportable")).Span.CopyTo(destination);
    }

    /// <summary>
    /// The x-coordinate of the Diffie-Hellman value with a peer (RFC 9180, 4.1, DH): 32 bytes, secret.
    /// </summary>
    internal void Agree(HpkePublicKey peer, Span<byte> sharedX)
    {
        using ECDiffieHellman other = peer.ToAgreement();
        using ECDiffieHellmanPublicKey otherKey = other.PublicKey;
        byte[] x = _agreement.DeriveRawSecretAgreement(otherKey);
        x.CopyTo(sharedX);
        CryptographicOperations.ZeroMemory(x);
    }

    /// <summary>Erases the key.</summary>
    public void Dispose()
    {
        _agreement.Dispose();
        _export?.Dispose();
    }

    /// <summary>Says nothing about the key.</summary>
    public override string ToString() => "HpkePrivateKey";
}
