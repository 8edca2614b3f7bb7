using System.Security.Cryptography;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;

namespace SecureFL.Messages.Identity;

/// <summary>
/// A party's signing key: ECDSA P-256 over SHA-256 message hashes, fixed-length signatures. Thread-safe. The private
/// key leaves only where that was asked for at creation.
/// </summary>
public sealed class SigningIdentity : IDisposable
{
    private readonly ECDsa _ecdsa;
    private readonly bool _exportable;
    private readonly Lock _lock = new();

    private SigningIdentity(ECDsa ecdsa, bool exportable)
    {
        _ecdsa = ecdsa;
        _exportable = exportable;
        ECPoint q = ecdsa.ExportParameters(includePrivateParameters: false).Q;
        PublicKey = VerificationKey.Parse([4, .. q.X!, .. q.Y!], Party.Peer);
    }

    /// <summary>The public half.</summary>
    public VerificationKey PublicKey { get; }

    /// <summary>A fresh key from the operating system's generator.</summary>
    /// <param name="exportable">Whether <see cref="ExportPrivateKey"/> may be called.</param>
    public static SigningIdentity Create(bool exportable = false) =>
        new(ECDsa.Create(ECCurve.NamedCurves.nistP256), exportable);

    /// <summary>
    /// The key of an unencrypted PKCS #8 document, as <see cref="ExportPrivateKey"/> writes it. It cannot be exported
    /// again.
    /// </summary>
    /// <exception cref="ArgumentException">Not a PKCS #8 document of a P-256 key.</exception>
    public static SigningIdentity Import(ReadOnlySpan<byte> pkcs8)
    {
        ECDsa ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportPkcs8PrivateKey(pkcs8, out int read);
            if (read == pkcs8.Length && ecdsa.ExportParameters(false).Curve.Oid.Value
                == ECCurve.NamedCurves.nistP256.Oid.Value)
            {
                return new SigningIdentity(ecdsa, exportable: false);
            }
        }
        catch (CryptographicException)
        {
        }

        ecdsa.Dispose();
        throw new ArgumentException("the bytes are not a PKCS #8 document of one P-256 private key", nameof(pkcs8));
    }

    /// <summary>The private key as PKCS #8. The caller protects and erases the bytes.</summary>
    /// <exception cref="InvalidOperationException">The identity was not created exportable.</exception>
    public byte[] ExportPrivateKey()
    {
        if (!_exportable)
        {
            throw new InvalidOperationException("this identity was not created exportable");
        }

        lock (_lock)
        {
            return _ecdsa.ExportPkcs8PrivateKey();
        }
    }

    /// <summary>
    /// Signs a statement outside of the protocol's messages, for example a request for a certificate. No statement can
    /// stand for a message, nor for one of another purpose.
    /// </summary>
    /// <param name="purpose">What the statement is for: ASCII, 1 to 100 characters.</param>
    /// <param name="statement">Its bytes.</param>
    public byte[] SignStatement(string purpose, ReadOnlySpan<byte> statement) =>
        Sign(VerificationKey.HashOfStatement(purpose, statement));

    /// <inheritdoc/>
    public void Dispose() => _ecdsa.Dispose();

    /// <summary>The public key's fingerprint; nothing of the private key.</summary>
    public override string ToString() => $"SigningIdentity {PublicKey}";

    internal byte[] Sign(Digest message)
    {
        Span<byte> hash = stackalloc byte[Digest.Size];
        message.CopyTo(hash);
        byte[] signature;
        lock (_lock)
        {
            signature = _ecdsa.SignHash(hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        VerificationKey.MakeLowHalf(signature.AsSpan(32));
        return signature;
    }
}
