using System.Buffers.Binary;
using System.Text.Json;
using SecureFL.Cli.Tests.Support;
using SecureFL.Consortium.Plans;
using SecureFL.Local;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Storage.Rounds;

namespace SecureFL.Cli.Tests.Transcripts;

/// <summary>A real session on disk, verified by the executable; then one byte is changed.</summary>
public sealed class VerifyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-verify-");
    private readonly AggregationPlan _plan;

    private string Transcript => Path.Combine(_folder.FullName, "transcript.sfl");

    private string Uploads => Path.Combine(_folder.FullName, "uploads");

    public VerifyTests()
    {
        LocalParties parties = new(3, 3);
        AggregationPlan plan = _plan = parties.CreatePlan(500, 1f, 8, 3, 2, 1);
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
    public void Says_for_programs_what_was_checked_and_what_was_not()
    {
        string json = Path.Combine(_folder.FullName, "report.json");
        Assert.Equal(0, Securefl.Run("verify", Transcript, "--require-closed", "--json", json).ExitCode);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json));
        JsonElement root = report.RootElement;
        Assert.True(root.GetProperty("ok").GetBoolean() && root.GetProperty("isClosed").GetBoolean());
        Assert.Equal(_plan.Digest.ToString(), root.GetProperty("planDigest").GetString());
        Assert.Equal(_plan.SpokenForm, root.GetProperty("planWords").GetString());
        Assert.Equal([0, 1],
            root.GetProperty("rounds").EnumerateArray().Select(r => r.GetProperty("round").GetInt32()));
        Assert.Equal([0, 1, 2], root.GetProperty("closers").EnumerateArray().Select(h => h.GetInt32()));
        Assert.Contains("sums", Texts(root, "notChecked"));
        Assert.Contains("no agreed round left out at the end", Texts(root, "checked"));
    }

    [Fact]
    public void A_cut_off_end_is_refused_where_a_closed_transcript_is_asked_for()
    {
        string cut = CutOff();
        Assert.Equal(0, Securefl.Run("verify", cut).ExitCode);
        (int exit, string output, string error) = Securefl.Run("verify", cut, "--require-closed");
        Assert.Equal(5, exit);
        Assert.Contains("records after these may be missing", output, StringComparison.Ordinal);
        Assert.Contains("is not closed", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_that_was_kept_is_in_later_copies_and_not_in_earlier_ones()
    {
        string cut = CutOff();
        string earlier = HeadOf(Securefl.Run("verify", cut).Output);
        string later = HeadOf(Securefl.Run("verify", Transcript).Output);
        Assert.Equal(0, Securefl.Run("verify", Transcript, "--head", earlier).ExitCode);
        Assert.Equal(0, Securefl.Run("verify", Transcript, "--head", later).ExitCode);
        Assert.Equal(5, Securefl.Run("verify", cut, "--head", later).ExitCode);
        Assert.Equal(2, Securefl.Run("verify", cut, "--head", "3f6c").ExitCode);
    }

    [Fact]
    public void A_transcript_of_another_plan_than_the_one_given_is_refused()
    {
        LocalParties others = new(3, 3);
        Assert.Equal(0, Securefl.Run("verify", Transcript, "--plan", PlanOf(_plan, "this.json")).ExitCode);
        (int exit, _, string error) = Securefl.Run("verify", Transcript, "--plan",
            PlanOf(others.CreatePlan(500, 1f, 8, 3, 2, 1), "other.json"));
        Assert.Equal(5, exit);
        Assert.Contains("not of the one given", error, StringComparison.Ordinal);
    }

    private string PlanOf(AggregationPlan plan, string name)
    {
        string path = Path.Combine(_folder.FullName, name);
        PlanFile.FromMessages("consortium", "server", plan.Encode(), []).Save(path);
        return path;
    }

    // Without the closing record.
    private string CutOff()
    {
        byte[] bytes = File.ReadAllBytes(Transcript);
        int last = 8;
        for (int at = 8; at < bytes.Length; at += 4 + BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at)))
        {
            last = at;
        }

        string path = Path.Combine(_folder.FullName, "cut.sfl");
        File.WriteAllBytes(path, bytes[..last]);
        return path;
    }

    private static string HeadOf(string output) =>
        System.Text.RegularExpressions.Regex.Match(output, "^head ([0-9a-f]{64});",
            System.Text.RegularExpressions.RegexOptions.Multiline).Groups[1].Value;

    private static IEnumerable<string?> Texts(JsonElement root, string name) =>
        root.GetProperty(name).EnumerateArray().Select(text => text.GetString());

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
