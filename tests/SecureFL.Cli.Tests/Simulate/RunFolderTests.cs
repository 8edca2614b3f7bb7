using SecureFL.Cli.Shell;
using SecureFL.Cli.Simulate;

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
