using System.Net.Http.Headers;
using Grpc.Core;

namespace SecureFL.Transport.Calls;

/// <summary>Puts <see cref="GuardedResponse"/> around every response.</summary>
internal sealed class ResponseGuard(GrpcChannelOptions options, HttpMessageHandler handler) : DelegatingHandler(handler)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request,
        CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.Headers.NonValidated.TryGetValues("grpc-encoding", out HeaderStringValues encodings)
            && encodings.Any(encoding => encoding != "identity"))
        {
            response.Dispose();
            throw new GrpcException(StatusCode.Internal, "the server compresses, though nobody asked");
        }

        HttpContentHeaders headers = response.Content.Headers;
        response.Content = new StreamContent(new GuardedResponse(
            await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), options));
        foreach ((string name, HeaderStringValues values) in headers.NonValidated)
        {
            response.Content.Headers.TryAddWithoutValidation(name, values);
        }

        return response;
    }
}
