using BenchmarkDotNet.Attributes;
using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Kernels;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Bench.Micro;

/// <summary>
/// One chunk (65536 parameters, four primes) with a mask at hand: what is left of encryption, addition and opening
/// without the masks.
/// </summary>
[MemoryDiagnoser]
public class ChunkBenchmarks : IDisposable
{
    private static readonly AggregationParameters Parameters = MicroInputs.Parameters;
    private readonly float[] _floats = MicroInputs.Floats(Parameters.ElementsPerChunk);
    private readonly float[] _means = new float[Parameters.ElementsPerChunk];
    private readonly ulong[] _mask = MicroInputs.Residues();
    private readonly ulong[] _sums = new ulong[Parameters.RingDegree * Parameters.Primes.Length];
    private readonly byte[][] _uploads = [.. Enumerable.Range(0, 4).Select(_ => new byte[Parameters.ChunkBytes])];
    private readonly byte[] _packed = new byte[WordKernel.PackedBytes(Parameters.RingDegree, 48)];
    private readonly ulong[] _words =
        [.. Enumerable.Range(0, Parameters.RingDegree).Select(i => (ulong)i * 987_654_321 % (1UL << 48))];
    private readonly Quantizer _quantizer = new(Parameters.Bits, Parameters.Clip, Rounding.Stochastic, 1);
    private ChunkCodec? _codec;
    private WordKernel? _wordKernel;

    /// <summary>Bits of a vector; 0 is the scalar kernel.</summary>
    [ParamsSource(nameof(Widths))]
    public int Width { get; set; }

    /// <summary>Those of this processor.</summary>
    public static IEnumerable<int> Widths => MicroInputs.Widths;

    /// <summary>Four uploads.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _codec = new ChunkCodec(Parameters, (VectorWidth)Width);
        _wordKernel = WordKernel.Create((VectorWidth)Width);
        foreach (byte[] upload in _uploads)
        {
            _codec.Encrypt(_quantizer, _floats, [], _mask, upload);
        }
    }

    /// <summary>8192 words of 48 bits.</summary>
    [Benchmark]
    public void PackWords() => _wordKernel!.Pack(_words, 48, _packed);

    /// <summary>The inverse, with the check of every word.</summary>
    [Benchmark]
    public bool UnpackWords() => _wordKernel!.Unpack(_packed, 48, 1UL << 48, _words);

    /// <summary>Quantise, pack lanes, add the mask, bit-pack.</summary>
    [Benchmark]
    public void Encrypt() => _codec!.Encrypt(_quantizer, _floats, [], _mask, _uploads[0]);

    /// <summary>One upload added to the sum.</summary>
    [Benchmark]
    public void AddOne() => _codec!.Add(_uploads[0], default, default, default, _sums);

    /// <summary>Four uploads in one pass.</summary>
    [Benchmark]
    public void AddFour() => _codec!.Add(_uploads[0], _uploads[1], _uploads[2], _uploads[3], _sums);

    /// <summary>From sums to means.</summary>
    [Benchmark]
    public void Open() => _codec!.Open(_sums, _mask, default, _means, 0.001);

    /// <summary>Erases the working memory.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _codec?.Dispose();
        GC.SuppressFinalize(this);
    }
}
