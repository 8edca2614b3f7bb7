using BenchmarkDotNet.Attributes;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Bench.Micro;

/// <summary>65536 values to 16 bits.</summary>
[MemoryDiagnoser]
public class QuantizerBenchmarks
{
    private readonly float[] _values = MicroInputs.Floats(1 << 16);
    private readonly int[] _quantised = new int[1 << 16];
    private Quantizer? _quantizer;

    /// <summary>How it rounds.</summary>
    [ParamsAllValues]
    public Rounding Rounding { get; set; }

    /// <summary>A quantiser.</summary>
    [GlobalSetup]
    public void Setup() => _quantizer = new Quantizer(16, 1f, Rounding, 1);

    /// <summary>Clip, scale and round.</summary>
    [Benchmark]
    public void Quantize() => _quantizer!.Quantize(_values, _quantised);
}
