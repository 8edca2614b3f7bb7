using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Inputs;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Bench.Rounds.Output;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Bench.Rounds.Transport;
using SecureFL.Messages.Violations;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Bench.Tests.Rounds;

/// <summary>
/// Rounds of every arm over every transport open to what went in, and the verdict notices when they do not.
/// </summary>
public class RoundTests
{
    private static readonly RoundShape Shape = new(30_000, Clients: 5, Bits: 12, Clip: 2f, KeyHolders: 3, Threshold: 2);

    public static TheoryData<string, bool, int> Cases()
    {
        TheoryData<string, bool, int> cases = [];
        foreach (IRoundArm arm in ArmCatalogue.All)
        {
            cases.Add(arm.Name, false, 1);
            cases.Add(arm.Name, true, 1);
            cases.Add(arm.Name, true, 3);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_arm_opens_the_sum(string name, bool grpc, int threads)
    {
        IRoundArm arm = ArmCatalogue.Find(name)!;
        await using IRoundTransport transport = grpc ? await GrpcTransport.StartAsync() : new InProcessTransport();
        using IArmSession session = arm.CreateSession(Shape);
        for (int repetition = 0; repetition < 2; repetition++)
        {
            RoundSample sample = await RoundRunner.RunAsync(arm, session, Shape,
                new RoundInputs(Shape.Parameters, Shape.Clip, seed: 3), transport, threads, repetition);
            Assert.Equal(sample.Verdict.HasIntegers, sample.Verdict.SumIsExact);
            double step = sample.Verdict.HasIntegers ? Shape.Clip / 2047 : 1e-5;
            Assert.InRange(sample.Verdict.MaxError, 0, step);
            Assert.InRange(sample.Verdict.RmsError, 0, sample.Verdict.MaxError);
            Assert.Equal(sample.UploadBytesPerClient, sample.Bytes.ClientSent);
            Assert.Equal((Shape.Clients * sample.Bytes.ClientSent) + (Shape.KeyHolders * sample.Bytes.KeyHolderSent),
                sample.Bytes.ServerReceived);
            Assert.True(sample.Bytes.ClientReceived >= sample.DownloadBytes);
            double stages = Enum.GetValues<Stage>().Where(stage => stage < Stage.Download)
                .Sum(stage => sample.StageCpuSeconds[(int)stage]);
            // Upload is the remainder, so the stages add up; only a remainder that clocks made negative is held to 0.
            Assert.True(stages >= sample.CpuSeconds - 1e-6, $"stages {stages}, in all {sample.CpuSeconds}");
        }
    }

    [Theory]
    [InlineData("plaintext", 4.0)]
    [InlineData("masked-int", 8.0)]
    public async Task Arms_in_the_clear_send_whole_words(string name, double bytes)
    {
        IRoundArm arm = ArmCatalogue.Find(name)!;
        await using InProcessTransport transport = new();
        using IArmSession session = arm.CreateSession(Shape);
        RoundSample sample = await RoundRunner.RunAsync(arm, session, Shape,
            new RoundInputs(Shape.Parameters, Shape.Clip, seed: 3), transport, threads: 1, 0);
        Assert.Equal(bytes * Shape.Parameters, sample.UploadBytesPerClient);
        Assert.Equal(name == "plaintext", sample.StageCpuSeconds[(int)Stage.Encrypt] == 0);
    }

    [Fact]
    public async Task Fewer_bits_are_fewer_bytes_and_larger_errors()
    {
        OneTimeKeyArm arm = new();
        await using InProcessTransport transport = new();
        List<RoundSample> samples = [];
        foreach (int bits in (int[])[8, 16])
        {
            RoundShape shape = Shape with { Bits = bits };
            using IArmSession session = arm.CreateSession(shape);
            samples.Add(await RoundRunner.RunAsync(arm, session, shape,
                new RoundInputs(shape.Parameters, shape.Clip, seed: 3), transport, threads: 1, 0));
        }

        Assert.True(samples[0].UploadBytesPerClient < samples[1].UploadBytesPerClient);
        Assert.True(samples[0].Verdict.RmsError > 50 * samples[1].Verdict.RmsError);
        Assert.All(samples, sample => Assert.True(sample.Verdict.SumIsExact));
    }

    [Fact]
    public async Task Who_checks_sums_fetches_them_whole_and_who_does_not_fetches_means()
    {
        await using InProcessTransport transport = new();
        foreach (IRoundArm arm in ArmCatalogue.All)
        {
            using IArmSession session = arm.CreateSession(Shape);
            RoundSample sample = await RoundRunner.RunAsync(arm, session, Shape,
                new RoundInputs(Shape.Parameters, Shape.Clip, seed: 3), transport, threads: 1, 0);
            bool verifies = sample.StageCpuSeconds[(int)Stage.Verify] > 0;
            Assert.True(verifies || sample.DownloadBytes == sizeof(float) * Shape.Parameters, arm.Name);
            Assert.True(verifies || arm is not OneTimeKeyArm, arm.Name);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50_000)]
    public void A_client_refuses_a_download_that_came_changed(long at)
    {
        OneTimeKeyArm arm = new();
        using IArmSession session = arm.CreateSession(Shape);
        StageMeter meter = new();
        using IArmRound round = session.OpenRound(meter);
        float[] vector = new float[Shape.Parameters];
        for (int client = 0; client < Shape.Clients; client++)
        {
            foreach (ReadOnlyMemory<byte> message in round.Contribute(client, vector, meter))
            {
                round.Receive(client, message, meter);
            }
        }

        round.Open(meter);
        foreach (bool changed in (bool[])[false, true])
        {
            using IRoundDownload download = round.CreateDownload();
            byte[] all = new byte[download.Length];
            download.Read(0, all);
            all[at] ^= (byte)(changed ? 1 : 0);
            download.Write(0, all);
            if (changed)
            {
                Assert.Throws<ProtocolViolationException>(() => download.Finish(meter));
            }
            else
            {
                download.Finish(meter);
            }
        }
    }

    // Without the evidence, which does not grow with the model.
    [Theory]
    [InlineData(10, 2.7, 2.8)]
    [InlineData(100, 3.4, 3.5)]
    [InlineData(1000, 4, 4.2)]
    public void What_clients_fetch_of_a_sum_is_about_as_long_as_float32(int clients, double least, double most)
    {
        AggregationParameters plan = AggregationPlanner.Plan(
            new PlanningRequest(10_000_000, 16, Clip: 1f, clients, KeyHolders: 3));
        Assert.InRange((double)plan.ChunkCount * SummedChunkPacking.Bytes(plan, clients) / plan.VectorLength, least,
            most);
    }

    [Theory]
    [InlineData(10, 0.78)]
    [InlineData(1000, 1.0)]
    public async Task One_time_key_sends_fewer_bytes_than_float32(int clients, double most)
    {
        // Bytes depend on the clients that the plan has room for, not on those that come: four are enough to count
        // them.
        RoundShape shape = new(1_000_000, Clients: 4, Bits: 16, Clip: 1f, KeyHolders: 3, Threshold: 2)
        { MaxClients = clients };
        OneTimeKeyArm arm = new();
        await using InProcessTransport transport = new();
        using IArmSession session = arm.CreateSession(shape);
        RoundSample sample = await RoundRunner.RunAsync(arm, session, shape,
            new RoundInputs(shape.Parameters, shape.Clip, seed: 3), transport, threads: 1, 0);
        Assert.True(sample.Verdict.SumIsExact);
        Assert.InRange(sample.UploadBytesPerClient / (4.0 * shape.Parameters),
            ArmSummary.FloorBytes(clients, shape.Bits) / 4, most);
    }

    [Fact]
    public async Task A_wrong_sum_is_noticed()
    {
        CheatingArm arm = new(new OneTimeKeyArm());
        await using InProcessTransport transport = new();
        using IArmSession session = arm.CreateSession(Shape);
        RoundSample sample = await RoundRunner.RunAsync(arm, session, Shape,
            new RoundInputs(Shape.Parameters, Shape.Clip, seed: 3), transport, threads: 1, 0);
        Assert.True(sample.Verdict.HasIntegers);
        Assert.False(sample.Verdict.SumIsExact);
    }

    [Fact]
    public void An_upload_that_stops_early_fails_the_round()
    {
        PlaintextArm arm = new();
        using IArmSession session = arm.CreateSession(Shape);
        StageMeter meter = new();
        using IArmRound round = session.OpenRound(meter);
        Assert.Throws<InvalidDataException>(() => round.Open(meter));
        Assert.Throws<InvalidDataException>(() => round.Receive(0, new byte[12], meter));
    }

    /// <summary>Quantises client 0 with another seed than the verifier expects.</summary>
    private sealed class CheatingArm(IRoundArm honest) : IRoundArm
    {
        public string Name => "cheating";

        public string Description => "one client's vector is changed";

        public IArmSession CreateSession(RoundShape shape) => new Session(honest.CreateSession(shape));

        private sealed class Session(IArmSession honest) : IArmSession
        {
            public SecurityClaim Security => honest.Security;

            public string ParameterSet => honest.ParameterSet;

            public IArmRound OpenRound(StageMeter meter) => new Round(honest.OpenRound(meter));

            public void Dispose() => honest.Dispose();
        }

        private sealed class Round(IArmRound honest) : IArmRound
        {
            public ReadOnlyMemory<float> Means => honest.Means;

            public IIntegerSums? Integers => honest.Integers;

            public IEnumerable<ReadOnlyMemory<byte>> Contribute(int client, ReadOnlyMemory<float> vector,
                StageMeter meter)
            {
                float[] changed = vector.ToArray();
                changed[client] = -changed[client];
                return honest.Contribute(client, changed, meter);
            }

            public void Receive(int client, ReadOnlyMemory<byte> message, StageMeter meter) =>
                honest.Receive(client, message, meter);

            public void Open(StageMeter meter) => honest.Open(meter);

            public void Dispose() => honest.Dispose();
        }
    }
}
