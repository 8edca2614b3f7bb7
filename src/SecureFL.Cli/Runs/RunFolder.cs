using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Storage.Rounds;
using SecureFL.Transport.Formats;

namespace SecureFL.Cli.Runs;

/// <summary>
/// What a run leaves: model, checkpoint, transcripts, and the ciphertexts where they are kept. Files appear whole or
/// not at all.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    /// <summary>What a run leaves: nothing else is ever removed.</summary>
    private static readonly string[] Made =
        ["model.safetensors", "checkpoint.safetensors", "checkpoint.json", "training.json", "transcripts",
            "ciphertexts"];

    private readonly string _path;
    private readonly Dictionary<string, string> _parts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileStream> _transcripts = new(StringComparer.Ordinal);

    /// <summary>Takes a folder for a run.</summary>
    /// <param name="path">The folder; made where there is none.</param>
    /// <param name="resume">Goes on with the run that is there.</param>
    /// <param name="overwrite">Removes the run that is there; nothing else in the folder.</param>
    /// <exception cref="CliException">A run is there, and neither was asked for.</exception>
    internal RunFolder(string path, bool resume = false, bool overwrite = false)
    {
        _path = Path.GetFullPath(path);
        if (resume && overwrite)
        {
            throw new CliException(ExitCode.Usage, "--resume goes on with the run that --overwrite removes",
                "give one of them");
        }

        if (File.Exists(_path))
        {
            throw new CliException(ExitCode.Usage, $"{_path} is a file, --output needs a folder", "name another one");
        }

        Directory.CreateDirectory(_path);
        string[] there = [.. Made.Select(name => Path.Combine(_path, name)).Where(Path.Exists)];
        if (there.Length == 0 || resume)
        {
            return;
        }

        if (!overwrite)
        {
            throw new CliException(
                ExitCode.Usage, $"{_path} holds a run already: {string.Join(", ", there.Select(Path.GetFileName))}",
                "another --output keeps it, --resume goes on with it, --overwrite removes it");
        }

        foreach (string old in there)
        {
            Remove(old, below: 0);
        }
    }

    internal string ModelPath => Path.Combine(_path, "model.safetensors");

    private string TrainingPath => Path.Combine(_path, "training.json");

    private string CheckpointPath => Path.Combine(_path, "checkpoint.safetensors");

    /// <summary>Transcripts written so far.</summary>
    internal IReadOnlyList<(string Transcript, string Ciphertexts)> Transcripts =>
        [.. _transcripts.Keys.Select(name => (TranscriptPath(name), UploadsPath(name)))];

    internal Action<ReadOnlyMemory<byte>> OpenTranscript(string name)
    {
        Directory.CreateDirectory(Path.Combine(_path, "transcripts"));

        // A run that goes on keeps the transcripts of its earlier parts.
        string free = name;
        for (int part = 2; File.Exists(TranscriptPath(free)); part++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}-part{part}");
        }

        _parts[name] = free;
        FileStream file = _transcripts[free] = File.Create(TranscriptPath(free));
        return bytes => file.Write(bytes.Span);
    }

    internal FileContributionStore OpenUploads(string name, ulong round) =>
        new(UploadsPath(_parts.GetValueOrDefault(name, name)), round);

    /// <summary>Keeps the settled description of the run.</summary>
    internal void WriteTraining(byte[] description) =>
        WholeFile.Write(TrainingPath, stream => stream.Write(description), ownerOnly: false);

    internal void WriteModel(ModelBundle bundle) => WholeFile.Write(ModelPath, bundle.Write, ownerOnly: false);

    internal void WriteCheckpoint(TrainingCheckpoint checkpoint) =>
        WholeFile.Write(CheckpointPath, stream => CheckpointFormat.Write(stream, checkpoint), ownerOnly: false);

    /// <summary>The stored state.</summary>
    /// <exception cref="CliException">There is none, or it is of another training than
    /// <paramref name="description"/>.</exception>
    internal TrainingCheckpoint ReadCheckpoint(byte[] description)
    {
        if (File.Exists(CheckpointPath) && File.Exists(TrainingPath))
        {
            ResumedTraining.Require(OrdinaryFile.ReadBytes(TrainingPath), description, TrainingPath);
        }

        if (!File.Exists(CheckpointPath))
        {
            throw new CliException(ExitCode.Environment, $"there is no checkpoint in {_path}",
                "run without --resume first, or give the --output folder of the interrupted run");
        }

        using FileStream stream = OrdinaryFile.Open(CheckpointPath);
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

    // Of the folders, the files that a run writes: what else somebody put there stays, as does what a link leads to.
    private static void Remove(string old, int below)
    {
        FileAttributes kind = File.GetAttributes(old);
        if (kind.HasFlag(FileAttributes.ReparsePoint) || !kind.HasFlag(FileAttributes.Directory))
        {
            string name = Path.GetFileName(old);
            bool made = below == 0 || name.EndsWith(".sfl", StringComparison.Ordinal)
                || (name.EndsWith(".bin", StringComparison.Ordinal)
                    && (name.StartsWith("client-", StringComparison.Ordinal)
                        || name.StartsWith("holder-", StringComparison.Ordinal)));
            if (made)
            {
                // Of a link the link alone.
                File.Delete(old);
            }

            return;
        }

        foreach (string entry in Directory.GetFileSystemEntries(old))
        {
            Remove(entry, below + 1);
        }

        if (!Directory.EnumerateFileSystemEntries(old).Any())
        {
            Directory.Delete(old);
        }
    }

    private string TranscriptPath(string name) => Path.Combine(_path, "transcripts", name + ".sfl");

    private string UploadsPath(string name) => Path.Combine(_path, "ciphertexts", name);
}
