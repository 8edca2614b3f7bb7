using System.Diagnostics;
using System.Globalization;
using SecureFL.Aggregation;
using SecureFL.Cli.Shell;
using SecureFL.Encoding.Quantization;
using SecureFL.Storage;

namespace SecureFL.Cli.Demo;

/// <summary>Four clients, one server, three key holders of whom two open the sum; all in this process, through the roles that run apart in production.</summary>
internal sealed class SecureSumDemo(DirectoryInfo folder)
{
    private const int Clients = 4;
    private const int Length = 100_000;
    private const float Clip = 1f;
    private const int Bits = 16;

    internal DemoOutcome Run()
    {
        Stopwatch clock = Stopwatch.StartNew();
        string transcriptPath = Path.Combine(folder.FullName, "transcript.sfl");
        string uploadsPath = Path.Combine(folder.FullName, "uploads");
        AggregationPlan plan = AggregationPlan.Create(Length, Clip, Bits, Clients, minClients: 3, keyHolders: 3, threshold: 2, colludingKeyHolders: 1);
        Say($"plan {plan.SpokenForm}: {Clients} clients sum {Length} values of {Bits} bits; 2 of 3 key holders open the sum");
        long[] expected = new long[Length];
        long[] opened;
        using (FileStream file = File.Create(transcriptPath))
        using (InProcessSession session = new(plan, bytes => file.Write(bytes.Span), round => new FileContributionStore(uploadsPath, round)))
        {
            using AggregationServer server = session.OpenRound();
            for (int client = 0; client < Clients; client++)
            {
                float[] update = Update(client);
                ulong seed = (ulong)client;
                server.Accept(session.Clients[client].Encrypt(server.Round, update, [], Rounding.Stochastic, seed));
                AddQuantised(plan, update, seed, expected);
                long bytes = plan.Parameters.CiphertextBytes;
                Say($"client {client} sent {bytes} bytes of ciphertext, {(double)bytes / (4 * Length):P0} of its float32 vector");
            }

            AggregationResult result = session.Open(server, session.Release(server));
            opened = result.GroupSum(0)?.ToArray() ?? [];
            session.Advance(server, result);
            session.EndTranscript();
        }

        bool exact = opened.AsSpan().SequenceEqual(expected);
        Say(exact ? "the opened sum equals the plaintext sum of the quantised vectors, bit for bit" : "the opened sum DIFFERS from the plaintext sum");
        TranscriptReport report = Verify(transcriptPath, uploadsPath);
        Say($"the transcript {(report.IsValid ? "verifies" : "DOES NOT verify")}: securefl verify {transcriptPath} --ciphertexts {uploadsPath}");
        Say("not protected here: all parties run in one process, so whoever runs it could open any client; apart, two colluding key holders and the server could");
        return new DemoOutcome(exact, report.IsValid && report.IsClosed, Processes: 1, clock.Elapsed.TotalSeconds);
    }

    private static TranscriptReport Verify(string transcriptPath, string uploadsPath)
    {
        using FileStream file = File.OpenRead(transcriptPath);
        return TranscriptVerifier.Verify(file, new CiphertextDirectory(uploadsPath));
    }

    /// <summary>A smooth vector that differs from client to client; now and then a value beyond the clip.</summary>
    private static float[] Update(int client)
    {
        float[] update = new float[Length];
        for (int i = 0; i < Length; i++)
        {
            update[i] = 1.05f * MathF.Sin((0.001f * i * (client + 1)) + client);
        }

        return update;
    }

    private static void AddQuantised(AggregationPlan plan, float[] update, ulong seed, long[] sums)
    {
        int[] quantised = QuantizedVector.Of(plan.Parameters, update, Rounding.Stochastic, seed);
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += quantised[i];
        }
    }

    private static void Say(FormattableString text) => Talk.Line(text.ToString(CultureInfo.InvariantCulture));

    private static void Say(string text) => Talk.Line(text);
}
