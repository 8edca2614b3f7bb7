using BenchmarkDotNet.Attributes;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;

namespace SecureFL.Bench.Micro;

/// <summary>8192 samples a call, the keystream included.</summary>
[MemoryDiagnoser]
public class SamplerBenchmarks : IDisposable
{
    private const int Count = 8192;
    private readonly Keystream _stream = new(MicroInputs.Key);
    private readonly UniformSampler _uniform = new(Count);
    private readonly TernarySampler _ternary = new(Count);
    private readonly CenteredBinomialSampler _binomial = new(Count);
    private readonly DiscreteGaussianSampler _gaussian = new(Count);
    private readonly Modulus _modulus = Primality.LargestPrimes(48, Count, 1)[0];
    private readonly ulong[] _residues = new ulong[Count];
    private readonly int[] _samples = new int[Count];

    /// <summary>The same stream for every iteration.</summary>
    [IterationSetup]
    public void Rekey() => _stream.Rekey(MicroInputs.Key);

    /// <summary>Uniform modulo a prime of 48 bits.</summary>
    [Benchmark(OperationsPerInvoke = 256)]
    public void Uniform() => Repeat(() => _uniform.Fill(_stream, _modulus, _residues));

    /// <summary>Uniform on -1, 0, 1.</summary>
    [Benchmark(OperationsPerInvoke = 256)]
    public void Ternary() => Repeat(() => _ternary.Fill(_stream, _samples));

    /// <summary>42 coins.</summary>
    [Benchmark(OperationsPerInvoke = 256)]
    public void CenteredBinomial() => Repeat(() => _binomial.Fill(_stream, _samples));

    /// <summary>Deviation 6.4, by full scans of the table.</summary>
    [Benchmark(OperationsPerInvoke = 256)]
    public void DiscreteGaussian() => Repeat(() => _gaussian.Fill(_stream, _samples));

    /// <summary>Erases the random bits.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _stream.Dispose();
        _ternary.Dispose();
        _binomial.Dispose();
        _gaussian.Dispose();
        GC.SuppressFinalize(this);
    }

    private static void Repeat(Action fill)
    {
        for (int i = 0; i < 256; i++)
        {
            fill();
        }
    }
}
