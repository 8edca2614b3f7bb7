using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Transcripts;

/// <summary>What an audit shows of one round.</summary>
/// <param name="Round">The round.</param>
/// <param name="Contributors">Listed contributions.</param>
/// <param name="Groups">Groups.</param>
/// <param name="OpenedGroups">Groups that the server says were opened.</param>
/// <param name="Votes">Valid votes for the set.</param>
/// <param name="Releases">Valid releases.</param>
/// <param name="LyingKeyHolders">Plan indices of holders whose release contradicts the others.</param>
/// <param name="SumRecomputed">Whether the sums were recomputed from the ciphertexts.</param>
public sealed record AuditedRound(
    ulong Round, int Contributors, int Groups, int OpenedGroups, int Votes, int Releases,
    ImmutableArray<int> LyingKeyHolders, bool SumRecomputed);

/// <summary>Where a transcript stops being right.</summary>
/// <param name="Record">The record's position, from 0.</param>
/// <param name="FirstByte">Offset of the record's frame in the file.</param>
/// <param name="LastByte">Offset of the frame's last byte, or of the file's.</param>
/// <param name="Code">The failure class.</param>
/// <param name="Message">Who, what was expected, what was found.</param>
public sealed record TranscriptFault(long Record, long FirstByte, long LastByte, ViolationCode Code, string Message);

/// <summary>What a transcript proves, and where it breaks.</summary>
public sealed record TranscriptReport
{
    /// <summary>The first fault, or null.</summary>
    public TranscriptFault? Fault { get; init; }

    /// <summary>Whether everything that was there verified.</summary>
    public bool IsValid => Fault is null;

    /// <summary>
    /// Whether key holders ended the transcript: then it has every set that they agreed on. Otherwise an end may have
    /// been cut off between two records.
    /// </summary>
    public bool IsClosed => !Closers.IsEmpty;

    /// <summary>Plan indices of the key holders that closed the plan; empty where it goes on.</summary>
    public ImmutableArray<int> Closers { get; init; } = [];

    /// <summary>The hash of the last record that verified: a later copy has it, too.</summary>
    public Digest Head { get; init; }

    /// <summary>Whether a record has the hash that was asked for.</summary>
    public bool HasKnownHead { get; init; }

    /// <summary>The plan, if its record verified.</summary>
    public AggregationPlan? Plan { get; init; }

    /// <summary>Records that verified.</summary>
    public long Records { get; init; }

    /// <summary>Rounds that verified.</summary>
    public ImmutableArray<AuditedRound> Rounds { get; init; } = [];

    /// <summary>Rounds proven dead.</summary>
    public ImmutableArray<ulong> DeadRounds { get; init; } = [];

    /// <summary>Model versions on the chain.</summary>
    public int ModelVersions { get; init; }

    /// <summary>The report in plain lines.</summary>
    public string ToText()
    {
        StringBuilder text = new();
        if (Plan is not null)
        {
            Line(text,
                $"plan {Plan.SpokenForm}, signed by its authority; compare these words with the plan you approved");
        }

        Line(text,
            $"{Records} records verify: chain, signatures, quorums; {ModelVersions} model versions in one chain");
        foreach (AuditedRound round in Rounds)
        {
            Line(text,
                $"round {round.Round}: {round.Contributors} contributions in {round.Groups} group(s), "
                + $"{round.OpenedGroups} opened, {round.Votes} votes, {round.Releases} releases"
                + (round.LyingKeyHolders.IsEmpty ? string.Empty
                    : $"; contradicted by the others: key holder {string.Join(", ", round.LyingKeyHolders)}")
                + (round.SumRecomputed ? "; sum recomputed from the ciphertexts: equal"
                    : "; sum NOT recomputed (no ciphertexts)"));
        }

        foreach (ulong round in DeadRounds)
        {
            Line(text, $"round {round}: proven dead, can never be opened");
        }

        Line(text, IsClosed
            ? $"closed by key holder {string.Join(", ", Closers)}: no round that was agreed on is missing"
            : "no closing record: records after these may be missing");
        if (Records > 0)
        {
            Line(text, $"head {Head}; keep it: a copy of another day must have it, too (--head)");
        }

        if (Fault is not null)
        {
            Line(text,
                $"FAULT in record {Fault.Record} (bytes {Fault.FirstByte} to {Fault.LastByte}) [{(int)Fault.Code} "
                + $"{Fault.Code}]: {Fault.Message}");
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
