using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Client;
using SecureFL.Client.Logging;
using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Models;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Transcripts;
using SecureFL.Rlwe.Planning;
using SecureFL.Server.Rounds;
using SecureFL.Storage.Clients;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// A server that lies as an attack says, and four clients and three key holders as they come: their own programs, over
/// gRPC.
/// </summary>
internal sealed class MaliciousServer : IAsyncDisposable
{
    private static readonly TimeSpan Leaving = TimeSpan.FromSeconds(5);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-attack-");
    private readonly ConcurrentQueue<Refusal> _refusals = [];
    private readonly ConcurrentQueue<Party> _satOut = [];
    private readonly ConcurrentQueue<(Party Client, string Text)> _told = [];
    private readonly ConcurrentQueue<Exception> _faults = [];
    private readonly CancellationTokenSource _refused = new();
    private readonly TestSession _session;

    public MaliciousServer(ITampering attack, TrainingTerms terms, JointKeyRequest? jointKey = null,
        Func<int, ILocalTrainer, ILocalTrainer>? trainerOf = null)
    {
        _session = new TestSession(terms, jointKey: jointKey,
            configure: settings => settings with { BaseVersionWindow = terms.BaseVersionWindow })
        {
            Options = new EngineOptions { Tampering = attack },
            KeepCiphertexts = true,
        };
        Clients = [.. Enumerable.Range(0, 4).Select(i => new WitnessedSource(Plan, TrainingSource.For(
            Plan, terms, state => trainerOf?.Invoke(i, terms.TrainerUnder(state)!) ?? terms.TrainerUnder(state)!,
            TestSession.Site(terms, i), i, NullLogger.Instance, terms.ErrorFeedback ? Residual(terms, i) : null)))];
    }

    /// <summary>How long a session may stand still.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Runs beside the parties once rounds may start; null for nothing.</summary>
    public Func<TestSession, Task>? Beside { get; init; }

    /// <summary>What a client waits for before it starts; null for none of them.</summary>
    public Func<int, Task>? StartOf { get; init; }

    /// <summary>The run ends when it has ended at this client; null for all of them.</summary>
    public int? EndsWith { get; init; }

    /// <summary>How the session ended as each client says; null without an end.</summary>
    public SessionEnd?[] Ends { get; } = new SessionEnd?[4];

    /// <summary>Clients that sat a round out, in the order in which they did: the run ends with the first.</summary>
    public IReadOnlyCollection<Party> SatOut => _satOut;

    public AggregationPlan Plan => _session.Plan;

    /// <summary>What each client was asked for and made.</summary>
    public WitnessedSource[] Clients { get; }

    /// <summary>What clients and key holders refused, in the order in which they did.</summary>
    public IReadOnlyCollection<Refusal> Refusals => _refusals;

    /// <summary>The values that each client has at the session's end; null without an end.</summary>
    public float[]?[] Delivered { get; } = new float[]?[4];

    /// <summary>Why a client sat out or tried again, in the order in which it said so.</summary>
    public IEnumerable<string> ToldBy(int client) =>
        _told.Where(told => told.Client == Party.Client(client)).Select(told => told.Text);

    /// <summary>Runs the session until it has ended at every client, or somebody refuses or sits out.</summary>
    /// <exception cref="TimeoutException">Neither happens; the clients have been stopped, and have left.</exception>
    /// <remarks>What a client or a key holder dies of, other than a refusal, is thrown on.</remarks>
    public async Task RunAsync()
    {
        await _session.StartServerAsync();
        _session.StartHolders(holder => new RefusalLogger(this, Party.KeyHolder(holder)));
        await _session.StartRoundsAsync();
        Task beside = Beside?.Invoke(_session) ?? Task.CompletedTask;
        Task running = Task.WhenAll([beside, .. Enumerable.Range(0, Clients.Length).Select(RunAsync)]);
        Task holders = HearOfHoldersAsync();
        Task first = await Task.WhenAny(running, _session.Host!.Completion,
            Task.Delay(Patience, TestContext.Current.CancellationToken));
        string at = first == running ? "" : $"{_session.Host!.Engine.Status(0)}";
        if (first != running)
        {
            await _refused.CancelAsync();
        }

        await running.WaitAsync(Leaving);
        if (_faults.TryPeek(out Exception? fault))
        {
            ExceptionDispatchInfo.Throw(fault);
        }

        if (first != running)
        {
            await first;
            throw new TimeoutException($"neither an end nor a refusal: {at}");
        }

        await (holders.IsCompleted ? holders : Task.CompletedTask);
    }

    /// <summary>What anybody makes of the transcript and the ciphertexts.</summary>
    public TranscriptReport Verify() => _session.Verify(ciphertexts: true);

    public async ValueTask DisposeAsync()
    {
        foreach (WitnessedSource client in Clients)
        {
            await client.DisposeAsync();
        }

        await _session.DisposeAsync();
        _refused.Dispose();
        _folder.Delete(recursive: true);
    }

    private ResidualKeeper Residual(TrainingTerms terms, int client) => new(
        new DurableResidual(Path.Combine(_folder.FullName, $"residual-{client}"), terms.Layout.Length),
        NullLogger.Instance);

    private async Task RunAsync(int client)
    {
        ClientService service = _session.Service(client, Clients[client],
            Path.Combine(_folder.FullName, client.ToString(CultureInfo.InvariantCulture)),
            logger: new SittingOutLogger(this, Party.Client(client)));
        await HearOfAsync(Party.Client(client), async () =>
        {
            await (StartOf?.Invoke(client) ?? Task.CompletedTask).WaitAsync(_refused.Token);
            RoundState ended = await service.RunAsync(only: null, once: false, _refused.Token);
            Ends[client] = new SessionEnd(ended);
            Delivered[client] = await service.FetchModelAsync(ended, _refused.Token);
            if (client == EndsWith)
            {
                await _refused.CancelAsync();
            }
        });
    }

    private async Task HearOfHoldersAsync()
    {
        (int holder, Exception? fault) = await _session.HolderEndsAsync();
        await HearOfAsync(Party.KeyHolder(holder), () => fault is null ? Task.CompletedTask
            : Task.FromException(fault));
    }

    private async Task HearOfAsync(Party party, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (ProtocolViolationException violation)
        {
            Refuse(new Refusal(party, violation.Code));
        }
        catch (WrongPlanException)
        {
            Refuse(new Refusal(party, ViolationCode.WrongPlan));
        }
        catch (GrpcException)
        {
            // The server's own answer to what it was asked for.
            Refuse(new Refusal(party, default));
        }
        catch (OperationCanceledException) when (_refused.IsCancellationRequested)
        {
        }
        catch (Exception fault)
        {
            _faults.Enqueue(fault);
            _refused.Cancel();
        }
    }

    private void Refuse(Refusal refusal)
    {
        _refusals.Enqueue(refusal);
        _refused.Cancel();
    }

    /// <summary>Hears that a client sits a round out, or tries again.</summary>
    private sealed class SittingOutLogger(MaliciousServer server, Party client) : WarningLogger(LogLevel.Information)
    {
        protected override void Warn(EventId what, string text)
        {
            if (what.Name is nameof(ClientLog.SitsOut) or nameof(ClientLog.TriesAgain))
            {
                server._told.Enqueue((client, text));
            }

            if (what.Name == nameof(ClientLog.SitsOut))
            {
                server._satOut.Enqueue(client);
                server._refused.Cancel();
            }
        }
    }

    /// <summary>Hears of a key holder's refusals.</summary>
    private sealed class RefusalLogger(MaliciousServer server, Party holder) : WarningLogger
    {
        protected override void Warn(EventId what, string text)
        {
            if (Regex.Match(text, @"\[(\d+) \w+\]$") is { Success: true } told)
            {
                server.Refuse(new Refusal(holder,
                    (ViolationCode)int.Parse(told.Groups[1].Value, CultureInfo.InvariantCulture)));
            }
        }
    }

    private abstract class WarningLogger(LogLevel least = LogLevel.Warning) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Warn(eventId, formatter(state, exception));
            }
        }

        protected abstract void Warn(EventId what, string text);
    }
}
