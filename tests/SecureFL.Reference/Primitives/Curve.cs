using System.Globalization;

namespace SecureFL.Reference;

/// <summary>
/// P-256 (NIST SP 800-186, 3.2.1.3): the framework multiplies points, the arithmetic modulo the order is done here.
/// </summary>
internal static class Curve
{
    public static readonly BigInteger Order =
        BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", NumberStyles.HexNumber,
            CultureInfo.InvariantCulture);

    public static BigInteger Mod(BigInteger a, BigInteger m) => ((a % m) + m) % m;

    public static BigInteger Inverse(BigInteger a, BigInteger prime) =>
        BigInteger.ModPow(Mod(a, prime), prime - 2, prime);

    /// <summary>scalar * G as 04 || x || y.</summary>
    public static byte[] MultiplyGenerator(BigInteger scalar)
    {
        using ECDiffieHellman key = Import(scalar);
        ECPoint q = key.ExportParameters(includePrivateParameters: false).Q;
        return [4, .. q.X!, .. q.Y!];
    }

    /// <summary>The x-coordinate of scalar * point, 32 bytes.</summary>
    public static byte[] Agree(BigInteger scalar, byte[] point)
    {
        using ECDiffieHellman own = Import(scalar);
        using ECDiffieHellman peer = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = point[1..33], Y = point[33..] },
        });
        return own.DeriveRawSecretAgreement(peer.PublicKey);
    }

    /// <summary>32 big-endian bytes.</summary>
    public static byte[] Bytes32(BigInteger value)
    {
        byte[] bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }

    public static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static ECDiffieHellman Import(BigInteger scalar) =>
        ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Bytes32(scalar) });
}
