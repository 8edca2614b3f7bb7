namespace SecureFL.Reference;

/// <summary>
/// A P-256 key pair and its ECDSA signatures (FIPS 186-5) with deterministic nonces (RFC 6979, SHA-256), so that
/// vectors do not change; s is the lower of s and n - s.
/// </summary>
internal sealed class KeyPair
{
    public KeyPair(string label)
        : this((Curve.Number(Chosen.Bytes("key " + label, 32)) % (Curve.Order - 1)) + 1)
    {
    }

    public KeyPair(BigInteger scalar)
    {
        Scalar = scalar;
        PublicKey = Curve.MultiplyGenerator(scalar);
    }

    public BigInteger Scalar { get; }

    public byte[] PrivateKey => Curve.Bytes32(Scalar);

    public byte[] PublicKey { get; }

    public byte[] Sign(byte[] hash)
    {
        BigInteger e = Curve.Number(hash);
        BigInteger k = Nonce(hash);
        BigInteger r = Curve.Number(Curve.MultiplyGenerator(k)[1..33]) % Curve.Order;
        BigInteger s = Curve.Mod(Curve.Inverse(k, Curve.Order) * (e + (r * Scalar)), Curve.Order);
        return [.. Curve.Bytes32(r), .. Curve.Bytes32(2 * s > Curve.Order ? Curve.Order - s : s)];
    }

    // RFC 6979, 3.2; the first candidate is out of range with probability 2^-32.
    private BigInteger Nonce(byte[] hash)
    {
        byte[] seed = [.. PrivateKey, .. Curve.Bytes32(Curve.Number(hash) % Curve.Order)];
        byte[] v = [.. Enumerable.Repeat((byte)1, 32)];
        byte[] k = new byte[32];
        k = HMACSHA256.HashData(k, (byte[])[.. v, 0, .. seed]);
        v = HMACSHA256.HashData(k, v);
        k = HMACSHA256.HashData(k, (byte[])[.. v, 1, .. seed]);
        v = HMACSHA256.HashData(k, v);
        while (true)
        {
            v = HMACSHA256.HashData(k, v);
            BigInteger candidate = Curve.Number(v);
            if (!candidate.IsZero && candidate < Curve.Order)
            {
                return candidate;
            }

            k = HMACSHA256.HashData(k, (byte[])[.. v, 0]);
            v = HMACSHA256.HashData(k, v);
        }
    }
}
