using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;
using SecureFL.Grpc.Framing;
using SecureFL.Grpc.Tests.Contracts;
using SecureFL.Grpc.Tests.Hosting;
using SecureFL.Testing;

namespace SecureFL.Grpc.Tests.Framing;

[Collection(Alone.Name)]
public sealed class MessageReaderTests
{
    private static readonly ReadLimits Limits =
        new(1 << 20, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30), 8192, TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(5000)]
    [InlineData(1 << 20)]
    public async Task Messages_come_out_as_they_went_in_however_they_are_cut(int piece)
    {
        EchoMessage[] sent = [new(), EchoService.Message(1), EchoService.Message(3000),
            new EchoMessage { Text = "last" }];
        ArrayBufferWriter<byte> wire = new();
        foreach (EchoMessage message in sent)
        {
            MessageFrame.Write(wire, message, MessageFrame.SizeOf(message, int.MaxValue));
        }

        using MessageReader<EchoMessage> reader = Reader(ChoppedStream.Pipe(wire.WrittenMemory, piece));
        foreach (EchoMessage message in sent)
        {
            Assert.Equal(message, await reader.ReadAsync());
        }

        Assert.Null(await reader.ReadAsync());
    }

    [Fact]
    public async Task A_shared_message_lies_in_memory_that_is_its_own_until_the_next_is_asked_for()
    {
        EchoMessage[] sent = [EchoService.Message(3000), EchoService.Message(2000), EchoService.Message(3000)];
        ArrayBufferWriter<byte> wire = new();
        foreach (EchoMessage message in sent)
        {
            MessageFrame.Write(wire, message, MessageFrame.SizeOf(message, int.MaxValue));
        }

        ReadOnlyMemory<byte> lent = default;
        using MessageReader<EchoMessage> reader =
            new(ChoppedStream.Pipe(wire.WrittenMemory, 700), EchoService.Unary.Requests, Limits, null, default,
                share: bytes =>
        {
            lent = bytes;
            return EchoMessage.Parser.ParseFrom(bytes.Span);
        });
        foreach (EchoMessage message in sent)
        {
            Assert.Equal(message, await reader.ReadAsync());
            Assert.Equal(message.ToByteArray(), lent.ToArray());
        }

        Assert.Null(await reader.ReadAsync());
    }

    [Fact]
    public async Task The_only_message_of_a_stream_keeps_its_memory_while_the_end_is_read()
    {
        ArrayBufferWriter<byte> wire = new();
        EchoMessage message = EchoService.Message(3000);
        MessageFrame.Write(wire, message, MessageFrame.SizeOf(message, int.MaxValue));
        ReadOnlyMemory<byte> lent = default;
        using MessageReader<EchoMessage> reader =
            new(ChoppedStream.Pipe(wire.WrittenMemory, 5000), EchoService.Unary.Requests, Limits, null, default,
                share: bytes =>
        {
            lent = bytes;
            return EchoMessage.Parser.ParseFrom(bytes.Span);
        });
        await reader.ReadSingleAsync();
        byte[] next = ArrayPool<byte>.Shared.Rent(lent.Length);
        Assert.False(next.AsSpan().Overlaps(lent.Span));
        Assert.Equal(message.ToByteArray(), lent.ToArray());
    }

    [Fact]
    public async Task What_a_sharing_parser_refuses_is_refused_like_any_other()
    {
        ArrayBufferWriter<byte> wire = new();
        EchoMessage message = EchoService.Message(10);
        MessageFrame.Write(wire, message, MessageFrame.SizeOf(message, int.MaxValue));
        using MessageReader<EchoMessage> reader = new(
            ChoppedStream.Pipe(wire.WrittenMemory, 700), EchoService.Unary.Requests, Limits, null, default,
            share: _ => EchoMessage.Parser.ParseFrom([0x0a, 9]));
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(() => reader.ReadAsync().AsTask());
        Assert.Equal(GrpcStatusCode.Internal, fault.Status);
    }

    [Fact]
    public void Both_ways_of_writing_give_the_same_bytes()
    {
        EchoMessage message = EchoService.Message(300, "x", 5);
        ArrayBufferWriter<byte> wire = new();
        MessageFrame.Write(wire, message, message.CalculateSize());
        byte[] span = new byte[MessageFrame.PrefixBytes + message.CalculateSize()];
        MessageFrame.Write(span, message, message.CalculateSize());
        Assert.Equal(wire.WrittenSpan, span);
        Assert.Equal(0, span[0]);
        Assert.Equal(message.CalculateSize(), BinaryPrimitives.ReadInt32BigEndian(span.AsSpan(1)));
        Assert.Equal(message.ToByteArray(), span[5..]);
    }

    [Theory]
    [InlineData("00", GrpcStatusCode.Internal, "1 bytes of 5")]
    [InlineData("00000000", GrpcStatusCode.Internal, "4 bytes of 5")]
    [InlineData("0000000003", GrpcStatusCode.Internal, "0 bytes of 3")]
    [InlineData("00000000030a", GrpcStatusCode.Internal, "1 bytes of 3")]
    [InlineData("01000000021000", GrpcStatusCode.Internal, "compressed")]
    [InlineData("02000000021000", GrpcStatusCode.Internal, "2 arrived")]
    [InlineData("ff000000021000", GrpcStatusCode.Internal, "255 arrived")]
    [InlineData("0000100001", GrpcStatusCode.ResourceExhausted, "1048577 bytes arrives; the limit is 1048576")]
    [InlineData("00ffffffff", GrpcStatusCode.ResourceExhausted, "4294967295 bytes arrives; the limit is 1048576")]
    [InlineData("0080000000", GrpcStatusCode.ResourceExhausted, "2147483648 bytes arrives")]
    [InlineData("00000000030a7f01", GrpcStatusCode.Internal, "no EchoMessage")]
    [InlineData("00000000020a7f", GrpcStatusCode.Internal, "no EchoMessage")]
    [InlineData("0000000001ff", GrpcStatusCode.Internal, "no EchoMessage")]
    public async Task Broken_streams_end_with_the_right_status(string hex, GrpcStatusCode status, string detail)
    {
        foreach (int piece in (int[])[1, 100])
        {
            using MessageReader<EchoMessage> reader = Reader(ChoppedStream.Pipe(Convert.FromHexString(hex), piece));
            GrpcException fault = await Assert.ThrowsAsync<GrpcException>(() => reader.ReadAsync().AsTask());
            Assert.Equal(status, fault.Status);
            Assert.Contains(detail, fault.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", "without its one message")]
    [InlineData("00000000000000000000", "more than the one message")]
    public async Task A_unary_stream_holds_one_message(string hex, string detail)
    {
        using MessageReader<EchoMessage> reader = Reader(ChoppedStream.Pipe(Convert.FromHexString(hex), 100));
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(() => reader.ReadSingleAsync().AsTask());
        Assert.Equal(GrpcStatusCode.Internal, fault.Status);
        Assert.Contains(detail, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prefix_that_promises_much_costs_nothing()
    {
        byte[] promise = [0, 0x3f, 0xff, 0xff, 0xff, 1, 2, 3];
        ReadLimits wide = Limits with { MaxMessageBytes = int.MaxValue };
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            using MessageReader<EchoMessage> reader =
                new(ChoppedStream.Pipe(promise, 100), EchoService.Unary.Requests, wide, null, default);
            await Assert.ThrowsAsync<GrpcException>(() => reader.ReadAsync().AsTask());
        }

        // A gigabyte promised a hundred times: far below a megabyte each, exceptions and stack traces included.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100L << 20);
    }

    [Fact]
    public async Task Unknown_fields_are_dropped_for_they_cost_seventy_times_their_bytes()
    {
        byte[] fields = new byte[900_000];
        int length = 0;
        for (int number = 1000; length + 8 < fields.Length; number++)
        {
            length += WriteVarint(fields.AsSpan(length), (uint)number << 3);
            fields[length++] = 0;
        }

        byte[] frame = [0, .. BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(length)),
            .. fields.AsSpan(0, length)];
        long before = GC.GetTotalMemory(true);
        using MessageReader<EchoMessage> reader = Reader(ChoppedStream.Pipe(frame, 1 << 20));
        EchoMessage? message = await reader.ReadAsync();
        long held = GC.GetTotalMemory(true) - before;
        Assert.Equal(new EchoMessage(), message);
        Assert.InRange(held, long.MinValue, 8 << 20);
        GC.KeepAlive(frame);

        // The attack works on a parser that keeps them, so this test can fail.
        before = GC.GetTotalMemory(true);
        EchoMessage kept = EchoMessage.Parser.ParseFrom(fields, 0, length);
        Assert.True(GC.GetTotalMemory(true) - before > 16 << 20);
        GC.KeepAlive(kept);
    }

    [Fact]
    public async Task Nested_groups_deeper_than_the_parsers_limit_are_refused()
    {
        byte[] groups = [.. Enumerable.Repeat((byte)0x3b, 100_000)];
        byte[] frame = [0, .. BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(groups.Length)), .. groups];
        using MessageReader<EchoMessage> reader = Reader(ChoppedStream.Pipe(frame, 1 << 20));
        Assert.Equal(GrpcStatusCode.Internal,
            (await Assert.ThrowsAsync<GrpcException>(() => reader.ReadAsync().AsTask())).Status);
    }

    [Fact]
    public async Task Slow_messages_and_idle_streams_run_out_of_time()
    {
        ReadLimits hasty = Limits with
        {
            FirstTimeout = TimeSpan.FromMilliseconds(50),
            MessageTimeout = TimeSpan.FromMilliseconds(50),
            IdleTimeout = TimeSpan.FromMilliseconds(50)
        };
        Pipe nothing = new();
        Assert.Contains("no message within 0.05 s", (await FailAsync(nothing, hasty)).Detail, StringComparison.Ordinal);
        Pipe half = new();
        await half.Writer.WriteAsync((byte[])[0, 0, 0, 0, 9, 1]);
        Assert.Contains("a message of 9 bytes is not there after 0.05", (await FailAsync(half, hasty)).Detail,
            StringComparison.Ordinal);

        Pipe idle = new();
        await idle.Writer.WriteAsync((byte[])[0, 0, 0, 0, 0]);
        using MessageReader<EchoMessage> reader = new(idle.Reader, EchoService.Unary.Requests, hasty, null, default);
        Assert.NotNull(await reader.ReadAsync());
        Assert.Equal(GrpcStatusCode.DeadlineExceeded,
            (await Assert.ThrowsAsync<GrpcException>(() => reader.ReadAsync().AsTask())).Status);
    }

    [Fact]
    public async Task A_quiet_stream_without_idle_limit_goes_on()
    {
        ReadLimits patient = Limits with
        { IdleTimeout = Timeout.InfiniteTimeSpan, MessageTimeout = TimeSpan.FromMilliseconds(50) };
        Pipe pipe = new();
        await pipe.Writer.WriteAsync((byte[])[0, 0, 0, 0, 0]);
        using MessageReader<EchoMessage> reader = new(pipe.Reader, EchoService.Unary.Requests, patient, null, default);
        Assert.NotNull(await reader.ReadAsync());
        Task<EchoMessage?> next = reader.ReadAsync().AsTask();
        await Task.Delay(200);
        Assert.False(next.IsCompleted);
        await pipe.Writer.WriteAsync((byte[])[0, 0, 0, 0, 0]);
        Assert.NotNull(await next);
    }

    private static MessageReader<EchoMessage> Reader(PipeReader pipe) =>
        new(pipe, EchoService.Unary.Requests, Limits, null, default);

    private static async Task<GrpcException> FailAsync(Pipe pipe, ReadLimits limits)
    {
        using MessageReader<EchoMessage> reader = new(pipe.Reader, EchoService.Unary.Requests, limits, null, default);
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(() => reader.ReadAsync().AsTask());
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, fault.Status);
        return fault;
    }

    private static int WriteVarint(Span<byte> destination, uint value)
    {
        int length = 0;
        for (; value > 0x7f; value >>= 7)
        {
            destination[length++] = (byte)(value | 0x80);
        }

        destination[length++] = (byte)value;
        return length;
    }
}
