using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Tests.Calls;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Hostile;

/// <summary>Servers that answer our client with anything but gRPC, on raw sockets.</summary>
public sealed class HostileServerTests
{
    // Longer than any machine takes: only what is meant to run out of time does.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly byte[] Ok = Head((":status", "200"), ("content-type", "application/grpc"));

    [Theory]
    [InlineData("00ffffffff", StatusCode.ResourceExhausted)]
    [InlineData("000000000a0102", StatusCode.Internal)]
    [InlineData("0100000000", StatusCode.Internal)]
    [InlineData("00000000030a7f01", StatusCode.Internal)]
    [InlineData("00000000000000000000", StatusCode.Internal)]
    [InlineData("", StatusCode.Internal)]
    public async Task Broken_messages_before_a_good_status(string hex, StatusCode status) =>
        await ExpectAsync(status, Ok, RawHttp2.Message(1, false, Convert.FromHexString(hex)),
            Head(true, ("grpc-status", "0")));

    [Theory]
    [InlineData("grpc-status", "5", StatusCode.NotFound, StatusCode.NotFound)]
    [InlineData("grpc-status", "99", StatusCode.Unknown, StatusCode.Unknown)]
    [InlineData("grpc-status", "-1", StatusCode.Unknown, StatusCode.Unknown)]
    [InlineData("grpc-status", "x", StatusCode.Cancelled, StatusCode.Internal)]
    [InlineData("other", "x", StatusCode.Cancelled, StatusCode.Cancelled)]
    public async Task Strange_trailers(string name, string value, StatusCode afterMessage, StatusCode alone)
    {
        await ExpectAsync(afterMessage, Ok, RawHttp2.Message(1, false, 0, 0, 0, 0, 0), Head(true, (name, value)));
        await ExpectAsync(alone, Head(true, (":status", "200"), ("content-type", "application/grpc"), (name, value)));
    }

    [Theory]
    [InlineData("503", "application/grpc", StatusCode.Unavailable)]
    [InlineData("404", "text/html", StatusCode.Unimplemented)]
    [InlineData("401", "text/html", StatusCode.Unauthenticated)]
    [InlineData("200", "text/html", StatusCode.Cancelled)]
    [InlineData("302", "text/html", StatusCode.Unknown)]
    public async Task Answers_that_are_http_only(string http, string type, StatusCode status) =>
        await ExpectAsync(status, Head((":status", http), ("content-type", type)),
            RawHttp2.Message(1, true, "<html>"u8));

    [Theory]
    [InlineData(0x1, StatusCode.Internal)]
    [InlineData(0x2, StatusCode.Internal)]
    [InlineData(0x8, StatusCode.Cancelled)]
    [InlineData(0xb, StatusCode.ResourceExhausted)]
    [InlineData(0xc, StatusCode.PermissionDenied)]
    public async Task Resets_map_as_the_specification_says(byte code, StatusCode status)
    {
        await ExpectAsync(status, RawHttp2.Frame(RawFrame.Reset, 0, 1, [0, 0, 0, code]));
        await ExpectAsync(status, Ok, RawHttp2.Message(1, false, 0, 0, 0, 0, 5, 1),
            RawHttp2.Frame(RawFrame.Reset, 0, 1, [0, 0, 0, code]));
    }

    [Fact]
    public async Task A_compressed_stream_that_nobody_asked_for() =>
        await ExpectAsync(StatusCode.Internal,
            Head((":status", "200"), ("content-type", "application/grpc"), ("grpc-encoding", "gzip")));

    [Fact]
    public async Task A_stall_within_a_message_runs_out_of_time() =>
        Assert.Equal(StatusCode.DeadlineExceeded,
            (await FailAsync(close: false, [Ok, RawHttp2.Message(1, false, 0, 0, 0, 0, 9, 1)],
                TimeSpan.FromSeconds(1))).StatusCode);

    [Fact]
    public async Task Connections_that_end_early_are_unavailable()
    {
        await ExpectAsync(StatusCode.Unavailable, close: true);
        await ExpectAsync(StatusCode.Unavailable, close: true, Ok);
        await ExpectAsync(StatusCode.Unavailable, close: true, Ok, RawHttp2.Message(1, false, 0, 0, 0, 0, 9, 1));
    }

    [Fact]
    public async Task Garbage_instead_of_frames_is_an_error_and_no_crash()
    {
        Random random = new(5);
        for (int i = 0; i < 30; i++)
        {
            byte[] garbage = new byte[random.Next(1, 200)];
            random.NextBytes(garbage);
            GrpcException fault = await FailAsync(close: true, [garbage]);
            Assert.True(fault.StatusCode is StatusCode.Unavailable or StatusCode.Internal, fault.ToString());
        }
    }

    private static byte[] Head(params (string Name, string Value)[] fields) => Head(false, fields);

    private static byte[] Head(bool end, params (string Name, string Value)[] fields) =>
        RawHttp2.Frame(RawFrame.Headers, (byte)(end ? 5 : 4), 1, RawHttp2.Block(fields));

    private static Task ExpectAsync(StatusCode status, params byte[][] answer) =>
        ExpectAsync(status, false, answer);

    private static async Task ExpectAsync(StatusCode status, bool close, params byte[][] answer)
    {
        GrpcException fault = await FailAsync(close, answer);
        Assert.True(fault.StatusCode == status, fault.ToString());
    }

    private static async Task<GrpcException> FailAsync(bool close, byte[][] answer, TimeSpan? messageTimeout = null)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using CancellationTokenSource done = new();
        Task serving = Task.Run(async () =>
        {
            using NetworkStream stream = new(await listener.AcceptAsync(done.Token), ownsSocket: true);
            using RawHttp2 raw = new(stream);
            await stream.ReadExactlyAsync(new byte[24]);
            await raw.SendAsync((byte[])[.. RawHttp2.Frame(RawFrame.Settings, 0, 0, []),
                .. RawHttp2.Frame(RawFrame.Settings, 1, 0, [])]);
            RawFrame? frame;
            do
            {
                frame = await raw.ReadAsync(done.Token);
            }
            while (frame is { EndsStream: false });

            foreach (byte[] part in answer)
            {
                await raw.SendAsync(part);
            }

            while (!close && await raw.ReadAsync(done.Token) is not null)
            {
            }
        });
        using GrpcChannel channel = new(
            new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}"),
            new GrpcChannelOptions
            {
                AllowInsecureLoopback = true,
                MessageTimeout = messageTimeout ?? Patience,
                MinReceiveBytesPerSecond = 1 << 20
            });
        try
        {
            return await Assert.ThrowsAsync<GrpcException>(
                () => channel.UnaryAsync(EchoService.Unary, new EchoMessage(),
                    new GrpcCallOptions { Timeout = Patience }));
        }
        finally
        {
            await done.CancelAsync();
            await Record.ExceptionAsync(() => serving);
        }
    }
}
