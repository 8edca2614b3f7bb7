using System.Runtime.CompilerServices;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Calls;

public sealed class CallKindsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    [InlineData(4_000_000)]
    public async Task Unary_calls_return_what_they_sent(int bytes)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using GrpcChannel channel = server.Connect();
        EchoMessage sent = EchoService.Message(bytes, "grüße", 7);
        Assert.Equal(sent, await channel.UnaryAsync(EchoService.Unary, sent));
    }

    [Fact]
    public async Task Server_streams_arrive_in_order_and_end()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using GrpcChannel channel = server.Connect();
        int expected = 0;
        await foreach (EchoMessage message in
            channel.ServerStreamingAsync(EchoService.Down, EchoService.Message(10_000, number: 300)))
        {
            Assert.Equal(expected++, message.Number);
            Assert.Equal(10_000, message.Payload.Length);
        }

        Assert.Equal(300, expected);
        await foreach (EchoMessage _ in channel.ServerStreamingAsync(EchoService.Down, new EchoMessage()))
        {
            Assert.Fail("an empty stream has no message");
        }
    }

    [Fact]
    public async Task Responses_that_are_written_concurrently_arrive_whole_in_some_order()
    {
        GrpcService service = new GrpcServiceBuilder(EchoService.Name).ServerStreaming(EchoService.Down,
            (request, responses, call) => Task.WhenAll(Enumerable.Range(0, request.Number).Select(i =>
                responses.WriteAsync(EchoService.Message(1_000_000 + i, number: i), call.Cancellation).AsTask())))
            .Build();
        await using LoopbackServer server = await LoopbackServer.StartAsync(service);
        using GrpcChannel channel = server.Connect();
        List<int> numbers = [];
        await foreach (EchoMessage message in
            channel.ServerStreamingAsync(EchoService.Down, new EchoMessage { Number = 20 }))
        {
            Assert.Equal(EchoService.Message(1_000_000 + message.Number, number: message.Number), message);
            numbers.Add(message.Number);
        }

        Assert.Equal(Enumerable.Range(0, 20), numbers.Order());
    }

    [Fact]
    public async Task A_response_that_is_given_up_lets_the_next_one_pass_once_there_is_room()
    {
        TaskCompletionSource givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
        GrpcService service = new GrpcServiceBuilder(EchoService.Name).ServerStreaming(EchoService.Down,
            async (_, responses, call) =>
            {
                // More than the peer's window: sooner or later one waits for the peer.
                using CancellationTokenSource impatience = new();
                int sent = 0;
                try
                {
                    while (true)
                    {
                        impatience.CancelAfter(1000);
                        await responses.WriteAsync(EchoService.Message(1_000_000, number: ++sent), impatience.Token);
                    }
                }
                catch (OperationCanceledException)
                {
                    givenUp.SetResult();
                }

                await responses.WriteAsync(new EchoMessage { Text = "the last", Number = sent + 1 });
            }).Build();
        await using LoopbackServer server = await LoopbackServer.StartAsync(service);
        using GrpcChannel channel = server.Connect();
        int expected = 0;
        string last = "";
        await foreach (EchoMessage message in channel.ServerStreamingAsync(EchoService.Down, new EchoMessage()))
        {
            await givenUp.Task.WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(++expected, message.Number);
            last = message.Text;
        }

        Assert.Equal("the last", last);
    }

    [Fact]
    public async Task Client_streams_are_counted_whole_beyond_every_window()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using GrpcChannel channel = server.Connect();
        EchoSummary summary = await channel.UploadAsync(Messages(40, 1_000_000));
        Assert.Equal((40, 40_000_000L), (summary.Messages, summary.Bytes));
        EchoSummary none = await channel.UploadAsync(Messages(0, 0));
        Assert.Equal(0, none.Messages);
    }

    [Fact]
    public async Task Duplex_calls_answer_message_by_message()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using GrpcChannel channel = server.Connect();
        await using GrpcDuplexCall<EchoMessage, EchoMessage> call = channel.Duplex(EchoService.Both);
        await using IAsyncEnumerator<EchoMessage> responses =
            call.Responses.GetAsyncEnumerator(TestContext.Current.CancellationToken);
        for (int i = 0; i < 20; i++)
        {
            EchoMessage sent = EchoService.Message(i * 1000, number: i);
            await call.Requests.WriteAsync(sent, TestContext.Current.CancellationToken);
            Assert.True(await responses.MoveNextAsync());
            Assert.Equal(sent, responses.Current);
        }

        await call.CompleteAsync(TestContext.Current.CancellationToken);
        Assert.False(await responses.MoveNextAsync());
    }

    [Fact]
    public async Task Concurrent_writers_send_whole_messages()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using GrpcChannel channel = server.Connect();
        await using GrpcDuplexCall<EchoMessage, EchoMessage> call = channel.Duplex(EchoService.Both);
        Task writing = Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                await call.Requests.WriteAsync(EchoService.Message(20_000 + writer, number: (writer * 50) + i));
            }
        }))).ContinueWith(async _ => await call.CompleteAsync(), TaskScheduler.Default).Unwrap();
        List<int> numbers = [];
        await foreach (EchoMessage message in call.Responses)
        {
            Assert.Equal(EchoService.Message(20_000 + (message.Number / 50)).Payload, message.Payload);
            numbers.Add(message.Number);
        }

        await writing;
        Assert.Equal(Enumerable.Range(0, 200), numbers.Order());
    }

    private static async IAsyncEnumerable<EchoMessage> Messages(int count, int bytes,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (int i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return EchoService.Message(bytes);
        }
    }
}
