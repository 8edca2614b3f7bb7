using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Limits;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Calls;

/// <summary>The guard of a request's body, read as the library reads: whole messages, or nothing.</summary>
public sealed class GuardedBodyTests : IDisposable
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly List<IDisposable> _open = [];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(5000)]
    public async Task Messages_come_out_as_they_went_in_however_they_are_cut(int piece)
    {
        byte[][] sent = [[], new byte[1], [.. Enumerable.Range(0, 3000).Select(i => (byte)i)], [7, 8]];
        Task writing = Task.Run(async () =>
        {
            foreach (byte[] part in sent.SelectMany(message => Frames.Of(message)).Chunk(piece))
            {
                await _pipe.Writer.WriteAsync(part);
            }

            await _pipe.Writer.CompleteAsync();
        });
        GuardedBody body = Body(new GrpcServerLimits());
        foreach (byte[] message in sent)
        {
            Assert.Equal(message, await TakeAsync(body));
        }

        Assert.Null(await TakeAsync(body));
        await writing;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_counts_from_its_prefix_until_the_next_is_asked_for_or_the_only_one_is_done(bool single)
    {
        GrpcServerLimits limits = new() { InFlight = new ByteBudget(8 << 20, TimeSpan.FromMinutes(1)) };
        GuardedBody body = Body(limits, single);
        byte[] frame = Frames.Of(new byte[500_000]);
        await _pipe.Writer.WriteAsync(frame.AsMemory(0, 6));
        Task<byte[]?> taking = TakeAsync(body);
        await Task.Delay(20);
        Assert.Equal(500_000, limits.InFlight.InUse);
        await _pipe.Writer.WriteAsync(frame.AsMemory(6));
        await taking;
        Assert.Equal(500_000, limits.InFlight.InUse);
        await _pipe.Writer.CompleteAsync();
        Assert.Null(await TakeAsync(body));
        Assert.Equal(single ? 500_000 : 0, limits.InFlight.InUse);
        body.Dispose();
        Assert.Equal(0, limits.InFlight.InUse);
    }

    [Fact]
    public async Task A_message_that_finds_no_room_is_refused_and_nothing_of_it_is_fetched()
    {
        GrpcServerLimits limits = new() { InFlight = new ByteBudget(8 << 20, TimeSpan.FromMilliseconds(50), 600_000) };
        GuardedBody first = Body(limits), second = Body(limits);
        await _pipe.Writer.WriteAsync(Frames.Of(new byte[500_000]));
        Assert.NotNull(await TakeAsync(first));
        await _pipe.Writer.WriteAsync(Frames.Of(new byte[400_000]));
        await RefusedAsync(second, StatusCode.ResourceExhausted, "500000 bytes are in flight");
        Assert.Equal(500_000, limits.InFlight.InUse);

        // The pipe is as it was: nothing was consumed, and the reader is free.
        Assert.True(_pipe.Reader.TryRead(out ReadResult result));
        Assert.Equal(400_005, result.Buffer.Length);
    }

    [Theory]
    [InlineData("01000000021000", StatusCode.Internal, "compressed")]
    [InlineData("02000000021000", StatusCode.Internal, "2 arrived")]
    [InlineData("ff000000021000", StatusCode.Internal, "255 arrived")]
    [InlineData("0000100001", StatusCode.ResourceExhausted, "1048577 bytes arrives; the limit is 1048576")]
    [InlineData("00ffffffff", StatusCode.ResourceExhausted, "4294967295 bytes arrives; the limit is 1048576")]
    [InlineData("0080000000", StatusCode.ResourceExhausted, "2147483648 bytes arrives")]
    public async Task Broken_prefixes_are_refused_before_a_byte_of_the_message(string hex, StatusCode status,
        string detail)
    {
        await _pipe.Writer.WriteAsync(Convert.FromHexString(hex));
        await RefusedAsync(Body(new GrpcServerLimits { MaxReceiveMessageBytes = 1 << 20 }), status, detail);
    }

    [Theory]
    [InlineData("", "no message within 0.05 s")]
    [InlineData("0000", "no message within 0.05 s")]
    [InlineData("000000000901", "a message of 9 bytes is not there after 0.05")]
    public async Task Who_sends_nothing_or_half_runs_out_of_time(string hex, string detail)
    {
        await _pipe.Writer.WriteAsync(Convert.FromHexString(hex));
        await RefusedAsync(Body(Hasty), StatusCode.DeadlineExceeded, detail);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_that_is_quiet_or_does_not_end_runs_out_of_time(bool single)
    {
        await _pipe.Writer.WriteAsync(Frames.Of(new byte[3]));
        GuardedBody body = Body(Hasty, single);
        Assert.NotNull(await TakeAsync(body));
        await RefusedAsync(body, StatusCode.DeadlineExceeded, "no message within 0.06 s");
    }

    [Fact]
    public async Task A_quiet_stream_without_idle_limit_goes_on()
    {
        GuardedBody body = Body(Hasty with { StreamIdleTimeout = Timeout.InfiniteTimeSpan });
        await _pipe.Writer.WriteAsync(Frames.Of(new byte[3]));
        Assert.NotNull(await TakeAsync(body));
        Task<byte[]?> next = TakeAsync(body);
        await Task.Delay(200);
        Assert.False(next.IsCompleted);
        await _pipe.Writer.WriteAsync(Frames.Of(new byte[2]));
        Assert.Equal(2, (await next)!.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_prefix_that_stays_half_runs_out_of_time_on_a_stream_that_may_be_quiet(int bytes)
    {
        GuardedBody body = Body(Hasty with { StreamIdleTimeout = Timeout.InfiniteTimeSpan });
        await _pipe.Writer.WriteAsync(Frames.Of(new byte[3]));
        Assert.NotNull(await TakeAsync(body));
        await _pipe.Writer.WriteAsync(new byte[bytes]);
        await RefusedAsync(body, StatusCode.DeadlineExceeded, "no message within 0.05").WaitAsync(
            TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_prefix_that_trickles_gets_no_further_time_with_each_byte()
    {
        GuardedBody body = Body(Hasty with { StreamIdleTimeout = Timeout.InfiniteTimeSpan });
        await _pipe.Writer.WriteAsync(Frames.Of(new byte[3]));
        Assert.NotNull(await TakeAsync(body));
        await _pipe.Writer.WriteAsync(new byte[1]);
        Task refused = RefusedAsync(body, StatusCode.DeadlineExceeded, "no message within 0.05");
        for (int i = 0; i < 3; i++)
        {
            await Task.Delay(40);
            await _pipe.Writer.WriteAsync(new byte[1]);
        }

        await refused.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_call_that_ends_and_a_peer_that_leaves_are_cancellations()
    {
        GuardedBody body = Body(new GrpcServerLimits(), out GrpcCall call);
        Task<byte[]?> reading = TakeAsync(body);
        call.End();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        GuardedBody other = Body(new GrpcServerLimits());
        await _pipe.Writer.CompleteAsync(new IOException("the connection was reset"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TakeAsync(other));
    }

    public void Dispose() => _open.ForEach(one => one.Dispose());

    private static GrpcServerLimits Hasty => new()
    {
        MessageTimeout = TimeSpan.FromMilliseconds(50),
        StreamIdleTimeout = TimeSpan.FromMilliseconds(60),
    };

    private GuardedBody Body(GrpcServerLimits limits, bool single = false) => Body(limits, out _, single);

    private GuardedBody Body(GrpcServerLimits limits, out GrpcCall call, bool single = false)
    {
        DefaultHttpContext http = new();
        http.Connection.Id = "a peer";
        call = new GrpcCall(http, limits, NullLogger.Instance);
        GuardedBody body = new(_pipe.Reader, call, single);
        _open.AddRange([body, call]);
        return body;
    }

    private static async Task<byte[]?> TakeAsync(GuardedBody body)
    {
        while (true)
        {
            ReadResult result = await body.ReadAsync();
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (buffer.Length >= Frames.PrefixBytes)
            {
                SequenceReader<byte> prefix = new(buffer.Slice(1));
                prefix.TryReadBigEndian(out int length);
                if (buffer.Length >= Frames.PrefixBytes + length)
                {
                    byte[] message = buffer.Slice(Frames.PrefixBytes, length).ToArray();
                    body.AdvanceTo(buffer.GetPosition(Frames.PrefixBytes + length));
                    return message;
                }
            }

            body.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return null;
            }
        }
    }

    private static async Task RefusedAsync(GuardedBody body, StatusCode status, string detail)
    {
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(() => TakeAsync(body));
        Assert.Equal(status, fault.StatusCode);
        Assert.Contains(detail, fault.Detail, StringComparison.Ordinal);
    }
}
