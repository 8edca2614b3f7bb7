using Microsoft.Extensions.Logging;
using SecureFL.Server.Hosting;

namespace SecureFL.Deployment.Tests.Server;

public sealed class HandshakeLogTests
{
    [Fact]
    public void Refusals_are_one_line_a_second_and_the_others_are_counted()
    {
        Lines lines = new();
        Clock clock = new();
        HandshakeLog log = new(lines, clock);
        for (int i = 0; i < 1000; i++)
        {
            log.Tell("a peer was refused: it showed no certificate");
        }

        Assert.Equal(
            ["Handshake: a peer was refused: it showed no certificate; 0 refused since the last line like this"],
            lines.All);
        clock.Seconds = 1;
        log.Tell("client a was refused: its certificate was revoked");
        log.Tell("client b was refused: its certificate was revoked");
        Assert.Equal(
            "Handshake: client a was refused: its certificate was revoked; 999 refused since the last line like this",
            lines.All[^1]);
        Assert.Equal(2, lines.All.Count);
    }

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }

    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
