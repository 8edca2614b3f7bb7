using SecureFL.Cli.Clients;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Generated;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Simulation;

namespace SecureFL.Cli.Demo;

/// <summary>
/// Four generated hospitals that differ as real ones do, the terms under which they train, and the run in the clear
/// that a deployed one must equal.
/// </summary>
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

    /// <summary>The training as the demonstration describes it; a file says it otherwise.</summary>
    internal static TrainingDescription Describe(string? file, int rounds, SumSettings sum)
    {
        TrainingDescription description = file is not null
            ? TrainingDescription.Load(file)
            : TrainingDescription.Default
                .With("data.testFraction", 0.25)
                .With("seed", Seed)
                .With("training.epochs", 2)
                .With("training.optimizer.kind", LocalOptimizerKind.Sgd)
                .With("training.optimizer.learningRate", 0.05f)
                .With("stopping.rounds", rounds)
                .With("sum.suite", sum.Suite)
                .With("sum.wire", sum.Wire);
        return description.Schema is not null || description.Has("columns.label") ? description
            : description.With("columns.label", HospitalGenerator.Label);
    }

    /// <summary>
    /// The terms of a deployed federation. The columns come from all tables: here one program sees them, a real
    /// consortium agrees on them beforehand.
    /// </summary>
    internal static TrainingTerms TermsFor(IReadOnlyList<string> tables, TrainingDescription description)
    {
        TableSchema schema = description.Schema ?? SchemaInference.Infer(
            [.. tables.Select(Read)], new SchemaOptions
            { Label = description.Columns.Label!, Missing = description.Columns.Missing });
        return description.Settle(DataFacts.Of(schema));
    }

    /// <summary>The demonstration's terms, paced as <paramref name="policy"/> says.</summary>
    internal static TrainingTerms TermsFor(IReadOnlyList<string> tables, int rounds, RoundPolicy policy) =>
        TermsFor(tables, Describe(null, rounds, new SumSettings())) with { Rounds = policy };

    /// <summary>The same training in this process, with the integer sums in the clear.</summary>
    internal static async Task<TrainingOutcome> TrainInTheClearAsync(PlanFile plan, IReadOnlyList<string> tables,
        IReadOnlyList<string> clients, CancellationToken cancellationToken)
    {
        TrainingTerms terms = plan.Terms!;
        RawSite[] raw =
            [.. tables.Select((path, i) => SiteRows.Load(terms, new SiteFiles(path, null, null), clients[i], i).Site)];
        QuantizedReferenceSum sum = new(new EncryptedSumOptions
        {
            Sites = raw.Length,
            Clip = plan.Settings.Parameters.Clip,
            Bits = plan.Settings.Parameters.Bits,
            MinClients = plan.Settings.MinClients,
            KeyHolders = plan.Settings.Enrolment.KeyHolders.Count,
            Threshold = plan.Settings.Threshold,
            Rounding = terms.Rounding,
        });
        PreparedState prepared = await LocalPreparation.RunAsync(
            terms, state => terms.TrainerUnder(state)!, raw, sum, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        FederatedSite[] sites = [.. raw.Select(site => prepared.Scale(terms.PreparationTerms, site))];
        return await new FederatedAveraging(terms.FederationOptionsFor(plan.Settings.MinClients, prepared), sites,
            terms.TrainerUnder(prepared)!, sum)
            .RunAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private static RawTable Read(string path)
    {
        using StreamReader reader = new(path);
        return CsvTableReader.Read(reader, path);
    }
}
