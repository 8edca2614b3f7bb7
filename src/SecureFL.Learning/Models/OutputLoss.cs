using System.Numerics;
using SecureFL.Learning.Data;

namespace SecureFL.Learning.Models;

/// <summary>
/// The loss of one row from the raw outputs z, in the stable forms: log(1 + e^z) - y z, log sum e^z - z_y, (z - y)^2.
/// </summary>
internal static class OutputLoss
{
    /// <summary>The loss of one row; its derivative by every output goes to <paramref name="delta"/>.</summary>
    public static double Differentiate<T>(LearningTask task, ReadOnlySpan<T> z, float label, Span<T> delta)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T y = T.CreateTruncating(label);
        switch (task)
        {
            case LearningTask.Regression:
                T residual = z[0] - y;
                delta[0] = residual + residual;
                return double.CreateTruncating(residual * residual);
            case LearningTask.Binary:
                delta[0] = Sigmoid(z[0]) - y;
                return double.CreateTruncating(SoftPlus(z[0]) - (y * z[0]));
            default:
                T normaliser = LogSumExp(z);
                for (int c = 0; c < z.Length; c++)
                {
                    delta[c] = T.Exp(z[c] - normaliser);
                }

                delta[(int)label] -= T.One;
                return double.CreateTruncating(normaliser - z[(int)label]);
        }
    }

    /// <summary>The loss of one row.</summary>
    public static double Of(LearningTask task, ReadOnlySpan<float> z, float label) => task switch
    {
        LearningTask.Regression => ((double)z[0] - label) * ((double)z[0] - label),
        LearningTask.Binary => SoftPlus((double)z[0]) - (label * (double)z[0]),
        _ => LogSumExp(z) - z[(int)label],
    };

    /// <summary>1 / (1 + e^-z) without overflow.</summary>
    public static T Sigmoid<T>(T z)
        where T : IFloatingPointIeee754<T>
    {
        T e = T.Exp(-T.Abs(z));
        return z >= T.Zero ? T.One / (T.One + e) : e / (T.One + e);
    }

    /// <summary>log sum e^z without overflow.</summary>
    public static T LogSumExp<T>(ReadOnlySpan<T> z)
        where T : IFloatingPointIeee754<T>
    {
        T largest = z[0];
        foreach (T value in z)
        {
            largest = T.Max(largest, value);
        }

        T sum = T.Zero;
        foreach (T value in z)
        {
            sum += T.Exp(value - largest);
        }

        return largest + T.Log(sum);
    }

    private static T SoftPlus<T>(T z)
        where T : IFloatingPointIeee754<T> => T.Max(z, T.Zero) + T.LogP1(T.Exp(-T.Abs(z)));
}
