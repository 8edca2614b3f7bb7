using System.Buffers;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using SecureFL.Testing;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Calls;

/// <summary>Messages out of the buffers of the wire.</summary>
[Collection(Alone.Name)]
public sealed class MarshallerTests
{
    [Fact]
    public void Unknown_fields_are_dropped_for_they_cost_seventy_times_their_bytes()
    {
        byte[] fields = new byte[900_000];
        CodedOutputStream writer = new(fields);
        int length = 0;
        for (int number = 1000; length + 8 < fields.Length; number++, length = (int)writer.Position)
        {
            writer.WriteTag((uint)number << 3);
            writer.WriteInt32(0);
        }

        length = (int)writer.Position;
        writer.Flush();
        long before = GC.GetTotalMemory(true);
        EchoMessage message =
            EchoService.Unary.Requests.ContextualDeserializer(new Payload(fields.AsMemory(0, length)));
        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, 8 << 20);
        Assert.Equal(new EchoMessage(), message);

        // The attack works on a parser that keeps them, so this test can fail.
        before = GC.GetTotalMemory(true);
        EchoMessage kept = EchoMessage.Parser.ParseFrom(fields, 0, length);
        Assert.True(GC.GetTotalMemory(true) - before > 16 << 20);
        GC.KeepAlive(kept);
    }

    [Theory]
    [InlineData("0a7f01")]
    [InlineData("0a7f")]
    [InlineData("ff")]
    public void What_is_no_message_is_refused_shared_or_not(string hex)
    {
        GrpcMethod<EchoMessage, EchoMessage> sharing = Sharing(bytes => EchoMessage.Parser.ParseFrom(bytes.Span));
        foreach (GrpcMethod<EchoMessage, EchoMessage> method in
            (GrpcMethod<EchoMessage, EchoMessage>[])[EchoService.Unary, sharing])
        {
            GrpcException fault = Assert.Throws<GrpcException>(() => Received<EchoMessage>.Of(method)
                .ContextualDeserializer(new Payload(Convert.FromHexString(hex))));
            Assert.Equal(StatusCode.Internal, fault.StatusCode);
            Assert.Contains("no EchoMessage", fault.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nested_groups_deeper_than_the_parsers_limit_are_refused() =>
        Assert.Equal(StatusCode.Internal, Assert.Throws<GrpcException>(() => EchoService.Unary.Requests
            .ContextualDeserializer(new Payload(Enumerable.Repeat((byte)0x3b, 100_000).ToArray()))).StatusCode);

    [Fact]
    public void A_shared_message_lies_in_memory_that_is_its_own_until_it_is_done()
    {
        ReadOnlyMemory<byte> lent = default;
        GrpcMethod<EchoMessage, EchoMessage> sharing = Sharing(bytes =>
        {
            lent = bytes;
            return EchoMessage.Parser.ParseFrom(bytes.Span);
        });
        byte[] sent = EchoService.Message(3000).ToByteArray();
        Received<EchoMessage> received = Received<EchoMessage>.Of(sharing).ContextualDeserializer(new Payload(sent));
        byte[] meanwhile = ArrayPool<byte>.Shared.Rent(sent.Length);
        Assert.False(meanwhile.AsSpan().Overlaps(lent.Span));
        Assert.Equal(sent, lent.ToArray());
        received.Dispose();
        received.Dispose();
        byte[] next = ArrayPool<byte>.Shared.Rent(sent.Length);
        Assert.True(next.AsSpan().Overlaps(lent.Span), "the memory is the pool's again");
        Assert.False(ArrayPool<byte>.Shared.Rent(sent.Length).AsSpan().Overlaps(lent.Span), "it is so once");
    }

    [Fact]
    public async Task A_stream_of_shared_messages_reads_what_was_sent()
    {
        GrpcMethod<EchoMessage, EchoSummary> sharing = new(EchoService.Name, "Up", EchoMessage.Parser,
            EchoSummary.Parser)
        {
            ShareRequest = bytes => new EchoMessage { Payload = UnsafeByteOperations.UnsafeWrap(bytes) }
        };
        GrpcService service = new GrpcServiceBuilder(EchoService.Name).ClientStreaming(sharing, async (parts, _) =>
        {
            StringBuilder seen = new();
            await foreach (EchoMessage part in parts)
            {
                seen.Append(EchoMessage.Parser.ParseFrom(part.Payload).Text);
            }

            return new EchoSummary { Text = seen.ToString() };
        }).Build();
        await using LoopbackServer server = await LoopbackServer.StartAsync(service);
        using GrpcChannel channel = server.Connect();
        string[] sent = [.. Enumerable.Range(0, 200).Select(i => new string((char)('a' + (i % 26)), i * 10))];
        EchoSummary summary = await channel.UploadAsync(
            sent.Select(text => new EchoMessage { Text = text }).ToAsyncEnumerable());
        Assert.Equal(string.Concat(sent), summary.Text);
    }

    private static GrpcMethod<EchoMessage, EchoMessage> Sharing(Func<ReadOnlyMemory<byte>, EchoMessage> share) =>
        new(EchoService.Name, "Unary", EchoMessage.Parser, EchoMessage.Parser) { ShareRequest = share };

    private sealed class Payload(ReadOnlyMemory<byte> bytes) : DeserializationContext
    {
        public override int PayloadLength => bytes.Length;

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(bytes);
    }
}
