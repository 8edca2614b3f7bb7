using System.Globalization;
using Microsoft.Extensions.Logging;
using SecureFL.Messages.Text;

namespace SecureFL.Cli.Demo;

/// <summary>The log of a server that runs inside this program, one line an entry. Thread-safe.</summary>
internal sealed class LogFile(string path) : ILoggerProvider, ILogger
{
    private readonly StreamWriter _lines = new(
        new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
    { AutoFlush = true };

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            string fault = exception is null ? "" : $" ({FaultText.Of(exception)})";
            lock (_lines)
            {
                _lines.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{DateTime.UtcNow:yyyy-MM-dd'T'HH:mm:ss'Z'} {logLevel}: {formatter(state, exception)}{fault}"));
            }
        }
    }

    public void Dispose()
    {
        lock (_lines)
        {
            _lines.Dispose();
        }
    }
}
