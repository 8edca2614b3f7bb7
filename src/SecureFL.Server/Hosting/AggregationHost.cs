using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Identity;
using SecureFL.Protocol.Plans;
using SecureFL.Server.Rounds;
using SecureFL.Server.Services;
using SecureFL.Server.State;
using SecureFL.Server.Uploads;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Health;
using SecureFL.Transport.Server.Limits;
using SecureFL.Transport.Tls;

namespace SecureFL.Server.Hosting;

/// <summary>A running aggregation server: state, engine, services, connections. Thread-safe.</summary>
public sealed class AggregationHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly RoundEngine _engine;
    private readonly StateDatabase _database;
    private readonly TranscriptFile _transcript;
    private readonly ServerFolder _folder;
    private readonly Telemetry? _telemetry;
    private readonly CancellationTokenSource _stopping;
    private readonly GrpcHealth _health;
    private readonly Task _driving;

    private AggregationHost(
        WebApplication application, RoundEngine engine, StateDatabase database, TranscriptFile transcript,
        ServerFolder folder, Telemetry? telemetry,
        CancellationTokenSource stopping, GrpcHealth health, ILogger log)
    {
        _application = application;
        _engine = engine;
        _database = database;
        _transcript = transcript;
        _folder = folder;
        _telemetry = telemetry;
        _stopping = stopping;
        _health = health;
        Addresses =
            [.. application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
                .Select(address => new Uri(address))];
        _driving = Task.Run(() => DriveAsync(
            new RoundDriver(engine.Changed, engine.StepAsync, engine.Report, log), log));
    }

    /// <summary>Where the server listens.</summary>
    public IReadOnlyList<Uri> Addresses { get; }

    /// <summary>Ends when the server cannot go on: with the fault.</summary>
    public Task Completion => _driving;

    internal RoundEngine Engine => _engine;

    /// <summary>Starts a server: takes up what a former process left, then listens.</summary>
    /// <param name="settings">Where and how.</param>
    /// <param name="plan">The signed plan with its terms.</param>
    /// <param name="identity">The server's keys and certificate.</param>
    /// <param name="clock">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">Settings, plan and identity that do not fit together.</exception>
    /// <exception cref="IOException">The folder is in use, or the address.</exception>
    /// <exception cref="InvalidDataException">The state is damaged, or another plan's.</exception>
    /// <exception cref="NotSupportedException">A newer program wrote the state.</exception>
    public static Task<AggregationHost> StartAsync(ServerSettings settings, PlanFile plan, PartyIdentity identity,
        TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(settings);
        return identity.Peer.Role == PeerRole.Server && identity.Peer.Consortium == plan.Consortium
            ? StartAsync(
                settings, plan, identity.Signing,
                settings.InsecureLoopback ? null : TlsSettings.ForServer(identity, clock), new EngineOptions(),
                clock ?? TimeProvider.System)
            : throw new ArgumentException(
                $"{identity.Peer} of {identity.Peer.Consortium} is not a server of {plan.Consortium}",
                nameof(identity));
    }

    internal static async Task<AggregationHost> StartAsync(
        ServerSettings settings, PlanFile planFile, SigningIdentity signing, TlsSettings? tls, EngineOptions options,
        TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Limits.Check();
        AggregationPlan plan = planFile.RequireSigned();
        if (!signing.PublicKey.Equals(plan.Enrolment.Server))
        {
            throw new ArgumentException("the identity's signing key is not the one of the plan's server",
                nameof(signing));
        }

        RequireLoopback(settings, tls);
        ListenAddresses.RequireFree(settings.Listen);
        ServerFolder folder = new(settings.StateFolder);
        StateDatabase? database = null;
        TranscriptFile? transcript = null;
        try
        {
            WebApplicationBuilder builder = CreateBuilder(settings, tls);
            database = StateDatabase.Open(folder.Database, plan.Digest);
            transcript = new TranscriptFile(folder.Transcript, database, plan, signing);
            WebApplication application = builder.Build();
            ILogger log = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger(ServerMetrics.Name);
            if (tls is not null)
            {
                tls.Refused += new HandshakeLog(log, clock).Tell;
            }

            RoundEngine engine = new(
                plan, planFile.Terms, signing, folder, database, transcript, settings.InitialModel, clock,
                options with
                {
                    KeepCiphertexts = settings.KeepCiphertexts,
                    StartRounds = settings.StartRounds,
                    Sums = planFile.Sums
                }, log);
            CancellationTokenSource stopping = new();
            GrpcHealth health = Map(application, settings, planFile, plan, engine, folder,
                new Callers(plan, planFile.Consortium, tls, settings.Limits, clock), log, stopping.Token);
            await application.StartAsync().ConfigureAwait(false);
            AggregationHost host = new(application, engine, database, transcript, folder,
                Telemetry.Start(settings.OtlpEndpoint), stopping, health, log);
            Log.Serving(log, plan.Digest.ToShortString(), string.Join(", ", host.Addresses));
            return host;
        }
        catch
        {
            transcript?.Dispose();
            database?.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Stops: no new calls, streams are told, what is acknowledged is durable; then the folder is free.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _health.Set(string.Empty, false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _application.StopAsync().ConfigureAwait(false);
        await _driving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _application.DisposeAsync().ConfigureAwait(false);
        await _engine.DisposeAsync().ConfigureAwait(false);
        _transcript.Dispose();
        _database.Dispose();
        _folder.Dispose();
        _telemetry?.Dispose();
        _stopping.Dispose();
    }

    private static WebApplicationBuilder CreateBuilder(ServerSettings settings, TlsSettings? tls)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        if (settings.Logs is not null)
        {
            builder.Logging.AddProvider(settings.Logs);
        }
        else if (settings.JsonLogs)
        {
            builder.Logging.AddJsonConsole();
        }
        else
        {
            builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss'Z' ";
                console.UseUtcTimestamp = true;
            });
        }

        builder.AddGrpcCalls();
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Limits.StopTimeout);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            settings.Limits.Transport.ApplyTo(kestrel);
            foreach (System.Net.IPEndPoint address in settings.Listen)
            {
                kestrel.Listen(address, listen =>
                {
                    listen.Protocols = HttpProtocols.Http2;
                    if (tls is not null)
                    {
                        listen.UseHttps(tls.Apply);
                        settings.Limits.Transport.ApplyTo(listen);
                    }
                });
            }
        });
        return builder;
    }

    private static GrpcHealth Map(
        WebApplication application, ServerSettings settings, PlanFile planFile, AggregationPlan plan,
        RoundEngine engine, ServerFolder folder, Callers callers, ILogger log,
        CancellationToken stopping)
    {
        ServerLimits limits = settings.Limits;
        GrpcServerLimits calls = new()
        {
            MaxReceiveMessageBytes = 1 << 20,
            Calls = new CallAdmission(Math.Max(limits.Connections * 2, 64), limits.CallsPerParty),
            InFlight = new ByteBudget(Math.Max(limits.BytesInFlight, 8 << 20), TimeSpan.FromSeconds(30)),
        };
        Admission admission = new(limits.BytesInFlight, limits.WaitingUploads);
        UploadService uploads = new(plan, engine, admission, callers, limits);
        GrpcHealth health = new();
        application.MapGrpc(
            new AggregationService(plan, planFile.TermsBytes, engine, folder, callers, uploads, log,
                stopping).Build(calls with
                {
                    MaxReceiveMessageBytes = LargestPart(plan),
                    StreamIdleTimeout = limits.UploadIdleTimeout,
                }),
            calls with { MaxSendMessageBytes = 128 << 20 });
        application.MapGrpc(
            new KeyHoldingService(engine, callers, log, stopping).Build(calls with
            {
                MaxReceiveMessageBytes = 4 << 20,
                MaxSendMessageBytes = 64 << 20,
                StreamIdleTimeout = Timeout.InfiniteTimeSpan,
            }),
            calls);
        application.MapGrpc(new OperationService(engine, admission, callers, log).Build(),
            calls with { MaxSendMessageBytes = 64 << 20 });
        application.MapGrpc(health.Build(callers.Anybody), calls);
        foreach (string service in (string[])[AggregationMethods.Service, KeyHoldingMethods.Service,
            OperationMethods.Service])
        {
            health.Set(service, true);
        }

        return health;
    }

    // A chunk with its context, or a header: statement with proof, a share for each holder, and a digest.
    private static int LargestPart(AggregationPlan plan)
    {
        long header = 4096 + (plan.Quorum.KeyHolders * ((4L * plan.Parameters.RingDegree) + 1024))
            + (4096L * plan.Quorum.Threshold) + plan.Limits.Sizes.LinearDigestBytes;
        return checked((int)Math.Max(plan.Parameters.WireChunkBytes + 4096L, header));
    }

    private static void RequireLoopback(ServerSettings settings, TlsSettings? tls)
    {
        if (tls is null && (!settings.InsecureLoopback
            || settings.Listen.Any(address => !System.Net.IPAddress.IsLoopback(address.Address))))
        {
            throw new ArgumentException(
                "without TLS a server listens on loopback addresses only, and only with --insecure-loopback",
                nameof(settings));
        }
    }

    private async Task DriveAsync(RoundDriver driver, ILogger log)
    {
        try
        {
            await driver.RunAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            Log.EngineStopped(log, fault);
            _health.Set(string.Empty, false);
            throw;
        }
    }
}
