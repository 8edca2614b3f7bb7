using System.IO.Pipelines;
using Google.Protobuf;
using SecureFL.Grpc.Framing;
using SecureFL.Grpc.Health;
using SecureFL.Grpc.Tests.Contracts;
using SecureFL.Grpc.Tests.Framing;
using SecureFL.Grpc.Tests.Hosting;

namespace SecureFL.Grpc.Tests.Hostile;

/// <summary>
/// Damaged streams, by the million: each gives whole messages, then an end or one of the statuses of the wire; nothing
/// else, and little memory.
/// </summary>
public sealed class MutationTests
{
    private const int MaxMessageBytes = 4 << 20;

    private static readonly ReadLimits Limits =
        new(MaxMessageBytes, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5), 8192, TimeSpan.FromMinutes(5));

    [Fact]
    public Task Twenty_thousand_damaged_streams() => ParseAsync(20_000, 1);

    [Fact]
    [Trait("Category", "Slow")]
    public Task A_million_damaged_streams() => ParseAsync(1_000_000, 20260505);

    [Fact]
    [Trait("Category", "Slow")]
    public Task Five_thousand_damaged_streams_over_a_real_connection() => CallAsync(5_000, 7);

    [Fact]
    public Task Two_hundred_damaged_streams_over_a_real_connection() => CallAsync(200, 3);

    private static async Task ParseAsync(int count, int seed)
    {
        Mutator mutator = new(seed);
        Dictionary<string, int> outcomes = [];
        long largest = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = mutator.Next();
            PipeReader pipe = mutator.Next(8) == 0 ? ChoppedStream.Pipe(bytes, mutator.Next(20) + 1)
                : PipeReader.Create(new System.Buffers.ReadOnlySequence<byte>(bytes));
            long before = GC.GetAllocatedBytesForCurrentThread();
            string outcome = (i % 4) switch
            {
                0 => await DrainAsync(pipe, EchoSummary.Parser),
                1 => await DrainAsync(pipe, HealthCheckRequest.Parser),
                2 => await DrainAsync(pipe, HealthCheckResponse.Parser),
                _ => await DrainAsync(pipe, EchoMessage.Parser),
            };

            // Everything runs on this thread: the pipes are in memory.
            largest = Math.Max(largest, GC.GetAllocatedBytesForCurrentThread() - before - (8L * bytes.Length));
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        // An exception with its stack costs some ten kilobytes; a promised megabyte would show.
        Assert.InRange(largest, 0, 256 << 10);
        Assert.Equal(["Internal", "Ok", "ResourceExhausted"], outcomes.Keys.Order(StringComparer.Ordinal));
        Assert.All(outcomes,
            outcome => Assert.True(outcome.Value > count / 100,
                $"{outcome.Key} only {outcome.Value} times: the mutations have lost their bite"));
    }

    private static async Task<string> DrainAsync<T>(PipeReader pipe, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        using MessageReader<T> reader = new(pipe, parser.WithDiscardUnknownFields(true), Limits, null, default);
        try
        {
            while (await reader.ReadAsync() is { } message)
            {
                // What came out is a message: it can be written, and read again.
                Assert.Equal(message, parser.ParseFrom(message.ToByteArray()));
            }

            return "Ok";
        }
        catch (GrpcException refusal)
        {
            return refusal.Status.ToString();
        }
    }

    private static async Task CallAsync(int count, int seed)
    {
        // Texts of the service that crash or wait are out of a mutation's reach only by chance: a plain one takes its
        // place.
        GrpcService service = new GrpcServiceBuilder(EchoService.Name).Unary(EchoService.Unary,
            (request, _) => Task.FromResult(request)).Build();
        GrpcServerLimits limits = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(service, limits);
        using GrpcChannel honest = server.Connect();
        EchoMessage question = EchoService.Message(10_000);
        Mutator mutator = new(seed);
        Dictionary<string, int> statuses = [];
        RawHttp2 raw = await RawHttp2.ConnectAsync(server.Port, window: int.MaxValue);
        for (int i = 0; i < count; i++)
        {
            if (i % 100 == 0 && i > 0)
            {
                // A new connection; an honest call in between.
                raw.Dispose();
                raw = await RawHttp2.ConnectAsync(server.Port, window: int.MaxValue);
                Assert.Equal(question, await honest.UnaryAsync(EchoService.Unary, question));
            }

            int stream = (2 * (i % 100)) + 1;
            await raw.SendAsync((byte[])[.. RawHttp2.Request(stream, "/securefl.test.v1.Echo/Unary"),
                .. RawHttp2.Message(stream, true, mutator.Next())]);
            string? status = await raw.StatusAsync(stream);
            Assert.True(status is "0" or "8" or "13", $"mutation {i}: {status}");
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
        }

        raw.Dispose();
        Assert.Equal(3, statuses.Count);
        Assert.Equal(0, limits.InFlight.InUse);
    }
}
