namespace SecureFL.Storage.Clients;

/// <summary>The site withdrew from a round: nothing of it is made or sent any more.</summary>
public sealed class ContributionWithdrawnException : Exception
{
    /// <summary>Names the round.</summary>
    public ContributionWithdrawnException(ulong round)
        : base($"this site withdrew from round {round}")
    {
        Round = round;
    }

    /// <summary>The round.</summary>
    public ulong Round { get; }
}
