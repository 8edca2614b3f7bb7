using Google.Protobuf;
using Grpc.Core;
using SecureFL.Client.Models;
using SecureFL.Messages.Violations;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Clients;

/// <summary>What a server sends in parts is never longer than the client says that it can be.</summary>
public sealed class PartialFileTests : IDisposable
{
    private const ulong Least = 4;
    private const ulong Most = 1000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-partial-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Draft => Path.Combine(_folder.FullName, "1.part");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>A total below what came before leaves less than nothing to come.</summary>
    [Fact]
    public async Task A_total_below_what_came_in_a_former_attempt_is_refused_with_102_and_fills_no_disk()
    {
        await Assert.ThrowsAsync<GrpcException>(() => TransferAsync(BreakOffAsync));
        Assert.Equal(500, new FileInfo(Draft).Length);

        ProtocolViolationException refusal =
            await Assert.ThrowsAsync<ProtocolViolationException>(() => TransferAsync(EndlessAsync));

        Assert.Equal((ViolationCode.Oversized, Party.Server), (refusal.Code, refusal.Offender));
        Assert.Equal(0, new FileInfo(Draft).Length);
    }

    private Task TransferAsync(Func<ulong, IAsyncEnumerable<ModelPart>> ask) =>
        PartialFile.TransferAsync(Draft, ask, Least, Most, Token);

    private static async IAsyncEnumerable<ModelPart> BreakOffAsync(ulong offset)
    {
        yield return Part(Most, offset, 500);
        await Task.Yield();
        throw new GrpcException(StatusCode.Unavailable, "gone");
    }

    private static async IAsyncEnumerable<ModelPart> EndlessAsync(ulong offset)
    {
        for (ulong at = offset; at < 100 * Most; at += 500)
        {
            yield return Part(Least, at, 500);
            await Task.Yield();
        }
    }

    private static ModelPart Part(ulong total, ulong offset, int bytes) =>
        new() { TotalBytes = total, Offset = offset, Data = ByteString.CopyFrom(new byte[bytes]) };
}
