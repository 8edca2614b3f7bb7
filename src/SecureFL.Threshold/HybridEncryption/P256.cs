using System.Numerics;
using System.Security.Cryptography;

namespace SecureFL.Threshold.HybridEncryption;

/// <summary>
/// The public facts about NIST P-256 (NIST SP 800-186, 3.2.1.3), for checks on public keys that hold whatever the
/// platform's provider checks by itself. The curve has prime order, so that every point on it other than infinity is a
/// valid public key.
/// </summary>
internal static class P256
{
    public const int ScalarBytes = 32;
    public const int PointBytes = 65;

    private static readonly BigInteger Prime =
        Parse("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    private static readonly BigInteger CurveB =
        Parse("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");

    /// <summary>n, big-endian.</summary>
    private static ReadOnlySpan<byte> Order =>
    [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];

    /// <summary>Whether 65 bytes 04 || x || y are canonical coordinates with y^2 = x^3 - 3x + b. Public data.</summary>
    public static bool IsOnCurve(ReadOnlySpan<byte> point)
    {
        if (point.Length != PointBytes || point[0] != 4)
        {
            return false;
        }

        BigInteger x = new(point.Slice(1, ScalarBytes), isUnsigned: true, isBigEndian: true);
        BigInteger y = new(point.Slice(1 + ScalarBytes, ScalarBytes), isUnsigned: true, isBigEndian: true);
        return x < Prime && y < Prime && ((y * y) - (x * ((x * x) - 3)) - CurveB) % Prime == 0;
    }

    /// <summary>Whether 0 &lt; scalar &lt; n, for 32 big-endian bytes, without a branch on a byte.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> scalar)
    {
        int borrow = 0;
        int any = 0;
        for (int i = ScalarBytes - 1; i >= 0; i--)
        {
            borrow = (scalar[i] - Order[i] + borrow) >> 8;
            any |= scalar[i];
        }

        return (borrow < 0) & (any != 0);
    }

    /// <summary>The platform's form of 04 || x || y.</summary>
    public static ECPoint ToPoint(ReadOnlySpan<byte> point) =>
        new() { X = point.Slice(1, ScalarBytes).ToArray(), Y = point[(1 + ScalarBytes)..].ToArray() };

    private static BigInteger Parse(string hex) => new(Convert.FromHexString(hex), isUnsigned: true, isBigEndian: true);
}
