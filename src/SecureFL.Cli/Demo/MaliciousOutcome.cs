using System.Text.Json.Serialization;

namespace SecureFL.Cli.Demo;

/// <summary>A sum that was opened.</summary>
internal sealed record OpenedRound(ulong Round, int Hospitals, int Groups);

/// <summary>What became of a lying server, as the demo's JSON holds it.</summary>
internal sealed record MaliciousOutcome
{
    /// <summary>The kind of lie.</summary>
    public required string Kind { get; init; }

    /// <summary>What the server tried.</summary>
    public required string Tries { get; init; }

    /// <summary>Whether the party that had to notice did, with the code that it had to.</summary>
    public required bool NoticedAsExpected { get; init; }

    /// <summary>Who noticed first; null for nobody.</summary>
    public string? Party { get; init; }

    /// <summary>Client or KeyHolder.</summary>
    public string? Role { get; init; }

    /// <summary>The round in which it did.</summary>
    public ulong? Round { get; init; }

    /// <summary>Whether the session had ended by then.</summary>
    public bool AtEnd { get; init; }

    /// <summary>The specification's code.</summary>
    public int? Code { get; init; }

    /// <summary>The code's name.</summary>
    public string? CodeName { get; init; }

    /// <summary>What the party said.</summary>
    public string? Words { get; init; }

    /// <summary>The sums that were opened until then, as the transcript shows.</summary>
    public required IReadOnlyList<OpenedRound> Opened { get; init; }

    /// <summary>Whether the server knows no other sum, and each is of as many hospitals as the plan asks for.</summary>
    public required bool OnlyAgreedOpened { get; init; }

    /// <summary>Whether the server has read one hospital's contribution out of them.</summary>
    public required bool OneHospitalRead { get; init; }

    /// <summary>Whether a hospital wrote a final model.</summary>
    public required bool ModelTaken { get; init; }

    /// <summary>Whether the transcript verifies, the sums recomputed.</summary>
    public required bool TranscriptVerified { get; init; }

    /// <summary>From the start to the report.</summary>
    public double Seconds { get; init; }

    /// <summary>The report in a file.</summary>
    public required string ReportPath { get; init; }

    /// <summary>Whether the lie was noticed as it should be and nothing came of it.</summary>
    [JsonIgnore]
    public bool HasFailed => NoticedAsExpected && OnlyAgreedOpened && TranscriptVerified
        && !OneHospitalRead && !ModelTaken;
}
