using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using SecureFL.Cli.Shell;
using SecureFL.Messages.Text;

namespace SecureFL.Cli.Parties;

/// <summary>
/// Log lines to standard error: for people after the program's name, or, with <c>--log-format json</c>, one JSON object
/// a line.
/// </summary>
internal static class PartyLogging
{
    /// <summary>What all lines are said to be of.</summary>
    internal const string Category = "securefl";

    internal static ILoggerFactory Create(LogLevel least, bool json) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(least);
        if (json)
        {
            builder.AddJsonConsole(options =>
            {
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
            builder.Services.Configure<ConsoleLoggerOptions>(
                options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        }
        else
        {
            builder.AddProvider(new TalkProvider());
        }
    });

    private sealed class TalkProvider : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new TalkLogger();

        public void Dispose()
        {
        }
    }

    private sealed class TalkLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            string mark = logLevel switch
            {
                LogLevel.Warning => "warning: ",
                LogLevel.Error or LogLevel.Critical => "error: ",
                _ => ""
            };
            Talk.Line(mark + formatter(state, exception) + (exception is null ? "" : $" ({FaultText.Of(exception)})"));
        }
    }
}
