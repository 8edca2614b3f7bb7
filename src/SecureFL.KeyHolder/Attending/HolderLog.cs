using Microsoft.Extensions.Logging;

namespace SecureFL.KeyHolder.Attending;

/// <summary>What a key holder logs: ids, rounds, codes and sizes; never values, shares or keys.</summary>
internal static partial class HolderLog
{
    [LoggerMessage(1, LogLevel.Information, "key holder {Index} of plan {Plan} has {Records} ledger records")]
    internal static partial void Started(ILogger logger, int index, string plan, long records);

    [LoggerMessage(2, LogLevel.Information, "attending at {Server}")]
    internal static partial void Attending(ILogger logger, Uri server);

    [LoggerMessage(3, LogLevel.Information, "the connection ended ({Reason}); next attempt in {Seconds:0.0} s")]
    internal static partial void Disconnected(ILogger logger, string reason, double seconds);

    [LoggerMessage(4, LogLevel.Information, "enough peers confirm that the ledger is not behind")]
    internal static partial void Confirmed(ILogger logger);

    [LoggerMessage(5, LogLevel.Debug, "task {Id} {Task}: {Bytes} bytes answered")]
    internal static partial void Answered(ILogger logger, ulong id, string task, int bytes);

    [LoggerMessage(6, LogLevel.Warning, "task {Id} {Task} is refused: {Detail}")]
    internal static partial void Refused(ILogger logger, ulong id, string task, string detail);

    [LoggerMessage(7, LogLevel.Debug, "task {Id} {Task} waits for the peers' word on the ledger")]
    internal static partial void Deferred(ILogger logger, ulong id, string task);

    [LoggerMessage(8, LogLevel.Information, "round {Round}: {What}")]
    internal static partial void Signed(ILogger logger, ulong round, string what);

    [LoggerMessage(9, LogLevel.Warning, "round {Round} was not decided within its life: its key is erased")]
    internal static partial void Expired(ILogger logger, ulong round);
}
