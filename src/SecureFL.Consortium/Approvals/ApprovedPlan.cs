using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Formats;

namespace SecureFL.Consortium.Approvals;

/// <summary>What a person decided about a plan.</summary>
internal enum Consent
{
    /// <summary>This plan was approved here before.</summary>
    Given,

    /// <summary>Nobody was asked yet.</summary>
    Open,

    /// <summary>Another plan was approved here.</summary>
    GivenToAnother,
}

/// <summary>
/// The plan that a party's people approved, remembered durably in its state folder: they compare the digest once, and
/// the party never takes part in another plan from this folder. With it goes what a client's people approved of
/// questions that their rows answered to another plan. Not thread-safe.
/// </summary>
internal sealed class ApprovedPlan
{
    /// <summary>The version that this program writes, and the newest that it reads.</summary>
    internal const int CurrentVersion = 1;

    private const int MaxBytes = 4096;
    private readonly string _path;

    /// <summary>The memory in a state folder.</summary>
    /// <exception cref="FormatException">The file is damaged.</exception>
    /// <exception cref="NewerVersionException">A newer program wrote it.</exception>
    internal ApprovedPlan(string stateFolder)
    {
        _path = Path.Combine(stateFolder, "approved-plan.json");
        if (File.Exists(_path))
        {
            Content content = DeploymentJson.Read<Content>(WholeFile.Read(_path, MaxBytes), _path, CurrentVersion);
            Digest = content.Plan;
            Repeated = content.AcceptsRepeated is { IsDefault: false } kinds ? kinds : [];
        }
    }

    /// <summary>The approved digest; null if none was approved yet.</summary>
    internal Digest? Digest { get; private set; }

    /// <summary>Kinds of questions that the plan may ask although another plan had them answered.</summary>
    internal ImmutableArray<QuestionKind> Repeated { get; private set; } = [];

    internal Consent For(Digest plan) => Digest is not Digest approved ? Consent.Open : approved == plan ? Consent.Given
        : Consent.GivenToAnother;

    /// <summary>Remembers a person's approval.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="repeated">Kinds of questions that it may ask again, beside those that were approved
    /// before.</param>
    /// <exception cref="InvalidOperationException">Another plan was approved here before.</exception>
    internal void Approve(Digest plan, params IEnumerable<QuestionKind> repeated)
    {
        if (For(plan) == Consent.GivenToAnother)
        {
            throw new InvalidOperationException($"{_path} approves another plan, {Digest}");
        }

        ImmutableArray<QuestionKind> all = [.. Repeated.Union(repeated).Order()];
        WholeFile.Write(_path, DeploymentJson.WriteIndented(new Content
        {
            Version = CurrentVersion,
            Plan = plan,
            Spoken = AggregationPlan.SpokenFormOf(plan),
            AcceptsRepeated = all.IsEmpty ? null : all,
        }));
        Digest = plan;
        Repeated = all;
    }

    private sealed record Content
    {
        public required int Version { get; init; }

        public required Digest Plan { get; init; }

        public required string Spoken { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ImmutableArray<QuestionKind>? AcceptsRepeated { get; init; }
    }
}
