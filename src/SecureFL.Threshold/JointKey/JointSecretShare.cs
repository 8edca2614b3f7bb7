using SecureFL.Ring.Randomness;

namespace SecureFL.Threshold.JointKey;

/// <summary>
/// One key holder's additive part s_k of the joint secret, ternary: dealt to all holders by
/// <see cref="RingShamirSharing"/> and then erased. Nobody ever holds the joint secret sum s_k itself. Not thread-safe.
/// </summary>
public sealed class JointSecretShare : IDisposable
{
    private readonly SecretBuffer<int> _coefficients;

    internal JointSecretShare(int degree) => _coefficients = new SecretBuffer<int>(degree);

    internal Span<int> Coefficients => _coefficients.Span;

    /// <summary>Erases the secret.</summary>
    public void Dispose() => _coefficients.Dispose();

    /// <summary>Says nothing about the secret.</summary>
    public override string ToString() => "JointSecretShare";
}
