using System.Globalization;

namespace SecureFL.Bench.Rounds.Output;

/// <summary>
/// Ratios between arms of one run. One that is smaller than the spread of the two figures is not quoted.
/// </summary>
internal static class Ratios
{
    /// <summary>
    /// a / b by parameter and client, or null where |a/b - 1| is below the sum of the spreads, or a spread is unknown.
    /// </summary>
    internal static double? Quotable(double a, double? spreadA, double b, double? spreadB)
    {
        if (spreadA is not double sa || spreadB is not double sb || !(b > 0) || !(a > 0))
        {
            return null;
        }

        double ratio = a / b;
        return Math.Max(ratio, 1 / ratio) - 1 > sa + sb ? ratio : null;
    }

    internal static IEnumerable<string> Lines(IReadOnlyList<ArmFigures> arms)
    {
        ArmFigures? plain = arms.FirstOrDefault(arm => arm.Arm == "plaintext");
        ArmFigures? slots = arms.FirstOrDefault(arm => arm.Arm == "ckks-slots");
        foreach (ArmFigures arm in arms)
        {
            if (plain is not null && arm != plain)
            {
                yield return Line(arm, plain, "CPU",
                    Quotable(arm.CpuNanosecondsPerParameterAndClient, arm.CpuSpread,
                        plain.CpuNanosecondsPerParameterAndClient, plain.CpuSpread));
                yield return Line(arm, plain, "upload bytes",
                    arm.UploadBytesPerParameter / plain.UploadBytesPerParameter);
            }

            if (slots is not null && arm != slots && arm.SecurityBits > 0)
            {
                yield return Line(
                    arm,
                    slots,
                    "encryption CPU",
                    Quotable(arm.EncryptNanosecondsPerParameterAndClient, arm.EncryptSpread,
                        slots.EncryptNanosecondsPerParameterAndClient, slots.EncryptSpread));
            }
        }
    }

    private static string Line(ArmFigures arm, ArmFigures other, string what, double? ratio) => ratio is double r
        ? $"{arm.Arm} / {other.Arm}, {what} a parameter and client: {r.ToString("0.000", CultureInfo.InvariantCulture)}"
        : $"{arm.Arm} / {other.Arm}, {what} a parameter and client: not told apart from 1 by this run";
}
