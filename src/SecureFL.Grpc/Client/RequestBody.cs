using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using SecureFL.Grpc.Framing;

namespace SecureFL.Grpc.Client;

/// <summary>The body of a request: framed messages, each written from one pooled buffer.</summary>
internal abstract class RequestBody : HttpContent
{
    protected RequestBody() => Headers.ContentType = new MediaTypeHeaderValue(WireNames.ContentType);

    /// <summary>Cancelled when the call is over on this side.</summary>
    public CancellationToken Call { get; set; }

    protected static async ValueTask WriteAsync(Stream stream, IMessage message, int maxBytes,
        CancellationToken cancellation)
    {
        int size = MessageFrame.SizeOf(message, maxBytes);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MessageFrame.PrefixBytes + size);
        try
        {
            MessageFrame.Write(buffer, message, size);
            await stream.WriteAsync(buffer.AsMemory(0, MessageFrame.PrefixBytes + size), cancellation)
                .ConfigureAwait(false);
            await stream.FlushAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected abstract override Task SerializeToStreamAsync(Stream stream, TransportContext? context,
        CancellationToken cancellationToken);
}

/// <summary>A body of one message.</summary>
internal sealed class SingleBody(IMessage message, int maxBytes) : RequestBody
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context,
        CancellationToken cancellationToken) =>
        await WriteAsync(stream, message, maxBytes, cancellationToken).ConfigureAwait(false);
}
