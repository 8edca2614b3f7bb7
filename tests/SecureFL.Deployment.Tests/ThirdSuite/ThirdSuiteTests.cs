using System.Runtime.InteropServices;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Protocol.Transcripts;
using SecureFL.Rlwe.Quantization;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.ThirdSuite;

/// <summary>A suite is one folder: the deployed server runs one that it has never heard of.</summary>
public sealed class ThirdSuiteTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_server_runs_a_whole_round_of_a_suite_from_elsewhere(bool restart)
    {
        await using TestSession session = new(null,
            configure: settings => settings with { Suite = InsecurePlainSuite.Instance.Id })
        { KeepCiphertexts = true };
        Assert.Equal("insecure-plain", session.Plan.Suite.Name);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync(1);
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        TestClient[] clients = session.Clients();
        foreach (TestClient client in clients)
        {
            await client.ContributeAsync(state);
            if (restart && client.Index == 1)
            {
                await session.RestartAsync();
                await session.UntilAsync(state => state.Contributions == 2);
            }
        }

        await session.UntilAsync(_ => session.Host!.Engine.Status(0).RoundsOpened == 1);

        int length = (int)session.Plan.Parameters.FloatLength;
        long[] sums = new long[length];
        foreach (TestClient client in clients)
        {
            int[] quantised = new int[length];
            new Quantizer(session.Plan.Parameters.Bits, session.Plan.Parameters.Clip, Rounding.Nearest, 0)
                .Quantize(client.Vector(state), quantised);
            for (int i = 0; i < length; i++)
            {
                sums[i] += quantised[i];
            }

            client.Dispose();
        }

        float[] opened = MemoryMarshal.Cast<byte, float>(
            await File.ReadAllBytesAsync(Path.Combine(session.Folder, "sums", "round-0.f32"),
                TestContext.Current.CancellationToken)).ToArray();
        Assert.Equal(sums.Select(sum => (float)(sum * session.Plan.Parameters.Step)), opened);
        TranscriptReport report = session.Verify(ciphertexts: true);
        Assert.True(report.IsValid, report.ToText());
        Assert.True(Assert.Single(report.Rounds).SumRecomputed);
    }
}
