using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace SecureFL.Transport.Server.Calls;

/// <summary>What the wire layer logs: methods, statuses and sizes.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "{Method} ended with {Status}: {Detail}")]
    public static partial void Refused(ILogger logger, string method, StatusCode status, string detail);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "{Method} failed")]
    public static partial void Fault(ILogger logger, string method, Exception fault);
}
