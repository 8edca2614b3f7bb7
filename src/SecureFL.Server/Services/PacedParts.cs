using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using SecureFL.Server.Uploads;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Server.Calls;

namespace SecureFL.Server.Services;

/// <summary>
/// The parts of an upload that has its place: they keep the least rate, or the call ends. One reader at a time.
/// </summary>
/// <param name="parts">The parts.</param>
/// <param name="call">Their call.</param>
/// <param name="limits">The least rate.</param>
/// <param name="partBytes">The largest part.</param>
internal sealed class PacedParts(IAsyncEnumerator<UploadPart> parts, GrpcCall call, ServerLimits limits, int partBytes)
    : IDisposable
{
    private readonly UploadPace _pace = new(limits.MinUploadBytesPerSecond, limits.UploadGrace, partBytes);
    private readonly CancellationTokenSource _late = new();
    private readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>Time since the upload got its place.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_began);

    /// <summary>The next part is there; false: there is none.</summary>
    /// <exception cref="GrpcException">DEADLINE_EXCEEDED: the upload is too slow.</exception>
    public async ValueTask<bool> MoveNextAsync()
    {
        long began = Stopwatch.GetTimestamp();
        try
        {
            using CancellationTokenRegistration end = _late.Token.Register(call.End);
            _late.CancelAfter(_pace.Left);
            bool more = await parts.MoveNextAsync().ConfigureAwait(false);
            _late.CancelAfter(Timeout.InfiniteTimeSpan);
            _pace.Came(more ? parts.Current.CalculateSize() : 0, Stopwatch.GetElapsedTime(began));
            return _late.IsCancellationRequested ? throw TooSlow(began) : more;
        }
        catch (OperationCanceledException) when (_late.IsCancellationRequested)
        {
            throw TooSlow(began);
        }
    }

    public void Dispose() => _late.Dispose();

    private GrpcException TooSlow(long began) => new(StatusCode.DeadlineExceeded, string.Create(
        CultureInfo.InvariantCulture,
        $"the upload brought {_pace.Bytes} bytes in {(_pace.Waited + Stopwatch.GetElapsedTime(began)).TotalSeconds:0} "
        + $"s; the least rate is {limits.MinUploadBytesPerSecond} bytes a second, on average beyond "
        + $"{limits.UploadGrace.TotalSeconds:0.#} s. What came is kept: resume it"));
}
