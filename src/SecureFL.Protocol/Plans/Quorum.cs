namespace SecureFL.Protocol.Plans;

/// <summary>
/// The counting rules of H key holders, threshold t, of whom f may collude with the server. Two sets of
/// q_a = floor((H+f)/2) + 1 holders share more than f, hence an honest one, who votes once: so no two certificates of a
/// round.
/// </summary>
/// <param name="KeyHolders">H.</param>
/// <param name="Threshold">t: this many releases open a sum.</param>
/// <param name="Colluding">f, at most t - 1.</param>
public readonly record struct Quorum(int KeyHolders, int Threshold, int Colluding)
{
    /// <summary>q_a = floor((H+f)/2) + 1.</summary>
    public int Agreement => ((KeyHolders + Colluding) / 2) + 1;

    /// <summary>Opening entries and votes that a round needs: max(t, q_a).</summary>
    public int Votes => Math.Max(Threshold, Agreement);

    /// <summary>Signed ledger heads that a starting holder needs from its peers: max(t, q_a) - 1.</summary>
    public int PeerHeads => Votes - 1;

    /// <summary>
    /// Signed deaths after which a round can never open: H - t + 1 + f. Of them at least H - t + 1 are honest and never
    /// release, so at most t - 1 holders are left that might.
    /// </summary>
    public int Deaths => KeyHolders - Threshold + 1 + Colluding;

    /// <summary>Key holders that may be absent before agreement: H - max(t, q_a).</summary>
    public int AbsentBeforeAgreement => KeyHolders - Votes;

    /// <summary>Voters that may vanish after an agreement of the least size: max(t, q_a) - t.</summary>
    public int AbsentAfterAgreement => Votes - Threshold;

    /// <summary>Whether f silent liars cannot stop rounds: H - f >= max(t, q_a).</summary>
    public bool SurvivesSilentLiars => KeyHolders - Colluding >= Votes;

    /// <summary>Liars that all H answers correct: the largest e with t + 2e at most H.</summary>
    public int CorrectableLiars => (KeyHolders - Threshold) / 2;

    /// <summary>The rules as sentences, one a line.</summary>
    public string Describe() => $"""
        key holders: {Threshold} of {KeyHolders} open a sum; {Colluding} may collude with the server
        a round needs {Votes} opening entries and {Votes} votes for one set of contributions
        absent key holders: at most {AbsentBeforeAgreement} until agreement, then voters - {Threshold} (at least {AbsentAfterAgreement})
        a dead round needs {Deaths} signatures before its contributors may contribute again on the same model
        {Colluding} silent liars {(SurvivesSilentLiars ? "cannot" : "CAN")} stop rounds; {CorrectableLiars} wrong release(s) are corrected when all answer
        {Colluding + 1} colluding key holders and the server can show two sets to two halves; {Threshold} and the server can open any one client
        """;
}
