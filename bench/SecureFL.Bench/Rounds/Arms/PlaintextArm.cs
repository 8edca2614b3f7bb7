using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>No protection: float32 uploaded, float32 summed as it comes. The yardstick.</summary>
internal sealed class PlaintextArm() : PieceArm("plaintext", "float32 uploaded and summed in the clear", sizeof(float))
{
    // On a little-endian machine the bytes in memory are the bytes on the wire; they are copied, as any serialiser
    // does, and that is part of the upload.
    protected override void Write(ReadOnlySpan<float> values, Span<byte> message, StageMeter meter) =>
        MemoryMarshal.AsBytes(values).CopyTo(message);

    protected override void Add(ReadOnlySpan<byte> message, Span<float> sums) =>
        TensorPrimitives.Add(sums, MemoryMarshal.Cast<byte, float>(message), sums);
}
