using System.Buffers.Binary;
using SecureFL.Encoding.Contributions;
using SecureFL.Encoding.Planning;

namespace SecureFL.Encoding.Tests;

public sealed class ContributionFormatTests
{
    private static readonly AggregationParameters Parameters = ContributionSamples.Parameters;
    private static readonly byte[] Valid = ContributionSamples.Encode(1);

    [Fact]
    public void TheLayoutIsTheDocumentedOne()
    {
        Assert.Equal(2, Parameters.ChunkCount);
        Assert.Equal(56 + (2 * (12 + Parameters.ChunkBytes)), Valid.Length);
        Assert.Equal(Valid.Length, ContributionFormat.EncodedBytes(Parameters));
        List<ulong[]> chunks = [];
        Assert.Null(ContributionSamples.Judge(Valid, chunks));
        Assert.Equal(2, chunks.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(56)]
    [InlineData(1000)]
    [InlineData(1 << 20)]
    public void PiecesOfAnySizeGiveTheSameChunks(int piece)
    {
        RoundTrip.Upload upload = RoundTrip.Create(Parameters, 1);
        ContributionReader reader = new(Parameters);
        List<byte> seen = [];
        long expected = 0;
        for (int at = 0; at < Valid.Length; at += piece)
        {
            reader.Read(Valid.AsSpan(at, Math.Min(piece, Valid.Length - at)), (chunk, packed) =>
            {
                Assert.Equal(expected++, chunk);
                seen.AddRange(packed);
            });
        }

        reader.Finish();
        Assert.True(reader.IsComplete);
        Assert.Equal(upload.Packed, seen);
    }

    [Fact]
    public void AStreamRoundTripsToTheSum()
    {
        using ContributionAccumulator accumulator = new(Parameters);
        RoundTrip.Upload[] uploads = [.. Enumerable.Range(1, 2).Select(i => RoundTrip.Create(Parameters, i))];
        for (int client = 1; client <= 2; client++)
        {
            using MemoryStream stream = new(ContributionSamples.Encode(client));
            ContributionReader.ReadAll(Parameters, stream, accumulator.Add);
        }

        long[] sums = RoundTrip.Open(accumulator, RoundTrip.SumOfKeys(Parameters, uploads), out bool inside);
        Assert.True(inside);
        Assert.Equal(uploads[0].Quantised.Zip(uploads[1].Quantised, (a, b) => a + b), sums);
    }

    [Theory]
    [InlineData(0, 8, 0xFFUL, "magic", "53464C636F6E7472")]
    [InlineData(8, 2, 2UL, "format version", "version 1")]
    [InlineData(8, 2, 0UL, "format version", "version 1")]
    [InlineData(10, 2, 1UL, "flags", "0")]
    [InlineData(12, 4, 0UL, "chunk bytes", null)]
    [InlineData(12, 4, 0xFFFFFFFFUL, "chunk bytes", null)]
    [InlineData(12, 4, 0x80000000UL, "chunk bytes", null)]
    [InlineData(16, 8, 0UL, "chunk count", "2")]
    [InlineData(16, 8, 1UL, "chunk count", "2")]
    [InlineData(16, 8, 3UL, "chunk count", "2")]
    [InlineData(16, 8, ulong.MaxValue, "chunk count", "2")]
    [InlineData(16, 8, 1UL << 63, "chunk count", "2")]
    [InlineData(24, 8, 0UL, "parameter digest", null)]
    [InlineData(56, 8, 1UL, "chunk index", "0")]
    [InlineData(56, 8, ulong.MaxValue, "chunk index", "0")]
    [InlineData(64, 4, 0UL, "chunk length", null)]
    [InlineData(64, 4, 0xFFFFFFFFUL, "chunk length", null)]
    [InlineData(64, 4, 0x7FFFFFFFUL, "chunk length", null)]
    public void AWrongNumberNamesFieldExpectedAndReceived(int at, int size, ulong value, string field, string? expected)
    {
        byte[] bytes = [.. Valid];
        byte[] word = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(word, value);
        word.AsSpan(0, size).CopyTo(bytes.AsSpan(at));
        CiphertextFormatException refusal = Refusal(bytes);
        Assert.Equal(field, refusal.Field);
        Assert.Equal(expected ?? refusal.Expected, refusal.Expected);
        Assert.NotEqual(refusal.Expected, refusal.Received);
        Assert.Contains(refusal.Received, refusal.Message, StringComparison.Ordinal);
        if (field is "format version")
        {
            Assert.Equal($"version {value}", refusal.Received);
        }
        else if (field is not ("magic" or "parameter digest"))
        {
            Assert.Contains($"{value}", refusal.Received, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ADigestOfOtherParametersNamesBoth()
    {
        AggregationParameters other = ContributionSamples.Create(1501);
        CiphertextFormatException refusal = Assert.Throws<CiphertextFormatException>(() => new ContributionReader(other).Read(Valid, (_, _) => { }));
        Assert.Equal("parameter digest", refusal.Field);
        Assert.Equal(Convert.ToHexString(other.Digest), refusal.Expected);
        Assert.Equal(Convert.ToHexString(Parameters.Digest), refusal.Received);
    }

    [Fact]
    public void EveryTruncationIsRefused()
    {
        for (int length = 0; length < Valid.Length; length += length < 80 || length > Valid.Length - 20 ? 1 : 97)
        {
            CiphertextFormatException refusal = Refusal(Valid.AsSpan(0, length));
            Assert.Equal("contribution length", refusal.Field);
            Assert.Equal($"{Valid.Length} bytes", refusal.Expected);
            Assert.Equal($"{length} bytes", refusal.Received);
        }
    }

    [Fact]
    public void DuplicateSwappedTrailingAndOversizedAreRefused()
    {
        int frame = 12 + Parameters.ChunkBytes;
        byte[] header = Valid[..56];
        byte[] first = Valid[56..(56 + frame)];
        byte[] second = Valid[(56 + frame)..];
        AssertRefused("chunk index", "1", "0", [.. header, .. first, .. first]);
        AssertRefused("chunk index", "0", "1", [.. header, .. second, .. first]);
        Assert.Equal("contribution length", Refusal([.. Valid, 0]).Field);
        Assert.Equal("contribution length", Refusal([.. Valid, .. second]).Field);
        Assert.Equal("contribution length", Refusal([.. Valid, .. Valid]).Field);
    }

    [Fact]
    public void ResiduesAreCheckedByTheAccumulator()
    {
        byte[] bytes = [.. Valid];
        bytes.AsSpan(68, 512).Fill(0xFF);
        using ContributionAccumulator accumulator = new(Parameters);
        CiphertextFormatException refusal = Assert.Throws<CiphertextFormatException>(() => new ContributionReader(Parameters).Read(bytes, accumulator.Add));
        Assert.StartsWith("residue", refusal.Field, StringComparison.Ordinal);
        Assert.Equal(-1, accumulator.Sums(0).IndexOfAnyExcept(0UL));
    }

    [Fact]
    public void ARefusedReaderStaysRefused()
    {
        ContributionReader reader = new(Parameters);
        byte[] bytes = [.. Valid];
        bytes[0] ^= 1;
        Assert.Throws<CiphertextFormatException>(() => reader.Read(bytes, (_, _) => { }));
        Assert.Throws<InvalidOperationException>(() => reader.Read(Valid, (_, _) => { }));
        Assert.Throws<InvalidOperationException>(reader.Finish);
        ContributionReader truncated = new(Parameters);
        truncated.Read(Valid.AsSpan(0, 100), (_, _) => { });
        Assert.Throws<CiphertextFormatException>(truncated.Finish);
        Assert.Throws<InvalidOperationException>(() => truncated.Read(Valid.AsSpan(100), (_, _) => { }));
    }

    /// <summary>A peer that announces 2^63 chunks of 4 GiB makes the reader allocate its own buffer of one chunk and an exception.</summary>
    [Fact]
    public void NothingIsAllocatedByAPeersNumbers()
    {
        byte[] bytes = [.. Valid];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), uint.MaxValue);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), ulong.MaxValue >> 1);
        Refusal(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refusal(bytes);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < Parameters.ChunkBytes + 20_000);
    }

    [Fact]
    public void ReadingAllocatesNothingInSteadyState()
    {
        ContributionReader reader = new(Parameters);
        ChunkReceiver receive = (_, _) => { };
        reader.Read(Valid.AsSpan(0, 100), receive);
        long before = GC.GetAllocatedBytesForCurrentThread();
        reader.Read(Valid.AsSpan(100), receive);
        reader.Finish();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void TheWriterRefusesWhatTheReaderWould()
    {
        using MemoryStream stream = new();
        ContributionWriter writer = new(Parameters, stream);
        byte[] chunk = new byte[Parameters.ChunkBytes];
        Assert.Throws<ArgumentException>(() => writer.WriteChunk(chunk.AsSpan(1)));
        writer.WriteChunk(chunk);
        Assert.False(writer.IsComplete);
        writer.WriteChunk(chunk);
        Assert.True(writer.IsComplete);
        Assert.Throws<InvalidOperationException>(() => writer.WriteChunk(chunk));
        Assert.Throws<ArgumentException>(() => ContributionFormat.WriteHeader(Parameters, new byte[55]));
        Assert.Throws<ArgumentException>(() => ContributionFormat.WriteFrameHeader(Parameters, 0, new byte[11]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ContributionFormat.WriteFrameHeader(Parameters, 2, new byte[12]));
        Assert.Equal("header length", Assert.Throws<CiphertextFormatException>(() => ContributionFormat.CheckHeader(Parameters, Valid.AsSpan(0, 55))).Field);
        Assert.Equal("frame header length", Assert.Throws<CiphertextFormatException>(() => ContributionFormat.CheckFrameHeader(Parameters, 0, Valid.AsSpan(56, 11))).Field);
    }

    private static CiphertextFormatException Refusal(ReadOnlySpan<byte> bytes)
    {
        ContributionReader reader = new(Parameters);
        try
        {
            reader.Read(bytes, (_, _) => { });
            reader.Finish();
        }
        catch (CiphertextFormatException refusal)
        {
            return refusal;
        }

        Assert.Fail("accepted");
        return null;
    }

    private static void AssertRefused(string field, string expected, string received, byte[] bytes)
    {
        CiphertextFormatException refusal = Refusal(bytes);
        Assert.Equal((field, expected, received), (refusal.Field, refusal.Expected, refusal.Received));
    }
}
