using SecureFL.Ring.Arithmetic;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Objects;

namespace SecureFL.Seal.Encoders;

/// <summary>What a scale and the coefficients under it must obey.</summary>
internal static class Scales
{
    internal static void Check(double scale)
    {
        if (!double.IsFinite(scale) || scale <= 0)
        {
            throw new ArgumentException($"a scale is positive and finite, not {scale:R}", nameof(scale));
        }
    }

    /// <summary>Every coefficient lies in (-q/2, q/2) for the q of fresh ciphertexts.</summary>
    internal static void RequireRoom(MessagePolynomial message)
    {
        UInt128 product = 1;
        foreach (Modulus p in message.Parameters.Moduli.AsSpan(0, message.Parameters.DataPrimes))
        {
            product *= p.Value;
            if (product >> 63 != 0)
            {
                return;
            }
        }

        long limit = (long)(product / 2);
        foreach (long coefficient in message.Coefficients)
        {
            if (coefficient > limit || coefficient < -limit)
            {
                throw new ArgumentException(
                    $"an encoded coefficient exceeds {limit}, half the modulus: a smaller scale is needed");
            }
        }
    }
}
