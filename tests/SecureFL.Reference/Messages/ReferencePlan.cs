namespace SecureFL.Reference;

/// <summary>A counter of a plan.</summary>
internal sealed record ReferenceCounter(string Name, long MaxMagnitude);

/// <summary>A party of a plan: a name and an encoded public key.</summary>
internal sealed record ReferenceParty(string Name, byte[] Key);

/// <summary>
/// The fields of a plan and their encoding, section 4; no rule is checked here, the vectors also need broken plans.
/// </summary>
internal sealed record ReferencePlan
{
    public int Suite { get; init; } = 1;

    public int Opener { get; init; } = 1;

    public required byte[] Session { get; init; }

    /// <summary>SHA-256 of the terms; zeros for none.</summary>
    public byte[] Terms { get; init; } = new byte[32];

    public required ReferenceParameters Parameters { get; init; }

    public long MaxWeight { get; init; }

    /// <summary>All counters, the weight first when there is one.</summary>
    public ReferenceCounter[] Counters { get; init; } = [];

    public required int MinClients { get; init; }

    public required int Threshold { get; init; }

    public int Colluding { get; init; }

    public int ColludingClients { get; init; } = 1;

    public int SitesHoldKeys { get; init; }

    public int Rounds { get; init; } = 100;

    public int AgreementWindowSeconds { get; init; } = 3600;

    public int RoundLifeSeconds { get; init; } = 86_400;

    public int BaseVersionWindow { get; init; } = 1;

    public int GroupSize { get; init; }

    public int AllowEarlyResubmission { get; init; }

    public int Insecure { get; init; }

    public required byte[] Authority { get; init; }

    public required byte[] Server { get; init; }

    public required ReferenceParty[] Clients { get; init; }

    public required ReferenceParty[] Holders { get; init; }

    public byte[] Body() => Canonical.Of(w =>
    {
        w.U8(1).U8(2).U8(Suite).U8(Opener).Raw(Session).Raw(Terms);
        Parameters.Write(w);
        w.I64(MaxWeight).U32(Counters.Length);
        foreach (ReferenceCounter counter in Counters)
        {
            w.Text(counter.Name).I64(counter.MaxMagnitude);
        }

        w.U32(MinClients).U32(Threshold).U32(Colluding).U32(ColludingClients).U8(SitesHoldKeys);
        w.U32(Rounds).U32(AgreementWindowSeconds).U32(RoundLifeSeconds).U32(BaseVersionWindow).U32(GroupSize)
            .U8(AllowEarlyResubmission).U8(Insecure);
        w.Raw(Authority).Raw(Server);
        foreach (ReferenceParty[] parties in new[] { Clients, Holders })
        {
            w.U32(parties.Length);
            foreach (ReferenceParty party in parties)
            {
                w.Text(party.Name).Raw(party.Key);
            }
        }
    });

    public byte[] Digest() => DomainHash.Of("plan", Body());

    public byte[] Encode(KeyPair authority) => [.. Body(), .. authority.Sign(Digest())];

    /// <summary>max(t, q_a), q_a = floor((H+f)/2) + 1.</summary>
    public int Votes => Math.Max(Threshold, ((Holders.Length + Colluding) / 2) + 1);

    public int Deaths => Holders.Length - Threshold + 1 + Colluding;

    /// <summary>Section 4.4: twelve proquints of the first 24 bytes.</summary>
    public static string Spoken(byte[] digest)
    {
        List<string> words = [];
        for (int i = 0; i < 24; i += 2)
        {
            int value = (digest[i] * 256) + digest[i + 1];
            char Consonant(int shift) => "bdfghjklmnprstvz"[(value >> shift) % 16];
            char Vowel(int shift) => "aiou"[(value >> shift) % 4];
            words.Add($"{Consonant(12)}{Vowel(10)}{Consonant(6)}{Vowel(4)}{Consonant(0)}");
        }

        return string.Join('-', words);
    }
}
