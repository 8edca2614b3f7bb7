using SecureFL.Cli.Shell;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;
using SecureFL.Storage;

namespace SecureFL.Cli.Simulate;

/// <summary>What a run leaves: model, checkpoint, transcripts, and the ciphertexts where they are kept. Files appear whole or not at all.</summary>
internal sealed class RunFolder : IDisposable
{
    private readonly string _path;
    private readonly Dictionary<string, FileStream> _transcripts = new(StringComparer.Ordinal);

    internal RunFolder(string path)
    {
        _path = Path.GetFullPath(path);
        Directory.CreateDirectory(_path);
    }

    internal string ModelPath => Path.Combine(_path, "model.safetensors");

    private string CheckpointPath => Path.Combine(_path, "checkpoint.safetensors");

    /// <summary>Transcripts written so far.</summary>
    internal IReadOnlyList<(string Transcript, string Ciphertexts)> Transcripts => [.. _transcripts.Keys.Select(name => (TranscriptPath(name), UploadsPath(name)))];

    internal Action<ReadOnlyMemory<byte>> OpenTranscript(string name)
    {
        Directory.CreateDirectory(Path.Combine(_path, "transcripts"));
        FileStream file = _transcripts[name] = File.Create(TranscriptPath(name));
        return bytes => file.Write(bytes.Span);
    }

    internal FileContributionStore OpenUploads(string name, ulong round) => new(UploadsPath(name), round);

    internal void WriteModel(ModelBundle bundle) => Replace(ModelPath, bundle.Write);

    internal void WriteCheckpoint(TrainingCheckpoint checkpoint) => Replace(CheckpointPath, stream => CheckpointFormat.Write(stream, checkpoint));

    /// <summary>The stored state.</summary>
    /// <exception cref="CliException">There is none.</exception>
    internal TrainingCheckpoint ReadCheckpoint()
    {
        if (!File.Exists(CheckpointPath))
        {
            throw new CliException(ExitCode.Environment, $"there is no checkpoint in {_path}", "run without --resume first, or give the --output folder of the interrupted run");
        }

        using FileStream stream = File.OpenRead(CheckpointPath);
        return CheckpointFormat.Read(stream, CheckpointPath);
    }

    /// <summary>Closes the transcripts.</summary>
    public void Dispose()
    {
        foreach (FileStream file in _transcripts.Values)
        {
            file.Dispose();
        }
    }

    private string TranscriptPath(string name) => Path.Combine(_path, "transcripts", name + ".sfl");

    private string UploadsPath(string name) => Path.Combine(_path, "ciphertexts", name);

    private static void Replace(string path, Action<Stream> write)
    {
        string whole = path + ".part";
        using (FileStream stream = File.Create(whole))
        {
            write(stream);
        }

        File.Move(whole, path, overwrite: true);
    }
}
