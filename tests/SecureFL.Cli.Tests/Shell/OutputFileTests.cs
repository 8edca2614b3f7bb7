using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Tests.Shell;

/// <summary>A path that cannot be written is named before the work whose end it waits for.</summary>
public sealed class OutputFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-output-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("", "is a folder")]
    [InlineData("missing/model.safetensors", "there is no folder")]
    [InlineData("file/model.safetensors", "there is no folder")]
    public void A_path_that_takes_no_file_is_refused(string path, string reason)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "file"), "");
        CliException fault = Assert.Throws<CliException>(
            () => OutputFile.RequireWritable(new FileInfo(Path.Combine(_folder.FullName, path).TrimEnd('/'))));
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Environment, fault.Code);
    }

    [Fact]
    public void A_path_that_takes_one_is_left_as_it_was()
    {
        OutputFile.RequireWritable(new FileInfo(Path.Combine(_folder.FullName, "model.safetensors")));
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }
}
