using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Tests.Contracts;

namespace SecureFL.Transport.Server.Tests.Hosting;

/// <summary>Calls of Up: a stream of requests, one response. On the wire it is a call with streams both ways.</summary>
internal static class Uploads
{
    /// <summary>Sends all of a stream while it reads the one response, which may come first.</summary>
    public static async Task<EchoSummary> UploadAsync(this GrpcChannel channel, IAsyncEnumerable<EchoMessage> requests,
        GrpcCallOptions? options = null)
    {
        await using GrpcDuplexCall<EchoMessage, EchoSummary> call = channel.Duplex(EchoService.Up, options);
        Task feeding = FeedAsync(call, requests);
        EchoSummary? summary = null;
        await foreach (EchoSummary response in call.Responses)
        {
            Assert.Null(summary);
            summary = response;
        }

        call.Dispose();
        await Record.ExceptionAsync(() => feeding);
        return summary ?? throw new InvalidOperationException("a call that ended well has a response");
    }

    private static async Task FeedAsync(GrpcDuplexCall<EchoMessage, EchoSummary> call,
        IAsyncEnumerable<EchoMessage> requests)
    {
        await foreach (EchoMessage request in requests)
        {
            await call.Requests.WriteAsync(request);
        }

        await call.CompleteAsync();
    }
}
