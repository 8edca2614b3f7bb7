using SecureFL.Transport.Contracts;

namespace SecureFL.Server;

/// <summary>
/// All that the server logs: numbers of rounds and parties, digests, sizes. Never a value, a share, a key.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Round {Round} begun: {Kind}")]
    internal static partial void RoundBegun(ILogger logger, ulong round, RoundKind kind);

    [LoggerMessage(2, LogLevel.Information, "Round {Round} restored: {Phase}, {Accepted} contributions")]
    internal static partial void RoundRestored(ILogger logger, ulong round, RoundPhase phase, int accepted);

    [LoggerMessage(3, LogLevel.Information, "Round {Round} opened with {Entries} key holders, opening {Opening}")]
    internal static partial void RoundOpened(ILogger logger, ulong round, int entries, string opening);

    [LoggerMessage(4, LogLevel.Information, "Round {Round}: contribution {Contribution} of client {Client} accepted")]
    internal static partial void ContributionAccepted(ILogger logger, ulong round, int client, string contribution);

    [LoggerMessage(5, LogLevel.Information, "Round {Round}: client {Client} withdrew")]
    internal static partial void ContributionWithdrawn(ILogger logger, ulong round, int client);

    [LoggerMessage(6, LogLevel.Information,
        "Round {Round} closed with {Contributions} contributions, certificate {Certificate}")]
    internal static partial void RoundClosed(ILogger logger, ulong round, int contributions, string certificate);

    [LoggerMessage(7, LogLevel.Information, "Round {Round} agreed by {Votes} votes")]
    internal static partial void RoundCertified(ILogger logger, ulong round, int votes);

    [LoggerMessage(8, LogLevel.Information,
        "Round {Round}: sum of {Contributors} contributions opened, version {Version} with model {Model}")]
    internal static partial void SumOpened(ILogger logger, ulong round, int contributors, ulong version, string model);

    [LoggerMessage(29, LogLevel.Information, "The model after training round {Round}: {Metrics}")]
    internal static partial void RoundMeasured(ILogger logger, int round, string metrics);

    [LoggerMessage(30, LogLevel.Information,
        "Round {Round}: preparation by {Step}, {Opened} of {Steps} steps, from {Contributors}; without {Absent}")]
    internal static partial void Prepared(ILogger logger, ulong round, string step, int opened, int steps,
        string contributors, string absent);

    [LoggerMessage(31, LogLevel.Warning, "Round {Round}: {Warning}")]
    internal static partial void Quantisation(ILogger logger, ulong round, string warning);

    [LoggerMessage(33, LogLevel.Warning, "Round {Round}: {Few}")]
    internal static partial void DeadlinePassed(ILogger logger, ulong round, string few);

    [LoggerMessage(9, LogLevel.Warning, "Round {Round} could not be opened yet: {Why}")]
    internal static partial void OpeningFailed(ILogger logger, ulong round, string why);

    [LoggerMessage(10, LogLevel.Warning, "Round {Round} is to be declared dead: {Why}")]
    internal static partial void RoundAborting(ILogger logger, ulong round, string why);

    [LoggerMessage(32, LogLevel.Error, "The opened sum of round {Round} cannot be read")]
    internal static partial void SumUnreadable(ILogger logger, ulong round, Exception fault);

    [LoggerMessage(11, LogLevel.Warning, "Round {Round} is dead: {Why}")]
    internal static partial void RoundDead(ILogger logger, ulong round, string why);

    [LoggerMessage(28, LogLevel.Error, "Round {Round} was spoiled: {Why}; its contributors wait for another model")]
    internal static partial void RoundSpoiled(ILogger logger, ulong round, string why);

    [LoggerMessage(12, LogLevel.Information, "Rounds may start: {Allowance} (-1: all)")]
    internal static partial void RoundsAllowed(ILogger logger, long allowance);

    [LoggerMessage(13, LogLevel.Information, "Rounds are paused")]
    internal static partial void Paused(ILogger logger);

    [LoggerMessage(14, LogLevel.Information, "The session has ended: {Why}")]
    internal static partial void SessionEnded(ILogger logger, string why);

    [LoggerMessage(15, LogLevel.Information, "Key holder {Holder} attends with {Versions} model versions")]
    internal static partial void HolderAttends(ILogger logger, int holder, ulong versions);

    [LoggerMessage(16, LogLevel.Information, "Key holder {Holder} left")]
    internal static partial void HolderLeft(ILogger logger, int holder);

    [LoggerMessage(17, LogLevel.Warning, "Key holder {Holder} refuses {Task} of round {Round} with code {Code}")]
    internal static partial void TaskRefused(ILogger logger, int holder, string task, ulong round, uint code);

    [LoggerMessage(18, LogLevel.Error, "The disk fails; nothing is lost, the server tries again")]
    internal static partial void DiskFails(ILogger logger, Exception fault);

    [LoggerMessage(19, LogLevel.Warning,
        "The transcript file is behind the state; the bytes are kept and written later")]
    internal static partial void TranscriptBehind(ILogger logger, Exception fault);

    [LoggerMessage(20, LogLevel.Warning, "Files of round {Round} could not be tidied up")]
    internal static partial void TidyingFailed(ILogger logger, ulong round, Exception fault);

    [LoggerMessage(21, LogLevel.Critical, "The round engine has stopped")]
    internal static partial void EngineStopped(ILogger logger, Exception fault);

    [LoggerMessage(22, LogLevel.Information, "Serving plan {Plan} on {Addresses}")]
    internal static partial void Serving(ILogger logger, string plan, string addresses);

    [LoggerMessage(24, LogLevel.Information, "{Step}")]
    internal static partial void SuiteStep(ILogger logger, string step);

    [LoggerMessage(26, LogLevel.Warning, "{Setback}")]
    internal static partial void SuiteSetback(ILogger logger, string setback);

    [LoggerMessage(23, LogLevel.Warning, "{Method}: {Peer} refused with code {Code}")]
    internal static partial void Violation(ILogger logger, string method, string peer, int code);

    [LoggerMessage(34, LogLevel.Error, "A step is refused and tried again; nothing has changed")]
    internal static partial void StepRefused(ILogger logger, Exception refusal);

    [LoggerMessage(27, LogLevel.Warning, "Handshake: {Refusal}; {Unsaid} refused since the last line like this")]
    internal static partial void HandshakeRefused(ILogger logger, string refusal, long unsaid);
}
