using System.Collections.Concurrent;
using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Inputs;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Bench.Rounds.Transport;

namespace SecureFL.Bench.Rounds.Running;

/// <summary>
/// Runs one round of one arm over a transport and measures it. Each client's input is made again when its turn comes.
/// </summary>
internal static class RoundRunner
{
    private const double Nano = 1e-9;

    internal static async Task<RoundSample> RunAsync(
        IRoundArm arm, IArmSession session, RoundShape shape, RoundInputs inputs, IRoundTransport transport,
        int threads, int repetition, bool keepMemory = false)
    {
        await transport.ConnectAsync(shape.Clients).ConfigureAwait(false);
        StageMeter meter = new();
        PeakMemory.Reset(keepMemory);
        long cpu = StageMeter.ProcessCpu();
        long wall = StageMeter.WallNow();
        using IArmRound round = session.OpenRound(meter);
        long openingWall = StageMeter.WallNow() - wall;
        long uploaded = await CollectAsync(round, shape, inputs, transport, threads, meter).ConfigureAwait(false);
        long collectedWall = StageMeter.WallNow() - wall - openingWall;
        round.Open(meter);
        cpu = StageMeter.ProcessCpu() - cpu - meter.ExcludedCpu;
        wall = StageMeter.WallNow() - wall - (meter.ExcludedWall / threads);
        long downloaded = await DownloadAsync(round, transport, meter).ConfigureAwait(false);
        long peak = PeakMemory.Bytes();
        AddUpload(meter, cpu, collectedWall - (meter.ExcludedWall / threads), threads);
        SumVerdict verdict = SumVerifier.Verify(round, inputs, shape.Clients, meter);
        Stage[] stages = Enum.GetValues<Stage>();
        return new RoundSample
        {
            Arm = arm.Name,
            Repetition = repetition,
            CpuSeconds = cpu * Nano,
            WallSeconds = wall * Nano,
            StageCpuSeconds = [.. stages.Select(stage => Math.Max(0, meter.Cpu(stage)) * Nano)],
            StageWallSeconds = [.. stages.Select(stage => Math.Max(0, meter.Wall(stage)) * Nano)],
            UploadBytesPerClient = uploaded / shape.Clients,
            Bytes = BytesOf(round, shape, uploaded, downloaded),
            DownloadBytes = downloaded,
            PeakRssBytes = peak,
            Verdict = verdict,
        };
    }

    private static async Task<long> CollectAsync(
        IArmRound round, RoundShape shape, RoundInputs inputs, IRoundTransport transport, int threads, StageMeter meter)
    {
        ConcurrentBag<float[]> vectors = [];
        long uploaded = 0;
        async ValueTask Upload(int client, CancellationToken cancellation)
        {
            float[] vector;
            using (meter.Exclude())
            {
                vector = vectors.TryTake(out float[]? used) ? used : new float[shape.Parameters];
                inputs.Load(client, 0, vector);
            }

            long bytes = await transport.UploadAsync(round, client, vector, meter).ConfigureAwait(false);
            Interlocked.Add(ref uploaded, bytes);
            vectors.Add(vector);
        }

        if (threads > 1)
        {
            ParallelOptions options = new() { MaxDegreeOfParallelism = threads };
            await Parallel.ForEachAsync(Enumerable.Range(0, shape.Clients), options, Upload).ConfigureAwait(false);
            return uploaded;
        }

        for (int client = 0; client < shape.Clients; client++)
        {
            await Upload(client, default).ConfigureAwait(false);
        }

        return uploaded;
    }

    private static async Task<long> DownloadAsync(IArmRound round, IRoundTransport transport, StageMeter meter)
    {
        using IRoundDownload download = round.CreateDownload();
        long cpu = StageMeter.ProcessCpu();
        long wall = StageMeter.WallNow();
        await transport.DownloadAsync(download, client: 0).ConfigureAwait(false);
        meter.Add(Stage.Download, StageMeter.ProcessCpu() - cpu, StageMeter.WallNow() - wall);
        download.Finish(meter);
        return download.Length;
    }

    // Upload is what no clock of a thread saw: sockets, TLS, framing, copies, the runtime. The download comes later.
    private static void AddUpload(StageMeter meter, long cpu, long collectingWall, int threads)
    {
        long measured = Enum.GetValues<Stage>().Where(stage => stage < Stage.Download).Sum(meter.Cpu);
        long client = meter.Wall(Stage.Quantise) + meter.Wall(Stage.Encrypt) + meter.Wall(Stage.Hash);
        meter.Add(Stage.Upload, cpu - measured, collectingWall - (client / threads));
    }

    private static RoleBytes BytesOf(IArmRound round, RoundShape shape, long uploaded, long downloaded)
    {
        (long holderReceived, long holderSent) = round.KeyHolderBytes;
        long clientReceived = round.InvitationBytes + downloaded;
        return new RoleBytes(
            uploaded / shape.Clients,
            clientReceived,
            uploaded + (shape.KeyHolders * holderSent),
            (shape.Clients * clientReceived) + (shape.KeyHolders * holderReceived),
            holderReceived,
            holderSent);
    }
}
