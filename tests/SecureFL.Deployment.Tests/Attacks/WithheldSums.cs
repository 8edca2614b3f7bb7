using Grpc.Core;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Calls;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>Says to one client that no sum is kept.</summary>
internal sealed class WithheldSums(int victim) : ITampering
{
    public const string Words = "gone, all of them";

    public byte[]? Sum(int client, ulong version, string file) =>
        client == victim ? throw new GrpcException(StatusCode.NotFound, Words) : null;
}
