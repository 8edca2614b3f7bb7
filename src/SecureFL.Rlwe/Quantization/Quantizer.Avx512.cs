using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SecureFL.Rlwe.Quantization;

/// <summary>
/// The same bits, sixteen values at a time: all eight columns of the generator in one vector, floor and fraction in one
/// instruction each.
/// </summary>
public sealed partial class Quantizer
{
    private static class Avx512
    {
        private const byte TowardMinusInfinity = 1;

        internal static bool IsSupported => Avx512F.IsSupported && Avx512DQ.IsSupported;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        internal static bool Round<TMode>(Quantizer quantizer, ReadOnlySpan<float> values, Span<int> run)
            where TMode : struct, IRoundingMode
        {
            ref float from = ref MemoryMarshal.GetReference(values[..Run]);
            ref int to = ref MemoryMarshal.GetReference(run[..Run]);
            Vector512<float> scale = Vector512.Create(quantizer._scale);
            Vector512<float> limit = Vector512.Create(quantizer._limit);
            Vector512<float> least = -limit;
            Vector512<float> clip = Vector512.Create(quantizer._clip);
            Vector512<uint> magnitude = Vector512.Create(0x7FFFFFFFu);
            Vector512<uint> largest = Vector512<uint>.Zero;
            Vector512<int> clipped = Vector512<int>.Zero;
            quantizer._generator.Load(out Vector512<ulong> s1, out Vector512<ulong> s0);
            for (nuint i = 0; i < Run; i += (nuint)Vector512<float>.Count)
            {
                Vector512<float> x = Vector512.LoadUnsafe(ref from, i);
                Vector512<uint> absolute = x.AsUInt32() & magnitude;
                largest = Vector512.Max(largest, absolute);
                clipped -= Vector512.GreaterThan(absolute.AsSingle(), clip).AsInt32();
                Vector512<float> t = Avx512F.Min(Avx512F.Max(x * scale, least), limit);
                Vector512<int> rounded;
                if (TMode.IsStochastic)
                {
                    Vector512<ulong> random = s0 + s1;
                    RoundingGenerator.Step(ref s1, ref s0);
                    Vector512<float> uniform = Vector512.ConvertToSingle((random.AsUInt32() >>> 8).AsInt32())
                        * Vector512.Create(TwoToMinus24);
                    Vector512<int> floor = Avx512F.ConvertToVector512Int32(t, FloatRoundingMode.ToNegativeInfinity);
                    rounded = floor - Vector512.LessThan(uniform, Avx512DQ.Reduce(t, TowardMinusInfinity)).AsInt32();
                }
                else
                {
                    rounded = Avx512F.ConvertToVector512Int32(t);
                }

                rounded.StoreUnsafe(ref to, i);
            }

            if (TMode.IsStochastic)
            {
                quantizer._generator.Save(s1, s0);
            }

            quantizer.ClippedCount += Vector512.Sum(clipped);
            return Vector512.LessThanAll(largest, Vector512.Create(InfinityBits));
        }
    }
}
