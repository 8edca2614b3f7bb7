using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SecureFL.Ring.Memory;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Testing;

namespace SecureFL.Ring.Tests;

[Collection(Alone.Name)]
public sealed class SecretBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void Buffers_are_aligned_and_zeroed(int length)
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
    public void Disposal_erases_and_closes()
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
    public void Memory_of_an_erased_secret_serves_one_later_buffer_and_is_zero()
    {
        SecretBuffer<short> first = new(1237);
        first.Span.Fill(7);
        Span<short> memory = first.Span;
        first.Dispose();
        first.Dispose();
        first.Clear();
        using SecretBuffer<short> second = new(1237);
        using SecretBuffer<short> third = new(1237);
        Assert.True(memory.Overlaps(second.Span));
        Assert.False(second.Span.Overlaps(third.Span));
        Assert.True(second.Span.IndexOfAnyExcept((short)0) < 0);
        second.Span.Fill(8);
        first.Dispose();
        first.Clear();
        Assert.True(second.Span.IndexOfAnyExcept((short)8) < 0);
    }

    [Fact]
    public void Spare_memory_is_bounded()
    {
        // Spare memory is kept by the type of its elements, and nobody else has these.
        const int length = (1 << 19) + 3;
        SecretBuffer<ushort>[] buffers = [.. Enumerable.Range(0, 20).Select(_ => new SecretBuffer<ushort>(length))];
        Array.ForEach(buffers, buffer => buffer.Dispose());
        int kept = 0;
        while (SpareBuffers<ushort>.Take(length) is not null)
        {
            kept++;
        }

        Assert.InRange(kept, 1, 8);
    }

    [Fact]
    public void Buffers_of_many_threads_never_share_memory() => Parallel.For(0, 64, worker =>
    {
        for (int round = 0; round < 200; round++)
        {
            using SecretBuffer<int> mine = new(1543);
            Assert.True(mine.Span.IndexOfAnyExcept(0) < 0);
            mine.Span.Fill(worker + 1);
            Thread.Yield();
            Assert.True(mine.Span.IndexOfAnyExcept(worker + 1) < 0);
        }
    });

    [Fact]
    public void Clearing_keeps_the_buffer_usable()
    {
        using SecretBuffer<int> buffer = new(100);
        buffer.Span.Fill(7);
        buffer.Clear();
        Assert.True(buffer.Span.IndexOfAnyExcept(0) < 0);
    }

    [Fact]
    public void Samplers_erase_their_random_bits()
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

    private static unsafe long AddressOf(Span<double> span) =>
        (long)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));
}
