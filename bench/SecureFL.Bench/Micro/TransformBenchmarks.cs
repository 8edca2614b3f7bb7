using BenchmarkDotNet.Attributes;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;

namespace SecureFL.Bench.Micro;

/// <summary>One polynomial of degree 8192 modulo one prime, at every vector width.</summary>
public class TransformBenchmarks
{
    private const int Degree = 8192;
    private readonly ulong[] _values = new ulong[Degree];
    private readonly ulong[] _prepared = new ulong[Degree];
    private readonly ulong[] _result = new ulong[Degree];
    private readonly int[] _small = new int[Degree];
    private RingKernel? _kernel;

    /// <summary>Bits of a vector; 0 is the scalar kernel.</summary>
    [ParamsSource(nameof(Widths))]
    public int Width { get; set; }

    /// <summary>Size of the prime.</summary>
    [Params(49, 50)]
    public int Bits { get; set; }

    /// <summary>Those of this processor.</summary>
    public static IEnumerable<int> Widths => MicroInputs.Widths;

    /// <summary>Tables and random residues.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _kernel = RingKernel.Create(Degree, Primality.LargestPrimes(Bits, Degree, 1)[0], (VectorWidth)Width);
        Random random = new(1);
        for (int i = 0; i < Degree; i++)
        {
            _values[i] = (ulong)random.NextInt64((long)_kernel.Modulus.Value);
            _small[i] = random.Next(-20, 21);
        }

        _kernel.Prepare(_small, _prepared);
    }

    /// <summary>Forward transform, canonical in and out.</summary>
    [Benchmark]
    public void Forward() => _kernel!.Forward(_values);

    /// <summary>Inverse transform, canonical in and out.</summary>
    [Benchmark]
    public void Inverse() => _kernel!.Inverse(_values);

    /// <summary>A small secret made ready.</summary>
    [Benchmark]
    public void Prepare() => _kernel!.Prepare(_small, _prepared);

    /// <summary>a * s + e: what a mask costs a prime.</summary>
    [Benchmark]
    public void MultiplyAdd() => _kernel!.MultiplyAdd(_values, _prepared, _small, _result);
}
