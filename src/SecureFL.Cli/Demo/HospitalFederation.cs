using SecureFL.Cli.Clients;
using SecureFL.Deployment.Plans;
using SecureFL.Federated.Data;
using SecureFL.Federated.Data.Generated;
using SecureFL.Federated.Models;
using SecureFL.Federated.Preparation;
using SecureFL.Federated.Rounds;
using SecureFL.Federated.SecureSums;

namespace SecureFL.Cli.Demo;

/// <summary>Four generated hospitals that differ as real ones do, the terms under which they train, and the run in the clear that a deployed one must equal.</summary>
internal static class HospitalFederation
{
    internal const ulong Seed = 1;

    /// <summary>The clip of the vector on the wire; those of the tensors are found before the first round.</summary>
    internal const float Clip = 1f;

    internal const int Bits = 16;

    internal static IReadOnlyList<string> KeyHolders { get; } = ["ethics-board", "university", "it-provider"];

    /// <summary>Writes one table a hospital; the file's name is the hospital's.</summary>
    internal static IReadOnlyList<string> WriteTables(string folder)
    {
        List<string> files = [];
        foreach (HospitalProfile profile in HospitalGenerator.Demonstration)
        {
            string path = Path.Combine(folder, profile.Name.ToLowerInvariant().Replace(' ', '-') + ".csv");
            using StreamWriter writer = new(path);
            HospitalGenerator.WriteCsv(HospitalGenerator.Generate(profile, Seed), writer);
            files.Add(path);
        }

        return files;
    }

    /// <summary>The terms. The columns come from all tables: here one program sees them, a real consortium agrees on them beforehand.</summary>
    internal static TrainingTerms TermsFor(IReadOnlyList<string> tables, int rounds, RoundPolicy policy)
    {
        TableSchema schema = SchemaInference.Infer([.. tables.Select(Read)], new SchemaOptions { Label = HospitalGenerator.Label, Missing = MissingPolicy.Impute });
        return new TrainingTerms
        {
            Model = ModelTerms.Of(ModelSpec.Logistic(schema.Width)),
            Training = new LocalTrainingOptions { Epochs = 2, BatchSize = 32, Optimizer = new LocalOptimizerOptions { LearningRate = 0.05f } },
            Stopping = new StoppingRules { Rounds = rounds },
            Seed = Seed,
            Data = new DataTerms { Schema = schema, Scaling = ScalingKind.Federated, TestFraction = 0.25 },
            Rounds = policy,
        };
    }

    /// <summary>The same training in this process, with the integer sums in the clear.</summary>
    internal static async Task<TrainingOutcome> TrainInTheClearAsync(PlanFile plan, IReadOnlyList<string> tables, IReadOnlyList<string> clients, CancellationToken cancellationToken)
    {
        TrainingTerms terms = plan.Terms!;
        RawSite[] raw = [.. tables.Select((path, i) => SiteRows.Load(terms, new SiteFiles(path, null, null), clients[i], i).Site)];
        QuantizedReferenceSum sum = new(new EncryptedSumOptions
        {
            Sites = raw.Length,
            Clip = plan.Settings.Parameters.Clip,
            Bits = plan.Settings.Parameters.Bits,
            MinClients = plan.Settings.MinClients,
            KeyHolders = plan.Settings.Enrolment.KeyHolders.Count,
            Threshold = plan.Settings.Threshold,
        });
        ILocalTrainer trainer = terms.CreateBuiltInTrainer()!;
        PreparedState prepared = await LocalPreparation.RunAsync(terms, trainer, raw, sum, cancellationToken).ConfigureAwait(false);
        FederatedSite[] sites = [.. raw.Select(site => prepared.Scale(terms.PreparationTerms, site))];
        return await new FederatedAveraging(terms.FederationOptionsFor(plan.Settings.MinClients, prepared), sites, trainer, sum)
            .RunAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private static RawTable Read(string path)
    {
        using StreamReader reader = new(path);
        return CsvTableReader.Read(reader, path);
    }
}
