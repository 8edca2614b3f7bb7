using SecureFL.Aggregation;
using SecureFL.Cli.Demo;
using SecureFL.Deployment.Plans;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;
using SecureFL.Storage;

namespace SecureFL.Processes.Tests;

/// <summary>One server, four clients and three key holders as processes over mutual TLS, in a temporary folder.</summary>
internal sealed class Federation : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-processes-");
    private readonly IReadOnlyList<string> _tables;
    private readonly LocalConsortium _consortium;

    /// <param name="rounds">Training rounds; every one waits for all clients.</param>
    /// <param name="epochs">Passes over each client's rows a round: how long a round takes.</param>
    /// <param name="hidden">Units of the hidden layers.</param>
    public Federation(int rounds, int epochs = 2, params int[] hidden)
        : this(rounds, null, epochs, hidden)
    {
    }

    /// <summary>The joint-key suite.</summary>
    /// <param name="rounds">Training rounds.</param>
    /// <param name="roundsPerKey">Rounds after which the key holders make a new key.</param>
    public Federation(int rounds, long roundsPerKey)
        : this(rounds, roundsPerKey, 2, [])
    {
    }

    private Federation(int rounds, long? roundsPerKey, int epochs, int[] hidden)
    {
        _tables = HospitalFederation.WriteTables(_folder.FullName);
        TrainingTerms terms = HospitalFederation.TermsFor(_tables, rounds, new RoundPolicy { OpeningGraceSeconds = 0.5 });
        ModelSpec spec = ModelSpec.Logistic(terms.Model.Inputs) with { Hidden = [.. hidden] };
        _consortium = LocalConsortium.Create(
            _folder.FullName,
            [.. _tables.Select(path => Path.GetFileNameWithoutExtension(path))],
            HospitalFederation.KeyHolders,
            terms with { Model = ModelTerms.Of(spec), Training = terms.Training with { Epochs = epochs } },
            HospitalFederation.Clip,
            HospitalFederation.Bits,
            threshold: 2,
            roundsPerKey);
        Parties = new LocalParties(_consortium, _tables);
    }

    public LocalParties Parties { get; }

    public AggregationPlan Plan => _consortium.Plan.RequireSigned();

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

    /// <summary>The transcript verifies with the sums recomputed from the ciphertexts; so many rounds were opened.</summary>
    public void AssertTranscript(int opened)
    {
        TranscriptReport report = ProcessDemo.Verify(Parties);
        Assert.True(report.IsValid, report.Fault?.Message);
        Assert.Equal(opened, report.Rounds.Length);
        Assert.All(report.Rounds, round => Assert.True(round.SumRecomputed));
    }

    /// <summary>
    /// Every vote and release in the transcript is the one in its holder's ledger. A ledger with two entries, votes or releases of one round cannot be replayed, and what
    /// leaves is in the ledger first: so no holder answered twice.
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
    public string LastWords() => string.Join("\n\n", Parties.All.Select(process => $"--- {process.Name} (code {process.ExitCode})\n{process.LastWords(12)}"));

    private List<(RoundCertificate Certificate, List<Release> Releases)> ReadTranscript()
    {
        List<(RoundCertificate Certificate, List<Release> Releases)> rounds = [];
        foreach (byte[] payload in TranscriptPayloads.Read(Parties.Transcript))
        {
            switch (payload.Length == 0 ? default : (MessageType)payload[0])
            {
                case MessageType.RoundCertificate:
                    rounds.Add((RoundCertificate.Parse(payload, Plan), []));
                    break;
                case MessageType.Release:
                    rounds[^1].Releases.Add(Release.Parse(payload, Plan));
                    break;
                default:
                    break;
            }
        }

        return rounds;
    }
}
