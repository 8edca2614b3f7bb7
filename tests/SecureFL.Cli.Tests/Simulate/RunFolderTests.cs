using SecureFL.Cli.Runs;
using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Tests.Simulate;

public sealed class RunFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("securefl-folder").FullName;

    [Fact]
    public void A_folder_with_a_run_is_refused_unless_it_is_gone_on_with_or_removed()
    {
        string own = Path.Combine(_folder, "rows.csv");
        File.WriteAllText(own, "a");
        using (RunFolder first = new(_folder))
        {
            first.OpenTranscript("training-1")(new byte[] { 1, 2, 3 });
        }

        CliException refused = Assert.Throws<CliException>(() => new RunFolder(_folder));
        Assert.Equal(ExitCode.Usage, refused.Code);
        Assert.Contains("holds a run already: transcripts", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--overwrite", refused.Hint, StringComparison.Ordinal);
        Assert.Throws<CliException>(() => new RunFolder(_folder, resume: true, overwrite: true));

        // Going on keeps what the first part wrote.
        using (RunFolder second = new(_folder, resume: true))
        {
            second.OpenTranscript("training-1")(new byte[] { 4 });
            Assert.EndsWith("training-1-part2.sfl", second.Transcripts[0].Transcript, StringComparison.Ordinal);
            Assert.EndsWith("training-1-part2", second.Transcripts[0].Ciphertexts, StringComparison.Ordinal);
        }

        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(_folder, "transcripts", "training-1.sfl")));
        new RunFolder(_folder, overwrite: true).Dispose();
        Assert.Equal([own], Directory.EnumerateFileSystemEntries(_folder));
    }

    /// <summary>Also where the folder, or one in it, is a link to somewhere else.</summary>
    [Fact]
    public void Overwriting_removes_what_a_run_made_and_never_what_somebody_else_did()
    {
        string real = Directory.CreateDirectory(Path.Combine(_folder, "real")).FullName;
        string elsewhere = Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName;
        string link = Path.Combine(_folder, "link");
        Directory.CreateSymbolicLink(link, real);
        using (RunFolder first = new(link))
        {
            first.OpenTranscript("training-1")(new byte[] { 1 });
        }

        string[] kept = [Path.Combine(elsewhere, "client-1.bin"), Path.Combine(elsewhere, "a.sfl"),
            Path.Combine(real, "thesis.docx"), Path.Combine(real, "transcripts", "notes.txt")];
        foreach (string own in kept)
        {
            File.WriteAllText(own, "mine");
        }

        string round = Directory.CreateDirectory(Path.Combine(real, "ciphertexts", "training-1", "round-0")).FullName;
        File.WriteAllText(Path.Combine(round, "client-0.bin"), "");
        File.WriteAllText(Path.Combine(real, "model.safetensors"), "");
        Directory.CreateSymbolicLink(Path.Combine(real, "ciphertexts", "else"), elsewhere);
        new RunFolder(link, overwrite: true).Dispose();
        Assert.All(kept, own => Assert.True(File.Exists(own), own));
        Assert.False(File.Exists(Path.Combine(real, "model.safetensors")));
        Assert.False(File.Exists(Path.Combine(real, "transcripts", "training-1.sfl")));
        Assert.False(Directory.Exists(round));
        Assert.True(Directory.Exists(link));
    }

    [Fact]
    public void A_file_is_no_folder()
    {
        string file = Path.Combine(_folder, "x");
        File.WriteAllText(file, "a");
        Assert.Contains("is a file", Assert.Throws<CliException>(() => new RunFolder(file)).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
