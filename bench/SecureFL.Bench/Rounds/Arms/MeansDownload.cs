using System.Runtime.InteropServices;
using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>The means as little-endian float32: a client that takes the server's word.</summary>
internal sealed class MeansDownload(ReadOnlyMemory<float> means) : IRoundDownload
{
    private readonly float[] _received = new float[means.Length];

    public long Length => (long)means.Length * sizeof(float);

    public void Read(long offset, Span<byte> piece) =>
        means.Span.Slice((int)(offset / sizeof(float)), piece.Length / sizeof(float))
            .CopyTo(MemoryMarshal.Cast<byte, float>(piece));

    public void Write(long offset, ReadOnlySpan<byte> piece) =>
        MemoryMarshal.Cast<byte, float>(piece).CopyTo(_received.AsSpan((int)(offset / sizeof(float))));

    public void Finish(StageMeter meter)
    {
        if (!_received.AsSpan().SequenceEqual(means.Span))
        {
            throw new InvalidOperationException("the model arrived changed");
        }
    }

    public void Dispose()
    {
    }
}
