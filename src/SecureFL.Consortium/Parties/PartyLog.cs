using Microsoft.Extensions.Logging;

namespace SecureFL.Consortium.Parties;

/// <summary>What a party logs before it takes part.</summary>
internal static partial class PartyLog
{
    [LoggerMessage(301, LogLevel.Information, "{Refusal}")]
    internal static partial void ServerRefused(ILogger logger, string refusal);

    [LoggerMessage(302, LogLevel.Information, "the plan cannot be fetched yet: {Reason}")]
    internal static partial void PlanAwaited(ILogger logger, string reason);
}
