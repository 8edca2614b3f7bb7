using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Rlwe.JointKey;

/// <summary>
/// Public-key encryptions of zero (b u + e0, a u + e1): one forward transform of u and two inverse ones a prime. The
/// first half comes as canonical coefficients, to which a message is added, the second packed. Not thread-safe; no
/// allocation after construction.
/// </summary>
internal sealed class ZeroEncryptor : IDisposable
{
    private readonly JointPublicKey _key;
    private readonly CkksParameters _parameters;
    private readonly TernarySampler _ternary;
    private readonly ISmallSampler _errors;
    private readonly Keystream _ternaryStream;
    private readonly Keystream _errorStream;
    private readonly SecretBuffer<int> _u;
    private readonly SecretBuffer<int> _e0;
    private readonly SecretBuffer<int> _e1;
    private readonly SecretBuffer<ulong> _prepared;
    private readonly SecretBuffer<ulong> _second;

    internal ZeroEncryptor(JointPublicKey key, IEntropySource entropy)
    {
        _key = key;
        _parameters = key.Parameters;
        int degree = _parameters.RingDegree;
        _ternary = new TernarySampler(degree);
        _errors = _parameters.Error.CreateSampler(degree);
        _ternaryStream = Keystream.Create(entropy);
        _errorStream = Keystream.Create(entropy);
        _u = new SecretBuffer<int>(degree);
        _e0 = new SecretBuffer<int>(degree);
        _e1 = new SecretBuffer<int>(degree);
        _prepared = new SecretBuffer<ulong>(degree);
        _second = new SecretBuffer<ulong>(degree);
    }

    /// <summary>Words of the first half.</summary>
    internal int MaskWords => ResiduePacking.Words(_parameters);

    /// <summary>A fresh encryption of zero.</summary>
    internal void Encrypt(Span<ulong> first, Span<byte> second)
    {
        int degree = _parameters.RingDegree;
        _ternary.Fill(_ternaryStream, _u.Span);
        _errors.Fill(_errorStream, _e0.Span);
        _errors.Fill(_errorStream, _e1.Span);
        for (int i = 0; i < _parameters.Moduli.Length; i++)
        {
            RingKernel kernel = _parameters.Kernels[i];
            int bits = _parameters.Moduli[i].Bits;
            int bytes = WordKernel.PackedBytes(degree, bits);
            kernel.LiftTernary(_u.Span, _prepared.Span);
            kernel.MultiplyAddLifted(_key.B(i), _prepared.Span, _e0.Span, first.Slice(i * degree, degree));
            kernel.MultiplyAddLifted(_key.A(i), _prepared.Span, _e1.Span, _second.Span);
            WordKernel.Best.Pack(_second.Span, bits, second[..bytes]);
            second = second[bytes..];
        }
    }

    /// <summary>Erases all randomness.</summary>
    public void Dispose()
    {
        _ternary.Dispose();
        _errors.Dispose();
        _ternaryStream.Dispose();
        _errorStream.Dispose();
        _u.Dispose();
        _e0.Dispose();
        _e1.Dispose();
        _prepared.Dispose();
        _second.Dispose();
    }
}
