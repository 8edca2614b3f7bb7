using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.KeyHolder.Attending;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Ring.Randomness;
using SecureFL.Server;
using SecureFL.Testing;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Identity;

namespace SecureFL.Bench.Network;

/// <summary>
/// Rounds of plain sums: all clients connect, each over a connection of its own, then upload at once, round after
/// round.
/// </summary>
internal sealed class NetworkRounds : IDisposable
{
    private const int HolderCount = 3;
    private const int WindowBytes = 4 << 20;

    // A thousand handshakes at the same instant would take the cores longer than a connection may take.
    private const int HandshakesAtOnce = 16;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-bench-");
    private readonly NetworkConsortium _consortium;
    private readonly ConcurrentBag<double> _acks = [];
    private readonly CancellationTokenSource _ended = new();
    private int _connected;

    internal NetworkRounds(int clients, long parameters) =>
        _consortium = new NetworkConsortium(_folder.FullName, clients, parameters, HolderCount);

    internal async Task<NetworkArm> RunAsync(int rounds, TimeSpan roundTrip, int atOnce,
        CancellationToken cancellationToken)
    {
        using Process server = Start();
        Uri address = new(await server.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException("the server's process did not start"));
        AggregationPlan plan = _consortium.Plan;
        Task[] holders = [.. Enumerable.Range(0, HolderCount).Select(i => HoldAsync(i, address))];
        int count = _consortium.Clients.Count;
        EmulatedNetwork? line = roundTrip > TimeSpan.Zero
            ? new(address.Port, new LinkProfile { OneWayDelay = roundTrip / 2 }) : null;
        Uri nearby = line is null ? address : new UriBuilder(address) { Port = line.Port }.Uri;
        ServerLink[] links = new ServerLink[count];
        Parallel.For(0, count, i => links[i] = _consortium.Connect(nearby, PeerRole.Client, $"client {i}"));
        await Parallel.ForEachAsync(
            links,
            new ParallelOptions { MaxDegreeOfParallelism = HandshakesAtOnce, CancellationToken = cancellationToken },
            async (link, token) => await link.GetPlanAsync(token).ConfigureAwait(false)).ConfigureAwait(false);
        Task<RoundState>[] watching = [.. links.Select(link => UntilCollectingAsync(link, 0, cancellationToken))];
        RoundState[] first = await Task.WhenAll(watching).ConfigureAwait(false);
        int connected = _connected;

        AggregationClient[] clients =
            [
                .. _consortium.Clients.Select(
                    identity => new AggregationClient(plan, plan.Digest, identity, new InMemoryLedgerStorage(),
                        SystemEntropy.Instance))];
        double roundSeconds = 0;
        double uploadSeconds = 0;
        long uploaded = 0;
        long perClient = 0;
        long header = 0;
        for (int round = -1; round < rounds; round++)
        {
            // The first round warms up: code is compiled, buffers and files are made.
            RoundState state = round < 0 ? first[0]
                : await UntilCollectingAsync(links[0], (ulong)round + 1, cancellationToken).ConfigureAwait(false);
            Contribution[] contributions = await EncryptAsync(links[0], clients, state, cancellationToken)
                .ConfigureAwait(false);
            header = contributions[0].Header.Encode().Length;
            perClient = header + contributions[0].Chunks.Sum(chunk => (long)chunk.Encode().Length);
            Stopwatch watch = Stopwatch.StartNew();
            await Parallel.ForEachAsync(
                Enumerable.Range(0, count),
                new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken },
                async (i, token) => await SendAsync(links[i], contributions[i], round >= 0, token)
                    .ConfigureAwait(false)).ConfigureAwait(false);
            double sent = watch.Elapsed.TotalSeconds;
            await UntilAsync(links[0], next => next.Round > state.Round || next.Phase == RoundPhase.Ended,
                cancellationToken).ConfigureAwait(false);
            if (round >= 0)
            {
                roundSeconds += watch.Elapsed.TotalSeconds;
                uploadSeconds += sent;
                uploaded += perClient * count;
            }
        }

        long peak = PeakRss(server.Id);
        await _ended.CancelAsync().ConfigureAwait(false);
        server.StandardInput.Close();
        await server.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(holders).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (ServerLink link in links)
        {
            link.Dispose();
        }

        if (line is not null)
        {
            await line.DisposeAsync().ConfigureAwait(false);
        }

        double[] acks = [.. _acks.Order()];
        long aggregate = plan.Parameters.ChunkCount * plan.Parameters.RingDegree * plan.Parameters.Primes.Length
            * sizeof(ulong);
        return new NetworkArm
        {
            Arm = "network",
            Clients = count,
            Parameters = plan.Parameters.FloatLength,
            Rounds = rounds,
            RoundTripMilliseconds = roundTrip.TotalMilliseconds,
            UploadsAtOnce = atOnce,
            RoundsPerMinute = 60 * rounds / roundSeconds,
            ServerPeakRssBytes = peak,
            AggregateBytes = aggregate,
            RssLimitBytes = NetworkMemory.Limit(count, header, new ServerLimits().BytesInFlight, aggregate),
            UploadMiBPerSecond = uploaded / uploadSeconds / (1 << 20),
            P99AckMilliseconds = acks[(int)Math.Min(acks.Length - 1, acks.Length * 0.99)],
            MedianAckMilliseconds = acks[acks.Length / 2],
            UploadBytesPerClient = perClient,
            ConnectedAtOnce = connected,
        };
    }

    public void Dispose()
    {
        _consortium.Dispose();
        _ended.Dispose();
        _folder.Delete(recursive: true);
    }

    private Process Start()
    {
        // Where the program runs as "dotnet X.dll", so does its other process.
        string program = Environment.ProcessPath!;
        ProcessStartInfo start = new(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(NetworkRounds).Assembly.Location);
        }

        // A server's chunks pass through the large-object heap: without compaction its holes add up to more than the
        // bytes in flight.
        start.Environment["DOTNET_GCConserveMemory"] = "9";
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        start.ArgumentList.Add(NetworkServer.Command);
        start.ArgumentList.Add(_folder.FullName);
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }

    private async Task HoldAsync(int index, Uri server)
    {
        AggregationPlan plan = _consortium.Plan;
        using Protocol.Roles.KeyHolder holder = new(
            plan, plan.Digest, _consortium.Holders[index], HolderStorage.InMemory(),
            TimeProvider.System, SystemEntropy.Instance);
        using ServerLink link = _consortium.Connect(server, PeerRole.KeyHolder, $"holder {index}");
        await new KeyHolderService(plan, holder, link, NullLogger.Instance).RunAsync(_ended.Token)
            .ConfigureAwait(false);
    }

    private async Task<RoundState> UntilCollectingAsync(ServerLink link, ulong round,
        CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _connected);
        return await UntilAsync(link, state => state.Phase == RoundPhase.Collecting && state.Round >= round,
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<RoundState> UntilAsync(ServerLink link, Func<RoundState, bool> reached,
        CancellationToken cancellationToken)
    {
        await foreach (RoundState state in link.WatchRoundsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (reached(state))
            {
                return state;
            }
        }

        throw new InvalidOperationException("the server ended the session");
    }

    private async Task<Contribution[]> EncryptAsync(ServerLink link, AggregationClient[] clients, RoundState state,
        CancellationToken cancellationToken)
    {
        GetInvitationReply reply = await link.GetInvitationAsync(state.Round, cancellationToken).ConfigureAwait(false);
        RoundInvitation invitation = RoundInvitation.Parse(reply.InvitationMessage.Span, _consortium.Plan.Limits);
        float[] vector = new float[_consortium.Plan.Parameters.FloatLength];
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = ((i % 2001) - 1000) / 1000f;
        }

        Contribution[] contributions = new Contribution[clients.Length];
        Parallel.For(0, clients.Length, i => contributions[i] = clients[i].Encrypt(invitation, vector));
        return contributions;
    }

    private async Task SendAsync(ServerLink link, Contribution contribution, bool measured,
        CancellationToken cancellationToken)
    {
        GrpcDuplexCall<UploadPart, UploadState> call = link.Upload(cancellationToken);
        await using (call.ConfigureAwait(false))
        {
            await call.Requests.WriteAsync(
                new UploadPart
                {
                    Start = new UploadStart
                    {
                        Round = contribution.Header.Statement.Context.Round,
                        Root = ByteString.CopyFrom(contribution.Header.Statement.Root.ToArray())
                    },
                },
                cancellationToken).ConfigureAwait(false);
            IAsyncEnumerator<UploadState> told = call.Responses.GetAsyncEnumerator(cancellationToken);
            await told.MoveNextAsync().ConfigureAwait(false);
            ConcurrentQueue<(ulong Next, long At)> due = new();
            Task acknowledged = ReadAsync(told, due, measured);
            long window = 0;
            foreach (ContributionChunk chunk in contribution.Chunks)
            {
                byte[] encoded = chunk.Encode();
                window += encoded.Length;
                await call.Requests.WriteAsync(
                    new UploadPart { ChunkMessage = UnsafeByteOperations.UnsafeWrap(encoded) }, cancellationToken)
                    .ConfigureAwait(false);
                if (window + encoded.Length > WindowBytes)
                {
                    due.Enqueue(((ulong)chunk.Index + 1, Stopwatch.GetTimestamp()));
                    window = 0;
                }
            }

            await call.Requests.WriteAsync(
                new UploadPart { HeaderMessage = ByteString.CopyFrom(contribution.Header.Encode()) }, cancellationToken)
                .ConfigureAwait(false);
            due.Enqueue((ulong.MaxValue, Stopwatch.GetTimestamp()));
            await call.CompleteAsync(cancellationToken).ConfigureAwait(false);
            await acknowledged.ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(IAsyncEnumerator<UploadState> told, ConcurrentQueue<(ulong Next, long At)> due,
        bool measured)
    {
        bool accepted = false;
        while (await told.MoveNextAsync().ConfigureAwait(false))
        {
            accepted = told.Current.Accepted;
            if (due.TryPeek(out (ulong Next, long At) window) && (accepted || told.Current.NextChunk >= window.Next)
                && due.TryDequeue(out window) && measured)
            {
                _acks.Add(Stopwatch.GetElapsedTime(window.At).TotalMilliseconds);
            }
        }

        if (!accepted)
        {
            throw new InvalidOperationException("a contribution was not accepted");
        }
    }

    private static long PeakRss(int process)
    {
        string status = $"/proc/{process.ToString(CultureInfo.InvariantCulture)}/status";
        if (!File.Exists(status))
        {
            using Process other = Process.GetProcessById(process);
            return other.PeakWorkingSet64;
        }

        string line = File.ReadLines(status).First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6, line.Length - 9),
            NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024;
    }
}
