using Google.Protobuf;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests;

public sealed class ContractTests
{
    [Fact]
    public void An_upload_part_is_one_field_on_the_wire()
    {
        byte[] bytes = new UploadPart { ChunkMessage = ByteString.CopyFrom(5, 6) }.ToByteArray();
        Assert.Equal([0x12, 0x02, 5, 6], bytes);
        Assert.Equal(UploadPart.PartOneofCase.ChunkMessage, UploadPart.Parser.ParseFrom(bytes).PartCase);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(98_375)]
    [InlineData(3_000_000)]
    public void A_shared_chunk_stays_where_it_arrived(int length)
    {
        UploadPart part = new()
        { ChunkMessage = ByteString.CopyFrom([.. Enumerable.Range(0, length).Select(i => (byte)i)]) };
        byte[] bytes = part.ToByteArray();
        UploadPart shared = SharedUploadPart.Parse(bytes);
        Assert.Equal(part, shared);
        Assert.True(length == 0 || bytes.AsSpan().Overlaps(shared.ChunkMessage.Span));
    }

    /// <summary>Whatever a peer sends: the short way says what the generated parser says.</summary>
    [Fact]
    public void Sharing_reads_what_the_parser_reads()
    {
        MessageParser<UploadPart> parser = UploadPart.Parser.WithDiscardUnknownFields(true);
        byte[][] valid =
        [
            new UploadPart { ChunkMessage = ByteString.CopyFrom(new byte[200]) }.ToByteArray(),
            new UploadPart { HeaderMessage = ByteString.CopyFrom(1, 2, 3) }.ToByteArray(),
            new UploadPart { Start = new UploadStart { Round = 7, FirstChunk = 3 } }.ToByteArray(),
            [0x12, 0x82, 0x00, 5, 6],
            [0x12, 0x82, 0x80, 0x80, 0x80, 0x00, 5, 6],
            [0x12, 0x02, 5, 6, 0x12, 0x01, 7],
            [0x12, 0x03, 5, 6],
            [0x12],
            [],
        ];
        Random random = new(1);
        int refused = 0;
        for (int i = 0; i < 200_000; i++)
        {
            byte[] bytes = [.. valid[i % valid.Length]];
            for (int change = random.Next(4); change > 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(Math.Min(bytes.Length, 12))] = (byte)random.Next(256);
            }

            bytes = bytes[..random.Next(Math.Max(0, bytes.Length - 3), bytes.Length + 1)];
            UploadPart? expected = Try(() => parser.ParseFrom(bytes));
            Assert.Equal(expected, Try(() => SharedUploadPart.Parse(bytes)));
            refused += expected is null ? 1 : 0;
        }

        Assert.InRange(refused, 1000, 190_000);
    }

    private static UploadPart? Try(Func<UploadPart> parse)
    {
        try
        {
            return parse();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
