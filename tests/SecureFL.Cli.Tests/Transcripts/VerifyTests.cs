using SecureFL.Cli.Tests.Support;
using SecureFL.Local;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Storage.Rounds;

namespace SecureFL.Cli.Tests.Transcripts;

/// <summary>A real session on disk, verified by the executable; then one byte is changed.</summary>
public sealed class VerifyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-verify-");

    private string Transcript => Path.Combine(_folder.FullName, "transcript.sfl");

    private string Uploads => Path.Combine(_folder.FullName, "uploads");

    public VerifyTests()
    {
        LocalParties parties = new(3, 3);
        AggregationPlan plan = parties.CreatePlan(500, 1f, 8, 3, 2, 1);
        using FileStream file = File.Create(Transcript);
        using LocalConsortium session =
            new(plan, parties, bytes => file.Write(bytes.Span), round => new FileContributionStore(Uploads, round));
        for (int round = 0; round < 2; round++)
        {
            using AggregationServer server = session.OpenRound();
            foreach (AggregationClient client in session.Clients)
            {
                server.Accept(client.Encrypt(server.Round, new float[500]));
            }

            session.Open(server, session.Release(server));
        }

        session.EndTranscript();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Says_what_the_transcript_proves()
    {
        (int exit, string output, _) = Securefl.Run("verify", Transcript, "--ciphertexts", Uploads);
        Assert.Equal(0, exit);
        Assert.Contains(
            "round 1: 3 contributions in 1 group(s), 1 opened, 3 votes, 3 releases; sum recomputed from the "
            + "ciphertexts: equal", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flipped_byte_is_found_and_located()
    {
        byte[] bytes = File.ReadAllBytes(Transcript);
        int at = bytes.Length / 2;
        bytes[at] ^= 1;
        File.WriteAllBytes(Transcript, bytes);
        (int exit, string output, string error) = Securefl.Run("verify", Transcript);
        Assert.Equal(5, exit);
        Assert.Contains("FAULT in record", output, StringComparison.Ordinal);
        System.Text.RegularExpressions.Match place =
            System.Text.RegularExpressions.Regex.Match(output, @"bytes (\d+) to (\d+)");
        Assert.InRange(at, int.Parse(place.Groups[1].Value), int.Parse(place.Groups[2].Value));
        Assert.Contains("hint: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_ciphertext_is_found()
    {
        string upload = Directory.GetFiles(Uploads, "client-1.bin", SearchOption.AllDirectories)[0];
        byte[] bytes = File.ReadAllBytes(upload);
        bytes[100] ^= 1;
        File.WriteAllBytes(upload, bytes);
        Assert.Equal(5, Securefl.Run("verify", Transcript, "--ciphertexts", Uploads).ExitCode);
    }

    [Fact]
    public void A_missing_file_is_an_environment_error()
    {
        (int exit, _, string error) = Securefl.Run("verify", Path.Combine(_folder.FullName, "nothing"));
        Assert.Equal(6, exit);
        Assert.StartsWith("securefl: there is no file ", error, StringComparison.Ordinal);
    }
}
