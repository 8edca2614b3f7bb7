using SecureFL.Cli.Demo;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Transcripts;
using SecureFL.Rlwe.JointKey;
using SecureFL.Storage.Ledgers;

namespace SecureFL.Processes.Tests;

/// <summary>
/// One server, four clients and three key holders as processes over mutual TLS, in a temporary folder.
/// </summary>
internal sealed class Federation : IDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly IReadOnlyList<string> _tables;
    private readonly DemoConsortium _consortium;

    /// <param name="rounds">Training rounds; every one waits for all clients.</param>
    /// <param name="epochs">Passes over each client's rows a round: how long a round takes.</param>
    /// <param name="hidden">Units of the hidden layers.</param>
    public Federation(int rounds, int epochs = 2, params int[] hidden)
        : this(rounds, roundsPerKey: null, epochs, hidden)
    {
    }

    /// <summary>Other terms of training.</summary>
    /// <param name="rounds">Training rounds.</param>
    /// <param name="change">What is other.</param>
    /// <param name="epochs">Passes over each client's rows a round.</param>
    /// <param name="hidden">Units of the hidden layers.</param>
    public Federation(int rounds, Func<TrainingTerms, TrainingTerms> change, int epochs = 2, params int[] hidden)
        : this(rounds, roundsPerKey: null, epochs, hidden, change)
    {
    }

    /// <summary>The joint-key suite.</summary>
    /// <param name="rounds">Training rounds.</param>
    /// <param name="roundsPerKey">Rounds after which the key holders make a new key.</param>
    public Federation(int rounds, long roundsPerKey)
        : this(rounds, roundsPerKey, 2, [])
    {
    }

    private Federation(int rounds, long? roundsPerKey, int epochs, int[] hidden,
        Func<TrainingTerms, TrainingTerms>? change = null)
    {
        _folder = CreateFolder();
        _tables = HospitalFederation.WriteTables(_folder.FullName);
        TrainingTerms terms = HospitalFederation.TermsFor(_tables, rounds,
            new RoundPolicy { OpeningGraceSeconds = 0.5 });
        terms = change?.Invoke(terms) ?? terms;
        ModelSpec spec = ModelSpec.Logistic(terms.Model.Inputs) with { Hidden = [.. hidden] };
        _consortium = DemoConsortium.Create(
            _folder.FullName,
            [.. _tables.Select(path => Path.GetFileNameWithoutExtension(path))],
            HospitalFederation.KeyHolders,
            terms with { Model = ModelTerms.Of(spec), Training = terms.Training with { Epochs = epochs } },
            HospitalFederation.Clip,
            HospitalFederation.Bits,
            threshold: 2,
            roundsPerKey);
        Parties = new DemoParties(_consortium, _tables);
    }

    private Federation(DirectoryInfo folder, DemoConsortium consortium, IReadOnlyList<string> data,
        IReadOnlyList<string> serverOptions, IReadOnlyList<string> clientOptions)
    {
        _folder = folder;
        _tables = data;
        _consortium = consortium;
        Parties = new DemoParties(consortium, data, serverOptions, clientOptions);
    }

    public DemoParties Parties { get; }

    public DemoConsortium Consortium => _consortium;

    public string Folder => _folder.FullName;

    public AggregationPlan Plan => _consortium.Plan.RequireSigned();

    /// <summary>Plain sums: no client runs by itself.</summary>
    public static Federation OfSums(int vectorLength, long? roundsPerKey = null, WireMode wire = WireMode.Packed,
        SumTerms? sums = null)
    {
        DirectoryInfo folder = CreateFolder();
        DemoConsortium consortium = DemoConsortium.Create(
            folder.FullName, ["north", "east", "south", "west"], HospitalFederation.KeyHolders, null, clip: 2,
            HospitalFederation.Bits, threshold: 2, roundsPerKey, wire, vectorLength, sums);
        return new Federation(folder, consortium, [], [], []);
    }

    /// <summary>
    /// Sites that bring their own trainer for one tensor of three weights, which begin at 0, 1 and 2.
    /// </summary>
    /// <param name="rounds">Training rounds.</param>
    /// <param name="trainer">The command.</param>
    public static Federation WithTrainer(int rounds, string trainer)
    {
        DirectoryInfo folder = CreateFolder();
        ModelParameters initial = new(new ModelLayout([("w", [3])]), [0, 1, 2]);
        string weights = Path.Combine(folder.FullName, "initial.safetensors");
        using (FileStream stream = File.Create(weights))
        {
            Safetensors.Write(stream, initial.ToTensors());
        }

        TrainingTerms terms = new()
        {
            Model = new ModelTerms
            {
                Task = LearningTask.Binary,
                Classes = 2,
                Inputs = 3,
                Tensors = [new TensorTerms("w", [3])],
                InitialWeights = ModelStamp.Of(0, initial.Values).Digest,
            },
            Weighting = Weighting.Equal,
            Clips = [1],
            Stopping = new StoppingRules { Rounds = rounds },
            Data = new DataTerms { Scaling = ScalingKind.None, TestFraction = 0 },
            Rounds = new RoundPolicy { OpeningGraceSeconds = 0.5 },
        };
        string[] clients = ["north", "east", "south", "west"];
        DemoConsortium consortium = DemoConsortium.Create(
            folder.FullName, clients, HospitalFederation.KeyHolders, terms, HospitalFederation.Clip,
            HospitalFederation.Bits, threshold: 2);
        return new Federation(folder, consortium, [.. clients.Select((name, i) => WriteArrays(folder, name, i))],
            ["--initial-model", weights], ["--trainer", trainer]);
    }

    /// <summary>The final weights of the same training in the clear.</summary>
    public async Task<float[]> TrainInTheClearAsync()
    {
        TrainingOutcome outcome = await HospitalFederation.TrainInTheClearAsync(
            _consortium.Plan, _tables, _consortium.Clients, TestContext.Current.CancellationToken);
        return outcome.Model.Values;
    }

    /// <summary>The final weights that every client has.</summary>
    public float[] FinalWeights()
    {
        float[][] models = [.. _consortium.Clients.Select(client => ProcessDemo.Weights(Parties.ModelOf(client)))];
        Assert.All(models, model => Assert.Equal(models[0], model));
        return models[0];
    }

    /// <summary>
    /// Stops the server and the holders, which must have stayed up; everybody has these weights, and transcript and
    /// ledgers bear them out.
    /// </summary>
    public void AssertEndedWith(float[] weights, int opened)
    {
        Parties.Server.Stop(TimeSpan.FromSeconds(3));
        foreach (LocalProcess holder in Parties.Holders)
        {
            Assert.True(holder.IsRunning, holder.LastWords());
            holder.Stop(TimeSpan.FromSeconds(3));
        }

        Assert.Equal(weights, FinalWeights());
        AssertTranscript(opened);
        AssertLedgers();
    }

    /// <summary>
    /// The transcript verifies with the sums recomputed from the ciphertexts; so many rounds were opened beside those
    /// of preparation.
    /// </summary>
    public void AssertTranscript(int opened)
    {
        TranscriptReport report = ProcessDemo.Verify(Parties);
        Assert.True(report.IsValid, report.Fault?.Message);
        Assert.Equal(opened + (_consortium.Plan.Terms?.Preparation.Steps.Length ?? 0), report.Rounds.Length);
        Assert.All(report.Rounds, round => Assert.True(round.SumRecomputed));
    }

    /// <summary>
    /// Every vote and release in the transcript is the one in its holder's ledger. A ledger with two entries, votes or
    /// releases of one round cannot be replayed, and what leaves is in the ledger first: so no holder answered twice.
    /// </summary>
    public void AssertLedgers()
    {
        List<(RoundCertificate Certificate, List<Release> Releases)> rounds = ReadTranscript();
        Assert.NotEmpty(rounds);
        for (int i = 0; i < _consortium.Holders.Count; i++)
        {
            using FileLedgerStorage storage = new(Parties.LedgerOf(_consortium.Holders[i]));
            LedgerState state = new DecryptionLedger(storage, Plan, i).State;
            foreach ((RoundCertificate certificate, List<Release> releases) in rounds)
            {
                foreach (Vote vote in certificate.Votes.Where(vote => vote.Holder == i))
                {
                    Assert.Equal(vote.Hash, state.VoteOf(vote.Context.Round)?.Hash);
                }

                foreach (Release release in releases.Where(release => release.Holder == i))
                {
                    Assert.Equal(release.Hash, state.ReleaseOf(release.Context.Round)?.Hash);
                }
            }
        }
    }

    public void Dispose()
    {
        Parties.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Everybody's last words, for a failed assertion.</summary>
    public string LastWords() => string.Join("\n\n",
        Parties.All.Select(process => $"--- {process.Name} (code {process.ExitCode})\n{process.LastWords(12)}"));

    private static DirectoryInfo CreateFolder() => Directory.CreateTempSubdirectory("securefl-processes-");

    private static string WriteArrays(DirectoryInfo folder, string name, int site)
    {
        string path = Path.Combine(folder.FullName, name + ".npz");
        Dataset rows = new([.. Enumerable.Range(0, 12).Select(i => (float)((i + site) % 5))], [0, 1, 0, 1], 3,
            LearningTask.Binary, 2);
        using FileStream stream = File.Create(path);
        NumpyArchive.Write(stream, TensorDataset.ToArrays(rows));
        return path;
    }

    private List<(RoundCertificate Certificate, List<Release> Releases)> ReadTranscript()
    {
        List<(RoundCertificate Certificate, List<Release> Releases)> rounds = [];
        foreach (byte[] payload in TranscriptPayloads.Read(Parties.Transcript))
        {
            switch (payload.Length == 0 ? default : (MessageType)payload[0])
            {
                case MessageType.RoundCertificate:
                    rounds.Add((RoundCertificate.Parse(payload, Plan.Limits), []));
                    break;
                case MessageType.Release:
                    rounds[^1].Releases.Add(Release.Parse(payload, Plan.Limits));
                    break;
                default:
                    break;
            }
        }

        return rounds;
    }
}
