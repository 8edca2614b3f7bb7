namespace SecureFL.Consortium.Parties;

/// <summary>What keeps a party from beginning, or from going on.</summary>
public enum PartyRefusal
{
    /// <summary>What the party was told about itself does not fit together.</summary>
    Options,

    /// <summary>The identity's folder is missing, damaged, of a newer program, or of another role.</summary>
    Identity,

    /// <summary>The plan is missing, damaged, changed or unsigned, does not enrol this party, or is of another kind:
    /// of plain sums where a training is asked for, or the other way round.</summary>
    Plan,

    /// <summary>The plan is not the one that the party's people approved.</summary>
    PlanNotApproved,

    /// <summary>The server runs another plan.</summary>
    WrongPlan,

    /// <summary>One side does not take the other's certificate, and another attempt does not change that.</summary>
    Certificate,

    /// <summary>The server refuses this party, or its request, for good.</summary>
    ServerRefused,

    /// <summary>The server does not answer at the moment: the same may succeed later.</summary>
    ServerUnreachable,

    /// <summary>The server, or what came through it, broke the protocol.</summary>
    Protocol,

    /// <summary>A file of the state folder cannot be used: the disk, damage, or another process that uses it.</summary>
    StateFolder,

    /// <summary>A key holder's ledger was restored from an old copy: it must not go on with it.</summary>
    StaleLedger,

    /// <summary>The one round that was asked for does not get this client's contribution.</summary>
    Contribution,

    /// <summary>The rows do not fit the plan's columns.</summary>
    Rows,

    /// <summary>The plan asks what the rows answered to another plan, or a round for the vector of another round: the
    /// difference of the two sums could be a site that is missing in one of them.</summary>
    RepeatedQuestion,
}
