using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Inputs;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Bench.Rounds.Transport;
using SecureFL.Messages.Primitives;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Bench.Baselines;

/// <summary>Sizes of one plan.</summary>
internal sealed record PlanFigures(
    string Arm, long Parameters, int Clients, int Bits, int RingDegree, int Primes, int Lanes, int ChunkBytes,
    long CiphertextBytes, int ShareBytes);

/// <summary>Bytes of messages of one real round.</summary>
internal sealed record RoundFigures(
    string Arm, long Parameters, int Clients, int Bits, long UploadBytesPerClient, long ClientReceivedBytes,
    long KeyHolderReceivedBytes, long KeyHolderSentBytes);

/// <summary>Managed bytes by chunk in steady state.</summary>
internal sealed record AllocationFigures(string Arm, long EncryptChunk, long AddChunk, long OpenChunk);

/// <summary>Everything about the benchmark that is the same on every machine and in every run.</summary>
internal sealed record BaselineFigures(IReadOnlyList<PlanFigures> Plans, IReadOnlyList<RoundFigures> Rounds,
    IReadOnlyList<AllocationFigures> Allocations)
{
    private const int KeyHolders = 3;
    private const int WarmChunks = 3;

    internal static async Task<BaselineFigures> ComputeAsync()
    {
        List<PlanFigures> plans =
        [
            .. from clients in (int[])[4, 10, 100, 1000]
               from bits in (int[])[8, 16, 24]
               select Plan(11_689_512, clients, bits),
        ];
        List<RoundFigures> rounds = [];
        foreach (IRoundArm arm in ArmCatalogue.All)
        {
            rounds.Add(await RoundAsync(arm).ConfigureAwait(false));
        }

        return new BaselineFigures(plans, rounds, [MeasureAllocations()]);
    }

    private static PlanFigures Plan(long parameters, int clients, int bits)
    {
        AggregationParameters plan = AggregationPlanner.Plan(
            new PlanningRequest(parameters, bits, Clip: 1f, clients, KeyHolders: KeyHolders));
        return new PlanFigures(
            SuiteNames.OneTimeKey, parameters, clients, bits, plan.RingDegree, plan.Primes.Length, plan.Lanes,
            plan.ChunkBytes,
            plan.CiphertextBytes, AggregationPlanner.ShareBytes(plan.RingDegree));
    }

    private static async Task<RoundFigures> RoundAsync(IRoundArm arm)
    {
        RoundShape shape = new(61_706, Clients: 4, Bits: 16, Clip: 1f, KeyHolders, Threshold: 2);
        await using InProcessTransport transport = new();
        using IArmSession session = arm.CreateSession(shape);
        RoundSample sample = await RoundRunner.RunAsync(arm, session, shape,
            new RoundInputs(shape.Parameters, shape.Clip, seed: 1), transport, threads: 1, 0).ConfigureAwait(false);
        return new RoundFigures(
            arm.Name, shape.Parameters, shape.Clients, shape.Bits, sample.Bytes.ClientSent, sample.Bytes.ClientReceived,
            sample.Bytes.KeyHolderReceived, sample.Bytes.KeyHolderSent);
    }

    private static AllocationFigures MeasureAllocations()
    {
        AggregationParameters plan = AggregationPlanner.Plan(
            new PlanningRequest(11_689_512, 16, Clip: 1f, 100, KeyHolders: KeyHolders));
        byte[] seed = new byte[32];
        byte[] packed = new byte[plan.ChunkBytes];
        float[] values = new float[plan.ElementsPerChunk];
        using ContributionEncryptor encryptor = new(plan, seed, SystemEntropy.Instance);
        using ContributionAccumulator accumulator = new(plan);
        using SumOpener opener = new(plan, seed, new int[plan.RingDegree]);
        long encrypt = 0;
        long add = 0;
        long open = 0;
        for (int chunk = 0; chunk < 2 * WarmChunks; chunk++)
        {
            bool warm = chunk >= WarmChunks;
            accumulator.Add(chunk, new byte[plan.ChunkBytes]);
            encrypt += Allocated(warm, () => encryptor.EncryptChunk(chunk, values, [], packed));
            add += Allocated(warm, () => accumulator.Add(chunk, packed));
            open += Allocated(warm, () => opener.OpenChunk(chunk, accumulator, 100, values));
        }

        return new AllocationFigures(SuiteNames.OneTimeKey, encrypt / WarmChunks, add / WarmChunks, open / WarmChunks);
    }

    private static long Allocated(bool count, Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return count ? GC.GetAllocatedBytesForCurrentThread() - before : 0;
    }
}
