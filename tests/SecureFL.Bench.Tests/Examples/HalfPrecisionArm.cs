using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Tests.Examples;

internal sealed class HalfPrecisionArm()
    : PieceArm("half", "float16 uploaded, summed in the clear as float32", bytesPerValue: 2)
{
    protected override void Write(ReadOnlySpan<float> values, Span<byte> message, StageMeter meter)
    {
        using StageMeter.Scope scope = meter.Enter(Stage.Quantise);
        TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(message));
    }

    protected override void Add(ReadOnlySpan<byte> message, Span<float> sums)
    {
        float[] values = new float[sums.Length];
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(message), values);
        TensorPrimitives.Add(sums, values, sums);
    }
}
