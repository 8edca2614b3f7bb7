using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;

namespace SecureFL.Cli.Demo;

/// <summary>What the demonstrations of the deployment begin with, in one folder.</summary>
/// <param name="Tables">Each hospital's rows, in the plan's order.</param>
/// <param name="Clients">The hospitals' names, in the plan's order.</param>
/// <param name="Terms">The terms of training.</param>
/// <param name="Consortium">Identities and the signed plan.</param>
internal sealed record DemoSetup(
    IReadOnlyList<string> Tables, IReadOnlyList<string> Clients, TrainingTerms Terms, DemoConsortium Consortium)
{
    private const int Rounds = 12;

    /// <summary>Generates the tables, and writes the training's file and the plan.</summary>
    /// <param name="folder">A folder that holds no consortium yet.</param>
    /// <param name="asked">The sums that were asked for; a training's file says it otherwise.</param>
    /// <param name="training">The training's file; null for the demonstration's own.</param>
    /// <exception cref="CliException">A training that does not go with the demonstration.</exception>
    internal static DemoSetup Create(DirectoryInfo folder, SumSettings asked, string? training)
    {
        IReadOnlyList<string> tables = HospitalFederation.WriteTables(folder.FullName);
        string[] clients = [.. tables.Select(path => Path.GetFileNameWithoutExtension(path))];
        (TrainingTerms terms, SumSettings sum) = Settle(
            Path.Combine(folder.FullName, "training.json"), tables,
            HospitalFederation.Describe(training, Rounds, asked));
        DemoConsortium consortium = DemoConsortium.Create(
            folder.FullName, clients, HospitalFederation.KeyHolders, terms, HospitalFederation.Clip, sum.Bits,
            sum.Threshold,
            sum.Suite == SumSuite.JointKey ? 1000 : null, sum.Wire);
        return new DemoSetup(tables, clients, terms, consortium);
    }

    // One file for both halves: the deployed one and the one in the clear read what was written.
    private static (TrainingTerms Terms, SumSettings Sum) Settle(string file, IReadOnlyList<string> tables,
        TrainingDescription description)
    {
        SumSettings sum = description.Sum;
        TrainingTerms terms = HospitalFederation.TermsFor(tables, description);
        if (terms.Asynchronous is not null || !sum.IsEncrypted)
        {
            throw new CliException(
                ExitCode.Usage,
                "the demonstration compares encrypted rounds with training in the clear: asynchronous rounds depend "
                + "on the clock, and sums in the clear are no encryption",
                "give a --training file with synchronous rounds and an encrypted suite");
        }

        File.WriteAllBytes(file, TrainingDescription.Print(terms, sum));
        TrainingDescription written = TrainingDescription.Load(file);
        return (written.Settle(DataFacts.Of(written.Schema!)), written.Sum);
    }
}
