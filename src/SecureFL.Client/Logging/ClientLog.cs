using Microsoft.Extensions.Logging;

namespace SecureFL.Client.Logging;

/// <summary>
/// What a client logs: rounds, ids, counts, sizes, and what models reach on the site's own rows; never values or keys.
/// </summary>
internal static partial class ClientLog
{
    [LoggerMessage(101, LogLevel.Information, "client {Index} of plan {Plan} follows {Server}")]
    internal static partial void Started(ILogger logger, int index, string plan, Uri server);

    [LoggerMessage(102, LogLevel.Information, "the connection ended ({Reason}); next attempt in {Seconds:0.0} s")]
    internal static partial void Disconnected(ILogger logger, string reason, double seconds);

    [LoggerMessage(103, LogLevel.Debug, "round {Round}: {Phase}, {Contributions} of {Wanted} contributions")]
    internal static partial void State(ILogger logger, ulong round, string phase, uint contributions, uint wanted);

    [LoggerMessage(104, LogLevel.Information, "round {Round}: {Kind} on model version {Version}")]
    internal static partial void Begins(ILogger logger, ulong round, string kind, ulong version);

    [LoggerMessage(116, LogLevel.Information, "model version {Version} on this site's own rows: {Metrics}")]
    internal static partial void Measured(ILogger logger, int version, string metrics);

    [LoggerMessage(105, LogLevel.Information, "round {Round}: contribution {Contribution} stored, {Chunks} chunks")]
    internal static partial void Stored(ILogger logger, ulong round, string contribution, long chunks);

    [LoggerMessage(106, LogLevel.Information, "round {Round}: uploading from chunk {First} of {Chunks}")]
    internal static partial void Uploading(ILogger logger, ulong round, long first, long chunks);

    [LoggerMessage(107, LogLevel.Information,
        "round {Round}: {Percent} % of the contribution is durable at the server")]
    internal static partial void Progress(ILogger logger, ulong round, int percent);

    [LoggerMessage(108, LogLevel.Information, "round {Round}: contribution accepted")]
    internal static partial void Accepted(ILogger logger, ulong round);

    [LoggerMessage(109, LogLevel.Warning, "round {Round}: this client sits it out: {Reason}")]
    internal static partial void SitsOut(ILogger logger, ulong round, string reason);

    [LoggerMessage(110, LogLevel.Information, "round {Round}: {Reason}; next attempt in {Seconds:0.0} s")]
    internal static partial void TriesAgain(ILogger logger, ulong round, string reason, double seconds);

    [LoggerMessage(111, LogLevel.Information, "round {Round} is over; its work is left")]
    internal static partial void Left(ILogger logger, ulong round);

    [LoggerMessage(112, LogLevel.Information, "round {Round} is proven dead; its model is free again")]
    internal static partial void Buried(ILogger logger, ulong round);

    [LoggerMessage(113, LogLevel.Information, "model {Model}: {Bytes} bytes fetched and checked")]
    internal static partial void ModelFetched(ILogger logger, string model, long bytes);

    [LoggerMessage(115, LogLevel.Information, "key epoch {Epoch}: joint key {Key} checked")]
    internal static partial void KeyChecked(ILogger logger, ulong epoch, string key);

    [LoggerMessage(119, LogLevel.Warning, "round {Round}: {Warning}")]
    internal static partial void Quantisation(ILogger logger, ulong round, string warning);

    [LoggerMessage(121, LogLevel.Information, "round {Round}: this client has no part in it: {Reason}")]
    internal static partial void LeftOut(ILogger logger, ulong round, string reason);

    [LoggerMessage(117, LogLevel.Information,
        "the update from model version {Version} is {Age} versions old and counts {Weight:0.###} times")]
    internal static partial void Stale(ILogger logger, int version, int age, double weight);

    [LoggerMessage(118, LogLevel.Information,
        "the update from model version {Version} is dropped at version {Newest}, updates may be {Most} versions "
        + "old: training starts anew")]
    internal static partial void TooStale(ILogger logger, int version, int newest, int most);

    [LoggerMessage(120, LogLevel.Warning,
        "the server no longer knows whether round {Round} had this client's contribution: what error feedback held "
        + "back is dropped, so that nothing counts twice")]
    internal static partial void ResidualLost(ILogger logger, ulong round);

    [LoggerMessage(122, LogLevel.Information,
        "version {Version}: the sum of {Contributors} contributions is checked, and makes model {Model}")]
    internal static partial void Verified(ILogger logger, ulong version, int contributors, string model);

    [LoggerMessage(123, LogLevel.Warning,
        "taken up at version {Version}, model {Model}, which the newest certificate stands on: the sums before it were "
        + "not checked here")]
    internal static partial void Joined(ILogger logger, ulong version, string model);

    [LoggerMessage(124, LogLevel.Warning,
        "answered under plan {Plan} ({Words}), and again under this one, as was approved: {Questions}")]
    internal static partial void AnsweredAgain(ILogger logger, string questions, string plan, string words);

    [LoggerMessage(114, LogLevel.Information, "the session has ended: {Reason}")]
    internal static partial void Ended(ILogger logger, string reason);
}
