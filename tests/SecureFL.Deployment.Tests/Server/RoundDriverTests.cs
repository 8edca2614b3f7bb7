using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Messages.Violations;
using SecureFL.Server.Hosting;
using SecureFL.Server.Rounds;
using SecureFL.Server.Uploads;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>A failing disk is waited out, and so is a refused step: said, and said no longer once it works.</summary>
public sealed class RoundDriverTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Trouble_is_over_once_a_step_has_gone_well_also_if_there_was_nothing_to_do(bool isDenied)
    {
        using CancellationTokenSource stopping =
            CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stopping.CancelAfter(TimeSpan.FromSeconds(30));
        List<string?> reports = [];
        int steps = 0;
        RoundDriver driver = new(new Pulse(), Step, Report, NullLogger.Instance);
        await driver.RunAsync(stopping.Token);
        Assert.Equal(2, reports.Count);
        Assert.StartsWith("the disk is full or fails", reports[0], StringComparison.Ordinal);
        Assert.Null(reports[1]);

        Task<bool> Step() => steps++ > 0 ? Task.FromResult(false)
            : isDenied ? throw new UnauthorizedAccessException("denied") : throw new IOException("full");

        void Report(string? trouble)
        {
            reports.Add(trouble);
            if (trouble is null)
            {
                stopping.Cancel();
            }
        }
    }

    [Fact]
    public async Task A_step_that_is_refused_is_tried_again_and_said_until_it_goes_well()
    {
        using CancellationTokenSource stopping =
            CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stopping.CancelAfter(TimeSpan.FromSeconds(30));
        List<string?> reports = [];
        RecordedLog log = new();
        int steps = 0;
        RoundDriver driver = new(new Pulse(), Step, Report, log);
        await driver.RunAsync(stopping.Token);
        Assert.Equal(3, reports.Count);
        Assert.All(reports[..2], report => Assert.Contains("an operator may abort", report, StringComparison.Ordinal));
        Assert.Contains("key holder 1", reports[0], StringComparison.Ordinal);
        Assert.Null(reports[2]);
        Assert.Single(log.Lines, line => line.Contains("refused", StringComparison.Ordinal));

        Task<bool> Step() => steps++ > 1 ? Task.FromResult(false)
            : throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.KeyHolder(1), "a sum", "none");

        void Report(string? trouble)
        {
            reports.Add(trouble);
            if (trouble is null)
            {
                stopping.Cancel();
            }
        }
    }

    [Fact]
    public async Task A_refused_step_ends_neither_the_server_nor_the_round()
    {
        int refused = 0;
        await using TestSession session = new(null)
        {
            Options = new EngineOptions
            {
                OpenStore = folder => round => Interlocked.Increment(ref refused) > 1
                    ? new UploadStore(folder.Round(round))
                    : throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.KeyHolder(1), "an entry",
                        "none that opens a round"),
            },
        };
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        await session.UntilAsync(
            state => state.Reason.Contains("none that opens a round", StringComparison.Ordinal));
        RoundState state = await session.UntilAsync(state => state is { Phase: RoundPhase.Collecting, Reason: "" });
        Assert.False(session.Host!.Completion.IsCompleted);
        foreach (TestClient client in session.Clients())
        {
            await client.ContributeAsync(state);
        }

        await session.UntilAsync(_ => session.Host.Engine.Status(0).RoundsOpened == 1);
    }

    private sealed class RecordedLog : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
