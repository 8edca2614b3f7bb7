using System.Collections.Immutable;
using SecureFL.Ckks.JointKey;
using SecureFL.Cli.Sites;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Simulate;

/// <summary>What sums the updates.</summary>
internal enum SumSuite
{
    /// <summary>Encrypted, through the roles of the protocol, each contribution under a key of its own.</summary>
    OneTimeKey,

    /// <summary>Encrypted, through the roles of the protocol, under one joint key of the key holders.</summary>
    JointKey,

    /// <summary>The same integers in the clear; floats where 32 bits are asked for.</summary>
    Plaintext,
}

/// <summary>The model that is trained.</summary>
internal enum ModelKind
{
    /// <summary>The regression that fits the label.</summary>
    Auto,

    /// <summary>Linear regression.</summary>
    Linear,

    /// <summary>Logistic regression.</summary>
    Logistic,

    /// <summary>Softmax regression.</summary>
    Softmax,

    /// <summary>A multi-layer perceptron.</summary>
    Mlp,
}

/// <summary>One simulation, as the user asked for it.</summary>
internal sealed record SimulationSettings
{
    /// <summary>Bits that stand for float32 in the plaintext suite.</summary>
    internal const int FloatBits = 32;

    internal required SiteSettings Sites { get; init; }

    internal ScalingKind Normalization { get; init; }

    internal ModelKind Model { get; init; }

    internal ImmutableArray<int> Hidden { get; init; } = [];

    internal required LocalTrainingOptions Training { get; init; }

    internal bool BalancedClasses { get; init; }

    internal string? TrainerCommand { get; init; }

    /// <summary>How long a run of the trainer's command may take; null for ever.</summary>
    internal TimeSpan? TrainerLimit { get; init; }

    /// <summary>Insecure: two sites may be summed, although each subtracts itself and has the other.</summary>
    internal bool InsecureTwoSites { get; init; }

    /// <summary>Whether an earlier run's files in the folder may be replaced.</summary>
    internal bool Overwrite { get; init; }

    internal SumSuite Suite { get; init; }

    internal WireMode Wire { get; init; }

    internal int KeyHolders { get; init; } = 3;

    internal int Threshold { get; init; } = 2;

    internal int MinClients { get; init; } = 3;

    internal int Bits { get; init; } = 16;

    /// <summary>Null to choose.</summary>
    internal float? Clip { get; init; }

    /// <summary>Null for synchronous rounds.</summary>
    internal BufferOptions? Buffer { get; init; }

    /// <summary>Simulated seconds a task, by site; empty for none.</summary>
    internal ImmutableArray<double> SiteSeconds { get; init; } = [];

    internal required FederationOptions Federation { get; init; }

    /// <summary>What --target and --patience look at; null for the task's main metric.</summary>
    internal RoundMetric? Metric { get; init; }

    /// <summary>The probability above which a row is taken for class 1, where a binary task's figures at a threshold are told.</summary>
    internal double ThresholdAt { get; init; } = 0.5;

    internal bool Compare { get; init; }

    internal BaselineChoice Baselines { get; init; }

    internal bool Resume { get; init; }

    internal required string Output { get; init; }

    internal bool KeepCiphertexts { get; init; }

    internal FileInfo? Report { get; init; }

    internal FileInfo? Json { get; init; }
}
