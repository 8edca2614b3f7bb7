using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureFL.Transport.Identity;

/// <summary>
/// A certificate revocation list (RFC 5280, section 5) whose signature was checked against its issuer. Entries hold
/// beyond nextUpdate: a list that nobody renewed must not give revoked certificates back. Immutable and thread-safe.
/// </summary>
internal sealed class RevocationList
{
    /// <summary>Longest file of lists.</summary>
    internal const int MaxBytes = 16 << 20;

    private readonly HashSet<BigInteger> _serials;
    private readonly byte[] _issuer;

    private RevocationList(byte[] issuer, HashSet<BigInteger> serials, DateTimeOffset? nextUpdate)
    {
        _issuer = issuer;
        _serials = serials;
        NextUpdate = nextUpdate;
    }

    /// <summary>When the issuer promised a newer list.</summary>
    internal DateTimeOffset? NextUpdate { get; }

    /// <summary>Revoked certificates.</summary>
    internal int Count => _serials.Count;

    /// <summary>All lists of a PEM file, each signed by one of <paramref name="issuers"/>.</summary>
    /// <exception cref="FormatException">Malformed, or signed by nobody in the list.</exception>
    internal static IReadOnlyList<RevocationList> ParsePem(string pem, IEnumerable<X509Certificate2> issuers)
    {
        X509Certificate2[] known = [.. issuers];
        List<RevocationList> lists = [];
        ReadOnlySpan<char> rest = pem;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            if (!rest[fields.Label].SequenceEqual("X509 CRL"))
            {
                throw new FormatException("a revocation list's file holds something else");
            }

            lists.Add(Parse(Convert.FromBase64String(rest[fields.Base64Data].ToString()), known));
            rest = rest[fields.Location.End..];
        }

        return lists.Count > 0 ? lists : throw new FormatException("the file holds no revocation list");
    }

    /// <summary>Whether this list is of the certificate's issuer and names its serial number.</summary>
    internal bool Revokes(X509Certificate2 certificate) =>
        certificate.IssuerName.RawData.AsSpan().SequenceEqual(_issuer)
        && _serials.Contains(new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true));

    private static RevocationList Parse(byte[] der, X509Certificate2[] issuers)
    {
        try
        {
            AsnReader whole = new(der, AsnEncodingRules.DER);
            AsnReader outer = whole.ReadSequence();
            whole.ThrowIfNotEmpty();
            ReadOnlyMemory<byte> signed = outer.PeekEncodedValue();
            AsnReader list = outer.ReadSequence();
            ReadOnlyMemory<byte> identifier = outer.PeekEncodedValue();
            string algorithm = outer.ReadSequence().ReadObjectIdentifier();
            byte[] signature = outer.ReadBitString(out int unusedBits);
            outer.ThrowIfNotEmpty();
            if (unusedBits != 0)
            {
                throw new FormatException(
                    $"the signature of a revocation list has {unusedBits} unused bits; whole bytes are read");
            }

            if (list.PeekTag() == Asn1Tag.Integer)
            {
                list.ReadInteger();
            }

            if (!list.ReadEncodedValue().Span.SequenceEqual(identifier.Span))
            {
                throw new FormatException("a revocation list names two signature algorithms");
            }

            byte[] issuer = list.ReadEncodedValue().ToArray();
            RequireSignature(issuers, issuer, algorithm, signed.Span, signature);
            ReadTime(list);
            DateTimeOffset? nextUpdate = IsTime(list) ? ReadTime(list) : null;
            HashSet<BigInteger> serials = [];
            if (list.HasData && list.PeekTag() == Asn1Tag.Sequence)
            {
                AsnReader entries = list.ReadSequence();
                while (entries.HasData)
                {
                    serials.Add(entries.ReadSequence().ReadInteger());
                }
            }

            return new RevocationList(issuer, serials, nextUpdate);
        }
        catch (Exception fault) when (fault is AsnContentException or CryptographicException)
        {
            throw new FormatException("a revocation list is malformed", fault);
        }
    }

    private static void RequireSignature(X509Certificate2[] issuers, byte[] issuer, string algorithm,
        ReadOnlySpan<byte> signed, byte[] signature)
    {
        foreach (X509Certificate2 candidate in issuers.Where(c => c.SubjectName.RawData.AsSpan().SequenceEqual(issuer)))
        {
            if (Verifies(candidate, algorithm, signed, signature))
            {
                return;
            }
        }

        throw new FormatException("a revocation list is signed by none of the certificate authorities");
    }

    private static bool Verifies(X509Certificate2 issuer, string algorithm, ReadOnlySpan<byte> signed, byte[] signature)
    {
        // RFC 5758 (ECDSA with SHA-2) and RFC 4055 (RSA with SHA-2).
        (HashAlgorithmName Hash, bool Rsa)? scheme = algorithm switch
        {
            "1.2.840.10045.4.3.2" => (HashAlgorithmName.SHA256, false),
            "1.2.840.10045.4.3.3" => (HashAlgorithmName.SHA384, false),
            "1.2.840.10045.4.3.4" => (HashAlgorithmName.SHA512, false),
            "1.2.840.113549.1.1.11" => (HashAlgorithmName.SHA256, true),
            "1.2.840.113549.1.1.12" => (HashAlgorithmName.SHA384, true),
            "1.2.840.113549.1.1.13" => (HashAlgorithmName.SHA512, true),
            _ => null,
        };
        if (scheme is not (HashAlgorithmName hash, bool rsa))
        {
            throw new FormatException(
                $"a revocation list is signed by the algorithm {algorithm}: ECDSA or RSA with SHA-2 are read");
        }

        if (rsa)
        {
            using RSA? key = issuer.GetRSAPublicKey();
            return key?.VerifyData(signed, signature, hash, RSASignaturePadding.Pkcs1) == true;
        }

        using ECDsa? curve = issuer.GetECDsaPublicKey();
        return curve?.VerifyData(signed, signature, hash, DSASignatureFormat.Rfc3279DerSequence) == true;
    }

    private static bool IsTime(AsnReader reader) =>
        reader.HasData && (reader.PeekTag() == Asn1Tag.UtcTime || reader.PeekTag() == Asn1Tag.GeneralizedTime);

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
}
