using System.Runtime.InteropServices;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Transcripts;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>Whole sessions over gRPC: training with evaluation, plain sums, and restarts at every phase.</summary>
public sealed class WholeSessionTests
{
    [Fact]
    public async Task Training_rounds_and_an_evaluation_end_with_a_model_that_can_be_used()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 2)) { KeepCiphertexts = true };
        RoundState ended = await TrainAsync(session, restartAt: null);

        Assert.Equal("training has ended: all rounds are done", ended.Reason);
        Assert.Equal(2UL, ended.ModelVersion);
        float[] weights = Weights(session, ended);
        Assert.Equal(ModelStamp.Of(2, weights).Digest, new Digest(ended.ModelDigest.Span));
        using FileStream model = File.OpenRead(Path.Combine(session.Folder, "model.safetensors"));
        Assert.Equal(weights, ModelBundle.Read(model, "model").Parameters.Values);
        Assert.True(File.Exists(Path.Combine(session.Folder, "best.safetensors")));

        StatusReply status = session.Host!.Engine.Status(0);
        Assert.Equal(3UL, status.RoundsOpened);
        Assert.All(status.Recent, round => Assert.Equal(4, round.Contributors.Count));
        Assert.Equal(1, status.Recent[1].Metrics["testLoss"], 1e-9);
        Assert.Equal(20, status.Recent[2].Metrics["testSamples"]);

        TranscriptReport report = session.Verify(ciphertexts: true);
        Assert.True(report.IsValid, report.ToText());
        Assert.True(report.IsClosed);
        Assert.Equal(3, report.Rounds.Length);
        Assert.All(report.Rounds, round => Assert.True(round.SumRecomputed));
    }

    [Fact]
    public async Task The_model_is_the_one_that_the_sums_make()
    {
        TrainingTermsOf(out var terms);
        await using TestSession session = new(terms);
        RoundState ended = await TrainAsync(session, restartAt: null);

        float[] expected = terms.CreateBuiltInTrainer()!.CreateInitial(terms.Seed).Values;
        TestClient[] clients = session.Clients();
        for (ulong version = 0; version < 2; version++)
        {
            RoundState state = new() { Kind = RoundKind.Training, ModelVersion = version };
            double total = clients.Sum(client => client.Counters(state)[0]);
            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] += (float)(clients.Sum(client => (double)client.Vector(state)[i])
                    * terms.WeightUnit!.Value / total);
            }
        }

        float[] weights = Weights(session, ended);
        double tolerance = 2 * 4 * session.Plan.Parameters.Step * terms.WeightUnit!.Value / 46;
        for (int i = 0; i < weights.Length; i++)
        {
            Assert.Equal(expected[i], weights[i], tolerance);
        }
    }

    [Theory]
    [InlineData("waiting")]
    [InlineData("opening")]
    [InlineData("collecting")]
    [InlineData("half")]
    [InlineData("agreeing")]
    [InlineData("releasing")]
    public async Task A_restart_in_any_phase_changes_nothing(string restartAt)
    {
        await using TestSession undisturbed = new(TestSession.Terms(rounds: 1));
        RoundState expected = await TrainAsync(undisturbed, restartAt: null);
        await using TestSession disturbed = new(TestSession.Terms(rounds: 1));
        RoundState ended = await TrainAsync(disturbed, restartAt);
        Assert.Equal(expected.ModelDigest, ended.ModelDigest);
        TranscriptReport report = disturbed.Verify();
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
        Assert.Equal(2, report.Rounds.Length);
        Assert.Equal(2UL, disturbed.Host!.Engine.Status(0).RoundsOpened);
    }

    [Fact]
    public async Task A_plain_sum_is_the_sum()
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        TestClient[] clients = session.Clients();
        foreach (TestClient client in clients)
        {
            await client.ContributeAsync(state);
        }

        await session.UntilAsync(state => state.Phase == RoundPhase.Waiting);
        float[] sum =
            [.. MemoryMarshal.Cast<byte, float>(
                File.ReadAllBytes(Path.Combine(session.Folder, "sums", "round-0.f32")))];
        for (int i = 0; i < sum.Length; i++)
        {
            Assert.Equal(clients.Sum(client => client.Vector(state)[i]), sum[i], 4 * session.Plan.Parameters.Step);
        }

        Assert.True(session.Verify().IsValid);
    }

    [Fact]
    public async Task A_server_that_is_stopped_and_started_after_the_end_has_ended()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 1));
        RoundState ended = await TrainAsync(session, restartAt: null);
        await session.RestartAsync();
        RoundState again = await session.UntilAsync(state => state.Phase == RoundPhase.Ended);
        Assert.Equal(ended.ModelDigest, again.ModelDigest);
        Assert.Equal(ended.Reason, again.Reason);
        Assert.True(session.Verify().IsClosed);
    }

    private static void TrainingTermsOf(out SecureFL.Consortium.Plans.TrainingTerms terms) =>
        terms = TestSession.Terms(rounds: 2);

    private static float[] Weights(TestSession session, RoundState state) =>
        [.. MemoryMarshal.Cast<byte, float>(
            File.ReadAllBytes(Path.Combine(session.Folder, "models", new Digest(state.ModelDigest.Span) + ".f32")))];

    private static async Task<RoundState> TrainAsync(TestSession session, string? restartAt)
    {
        await session.StartServerAsync();
        if (restartAt != "opening")
        {
            session.StartHolders();
        }

        await session.StartRoundsAsync();
        if (restartAt is "waiting" or "opening")
        {
            await session.RestartAsync();
            if (restartAt == "opening")
            {
                await session.UntilAsync(state => state.Phase == RoundPhase.Opening);
                session.StartHolders();
            }
        }

        TestClient[] clients = session.Clients();
        HashSet<ulong> done = [];
        while (true)
        {
            RoundState state = await session.UntilAsync(
                state => state.Phase == RoundPhase.Ended
                    || (state.Phase == RoundPhase.Collecting && !done.Contains(state.Round)));
            if (state.Phase == RoundPhase.Ended)
            {
                foreach (TestClient client in clients)
                {
                    client.Dispose();
                }

                return state;
            }

            done.Add(state.Round);
            bool first = state.Round == 0;
            foreach (TestClient client in clients)
            {
                if (first && client.Index == 2 && restartAt is "half" or "collecting")
                {
                    Contribution contribution = await client.MakeAsync(state);
                    if (restartAt == "half")
                    {
                        await client.SendAsync(contribution, most: 1);
                    }

                    await session.RestartAsync();
                    Assert.Equal(restartAt == "half" ? 1UL : 0,
                        (await client.Link.GetUploadAsync(state.Round,
                            TestContext.Current.CancellationToken)).NextChunk);
                    Assert.Equal(2U, session.Host!.Engine.StateFor(-1).Contributions);
                }

                await client.ContributeAsync(state);
            }

            if (first && restartAt is "agreeing" or "releasing")
            {
                RoundPhase phase = restartAt == "agreeing" ? RoundPhase.Agreeing : RoundPhase.Releasing;
                await session.UntilAsync(state => state.Phase >= phase || state.Round > 0);
                await session.RestartAsync();
            }
        }
    }
}
