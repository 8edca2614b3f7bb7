using BenchmarkDotNet.Attributes;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Randomness.Kernels;

namespace SecureFL.Bench.Micro;

/// <summary>AES-256-CTR, 64 KiB a call.</summary>
[MemoryDiagnoser]
public class KeystreamBenchmarks : IDisposable
{
    private readonly byte[] _bytes = new byte[1 << 16];
    private Keystream? _stream;

    /// <summary>By the processor's instructions, or the framework's.</summary>
    [ParamsSource(nameof(Paths))]
    public bool ProcessorInstructions { get; set; }

    /// <summary>The paths that this processor has.</summary>
    public static IEnumerable<bool> Paths => AesNiCounterCipher.IsSupported ? [false, true] : [false];

    /// <summary>A fresh stream.</summary>
    [IterationSetup]
    public void Rekey()
    {
        _stream?.Dispose();
        _stream = new Keystream(MicroInputs.Key, ProcessorInstructions);
    }

    /// <summary>64 MiB, so that a setup an iteration does not count.</summary>
    [Benchmark(OperationsPerInvoke = 1024)]
    public void Fill64KiB()
    {
        for (int i = 0; i < 1024; i++)
        {
            _stream!.Fill(_bytes);
        }
    }

    /// <summary>Erases the key.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _stream?.Dispose();
        GC.SuppressFinalize(this);
    }
}
