namespace SecureFL.Messages.Rounds;

/// <summary>Why a group has no sum.</summary>
public enum GroupStatus
{
    /// <summary>The sum is exact.</summary>
    Opened = 0,

    /// <summary>A coefficient of the key sum is larger than honest keys can add up to.</summary>
    KeyOutOfBound = 1,

    /// <summary>A lane, or what lies above the lanes, is out of range.</summary>
    LaneOutOfRange = 2,

    /// <summary>The rounding residues spread wider than honest errors do.</summary>
    ResidualVariance = 3,
}
