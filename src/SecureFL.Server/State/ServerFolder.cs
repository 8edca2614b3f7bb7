using System.Globalization;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Text;

namespace SecureFL.Server.State;

/// <summary>
/// Where the server keeps what it must not forget:
/// <code>
/// state.db                     SQLite: rounds, messages, model versions, settings of the session
/// server.lock                  held while a server runs
/// transcript.sfl               the signed transcript, append-only
/// rounds/round-R/client-C.bin  chunks of uploads, one after the other; removed when the round is decided unless
///                              they are kept for audits
/// models/DIGEST.f32            weights of a model version, little-endian
/// checkpoints/round-R.safetensors  the training's state after round R; the newest counts
/// model.safetensors            the newest model, ready for `securefl predict`; best.safetensors the one with the best
///                              metric
/// open-sums/                   summed ciphertexts of the round that is being opened (joint-key suite); made
///                              again after a crash
/// opened/version-N.sum         what made model version N, for clients to check: summed ciphertexts and evidence
/// sums/round-R.f32, .json      opened plain sums and their counters; .safetensors and .npz too where the
///                              plan names the tensors
/// </code>
/// </summary>
internal sealed class ServerFolder : IDisposable
{
    private readonly FileStream _lock;

    /// <summary>Takes the folder for this process, creating it if there is none.</summary>
    /// <exception cref="IOException">Another server uses it.</exception>
    public ServerFolder(string path)
    {
        Root = Path.GetFullPath(path);
        foreach (string folder in (string[])[Root, RoundsDirectory, Sub("models"), Sub("checkpoints"), Sub("sums"),
            Opened])
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder,
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        try
        {
            _lock = new FileStream(Sub("server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault)
        {
            throw new IOException($"{Root} is in use by another server: {FaultText.Of(fault)}", fault);
        }
    }

    public string Root { get; }

    public string Database => Sub("state.db");

    public string Transcript => Sub("transcript.sfl");

    /// <summary>What an auditor passes as ciphertexts.</summary>
    public string RoundsDirectory => Sub("rounds");

    /// <summary>
    /// Summed ciphertexts and partial decryptions of the round that is being opened, in the joint-key suite.
    /// </summary>
    public string OpenSums => Sub("open-sums");

    public string NewestModel => Sub("model.safetensors");

    public string BestModel => Sub("best.safetensors");

    public string Model(Digest digest) => Path.Combine(Sub("models"), digest + ".f32");

    public string Checkpoint(ulong? round) =>
        Path.Combine(Sub("checkpoints"),
            round is null ? "start.safetensors"
                : string.Create(CultureInfo.InvariantCulture, $"round-{round}.safetensors"));

    /// <summary>What clients fetch to check the sum that made a version.</summary>
    public string OpenedSum(ulong version) =>
        Path.Combine(Opened, string.Create(CultureInfo.InvariantCulture, $"version-{version}.sum"));

    /// <summary>The same while its version is not decided.</summary>
    public string DraftSum(ulong round) =>
        Path.Combine(Opened, string.Create(CultureInfo.InvariantCulture, $"round-{round}.part"));

    public string Sum(ulong round, string extension) =>
        Path.Combine(Sub("sums"), string.Create(CultureInfo.InvariantCulture, $"round-{round}.{extension}"));

    public string Round(ulong round) =>
        Path.Combine(RoundsDirectory, string.Create(CultureInfo.InvariantCulture, $"round-{round}"));

    /// <summary>
    /// Removes every checkpoint but one, and all models and opened sums but those of versions that clients may still
    /// fetch: whatever rounds, dead processes included, have left.
    /// </summary>
    public void KeepOnly(ulong? checkpoint, IReadOnlyCollection<ModelVersion> versions)
    {
        HashSet<string> kept = [Checkpoint(checkpoint), .. versions.Select(version => Model(version.Model)),
            .. versions.Select(version => OpenedSum(version.Number))];
        foreach (string path in (string[])
            [.. Directory.GetFiles(Sub("models")), .. Directory.GetFiles(Sub("checkpoints")),
                .. Directory.GetFiles(Opened)])
        {
            if (!kept.Contains(path))
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Removes the chunks of all rounds but one.</summary>
    public void KeepOnlyRound(ulong? round)
    {
        foreach (string directory in Directory.GetDirectories(RoundsDirectory, "round-*"))
        {
            if (round is null || directory != Round(round.Value))
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    /// <summary>Removes summed ciphertexts, which are made again.</summary>
    public void RemoveOpenSums()
    {
        if (Directory.Exists(OpenSums))
        {
            Directory.Delete(OpenSums, recursive: true);
        }
    }

    /// <summary>Gives the folder back.</summary>
    public void Dispose() => _lock.Dispose();

    private string Opened => Sub("opened");

    private string Sub(string name) => Path.Combine(Root, name);
}
