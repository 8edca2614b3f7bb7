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
/// the party never takes part in another plan from this folder. Not thread-safe.
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
            Digest = DeploymentJson.Read<Content>(WholeFile.Read(_path, MaxBytes), _path, CurrentVersion).Plan;
        }
    }

    /// <summary>The approved digest; null if none was approved yet.</summary>
    internal Digest? Digest { get; private set; }

    internal Consent For(Digest plan) => Digest is not Digest approved ? Consent.Open : approved == plan ? Consent.Given
        : Consent.GivenToAnother;

    /// <summary>Remembers a person's approval.</summary>
    /// <exception cref="InvalidOperationException">Another plan was approved here before.</exception>
    internal void Approve(Digest plan)
    {
        if (For(plan) == Consent.GivenToAnother)
        {
            throw new InvalidOperationException($"{_path} approves another plan, {Digest}");
        }

        WholeFile.Write(_path,
            DeploymentJson.WriteIndented(new Content
            { Version = CurrentVersion, Plan = plan, Spoken = AggregationPlan.SpokenFormOf(plan) }));
        Digest = plan;
    }

    private sealed record Content
    {
        public required int Version { get; init; }

        public required Digest Plan { get; init; }

        public required string Spoken { get; init; }
    }
}
