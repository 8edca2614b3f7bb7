using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SecureFL.Ring.Memory;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Testing;

namespace SecureFL.Ring.Tests;

public sealed class SecretBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void BuffersAreAlignedAndZeroed(int length)
    {
        AlignedBuffer<double> buffer = new(length);
        Assert.Equal(length, buffer.Span.Length);
        Assert.True(buffer.Span.IndexOfAnyExcept(0.0) < 0);
        if (length > 0)
        {
            Assert.Equal(0, AddressOf(buffer.Span) % 64);
        }
    }

    [Fact]
    public void DisposalErasesAndCloses()
    {
        SecretBuffer<int> buffer = new(100);
        buffer.Span.Fill(7);
        Span<int> kept = buffer.Span;
        buffer.Dispose();
        Assert.True(kept.IndexOfAnyExcept(0) < 0);
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
        Assert.Equal("SecretBuffer", buffer.ToString());
    }

    [Fact]
    public void ClearingKeepsTheBufferUsable()
    {
        using SecretBuffer<int> buffer = new(100);
        buffer.Span.Fill(7);
        buffer.Clear();
        Assert.True(buffer.Span.IndexOfAnyExcept(0) < 0);
    }

    [Fact]
    public void SamplersEraseTheirRandomBits()
    {
        using Keystream stream = new(TestEntropy.Key(1));
        int[] samples = new int[512];
        TernarySampler ternary = new(512);
        ternary.Fill(stream, samples);
        Span<ulong> words = Words(ternary).Span;
        Assert.True(words.IndexOfAnyExcept(0UL) >= 0);
        ternary.Dispose();
        Assert.True(words.IndexOfAnyExcept(0UL) < 0);

        DiscreteGaussianSampler gaussian = new(512);
        gaussian.Fill(stream, samples);
        words = Words(gaussian).Span;
        Assert.True(words.IndexOfAnyExcept(0UL) >= 0);
        gaussian.Dispose();
        Assert.True(words.IndexOfAnyExcept(0UL) < 0);

        CenteredBinomialSampler binomial = new(512);
        binomial.Fill(stream, samples);
        Span<byte> packed = Packed(binomial).Span;
        Assert.True(packed.IndexOfAnyExcept((byte)0) >= 0);
        binomial.Dispose();
        Assert.True(packed.IndexOfAnyExcept((byte)0) < 0);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_words")]
    private static extern ref SecretBuffer<ulong> Words(TernarySampler sampler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_words")]
    private static extern ref SecretBuffer<ulong> Words(DiscreteGaussianSampler sampler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_packed")]
    private static extern ref SecretBuffer<byte> Packed(CenteredBinomialSampler sampler);

    private static unsafe long AddressOf(Span<double> span) => (long)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));
}
