using System.Collections.Immutable;
using SecureFL.Cli.Sites;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Rounds;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Cli.Runs;

/// <summary>One simulation, as the user asked for it: a training, and what it is simulated on.</summary>
internal sealed record SimulationSettings
{
    private readonly TrainingDescription _description = TrainingDescription.Default;

    internal required SiteSettings Sites { get; init; }

    /// <summary>The training; every setting of it comes from here.</summary>
    internal required TrainingDescription Description
    {
        get => _description;
        init
        {
            _description = value;
            Sum = value.Sum;
            Seed = value.Value<ulong>("seed");
        }
    }

    /// <summary>How updates are summed, as <see cref="Description"/> says.</summary>
    internal SumSettings Sum { get; private init; } = new();

    /// <summary>The seed, as <see cref="Description"/> says.</summary>
    internal ulong Seed { get; private init; }

    internal SumSuite Suite => Sum.Suite;

    internal WireMode Wire => Sum.Wire;

    internal int Threshold => Sum.Threshold;

    internal int Bits => Sum.Bits;

    /// <summary>Fewest sites in a sum of so many; one where nothing is protected.</summary>
    internal int MinClients(int sites) => !Sum.IsEncrypted ? 1 : InsecureTwoSites && sites == 2 ? 2 : Sum.MinClients;

    internal string? TrainerCommand { get; init; }

    /// <summary>How long a run of the trainer's command may take; null for ever.</summary>
    internal TimeSpan? TrainerLimit { get; init; }

    /// <summary>What a failing trainer of one site means for the others.</summary>
    internal TrainerFaultRule OnTrainerFault { get; init; }

    /// <summary>
    /// Insecure: sums of two sites may be encrypted, although each subtracts itself and has the other.
    /// </summary>
    internal bool InsecureTwoSites { get; init; }

    /// <summary>Whether an earlier run's files in the folder may be replaced.</summary>
    internal bool Overwrite { get; init; }

    internal int KeyHolders { get; init; } = 3;

    /// <summary>Simulated seconds a task, by site; empty for none.</summary>
    internal ImmutableArray<double> SiteSeconds { get; init; } = [];

    /// <summary>Sites trained at the same time.</summary>
    internal int Parallelism { get; init; } = 1;

    /// <summary>
    /// The probability above which a row is taken for class 1, where a binary task's figures at a threshold are told.
    /// </summary>
    internal double ThresholdAt { get; init; } = 0.5;

    internal bool Compare { get; init; }

    internal BaselineChoice Baselines { get; init; }

    /// <summary>Folds of a cross-validation; 0 for none.</summary>
    internal int CrossValidate { get; init; }

    /// <summary>Train once without each site, and measure on its rows.</summary>
    internal bool LeaveOneSiteOut { get; init; }

    /// <summary>Whether rows are held out by runs of their own: the delivered model is then one of all rows.</summary>
    internal bool IsValidated => CrossValidate > 0 || LeaveOneSiteOut;

    internal bool Resume { get; init; }

    /// <summary>Print the settled description and train nothing.</summary>
    internal bool PrintTraining { get; init; }

    internal required string Output { get; init; }

    internal bool KeepCiphertexts { get; init; }

    internal FileInfo? Report { get; init; }

    internal FileInfo? Json { get; init; }
}
