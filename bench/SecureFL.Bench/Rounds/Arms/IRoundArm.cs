using SecureFL.Bench.Rounds.Metering;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>What an arm has to do.</summary>
/// <param name="Parameters">Float32 values in each client's vector.</param>
/// <param name="Clients">Clients in the round.</param>
/// <param name="Bits">Bits of a quantised value, where the arm quantises.</param>
/// <param name="Clip">Values lie in [-Clip, Clip].</param>
/// <param name="KeyHolders">H, where the arm has key holders.</param>
/// <param name="Threshold">t.</param>
internal sealed record RoundShape(long Parameters, int Clients, int Bits, float Clip, int KeyHolders, int Threshold)
{
    /// <summary>
    /// Clients that sizes are planned for: at least <see cref="Clients"/>, more where fewer take part than were asked
    /// for.
    /// </summary>
    public int MaxClients { get; init; } = Clients;
}

/// <summary>Security that an arm claims, and why.</summary>
/// <param name="Bits">Classical bits; 0 for none.</param>
/// <param name="Rule">Where the number comes from, or what is missing.</param>
internal sealed record SecurityClaim(int Bits, string Rule);

/// <summary>
/// One way to sum vectors: what the benchmark puts side by side with others. docs/benchmark.md shows how to add one.
/// </summary>
internal interface IRoundArm
{
    /// <summary>As the user names it.</summary>
    string Name { get; }

    /// <summary>One sentence on what the arm does.</summary>
    string Description { get; }

    /// <summary>
    /// Most parameters the arm is run with unless the user insists; more are stated as measured fewer.
    /// </summary>
    long MostParameters => long.MaxValue;

    /// <summary>
    /// Whether there are key holders, and what they hold in memory does not depend on the model: a short vector then
    /// shows it.
    /// </summary>
    bool KeyHolderMemoryIsFlat => false;

    /// <summary>Most clients, likewise.</summary>
    int MostClients => int.MaxValue;

    /// <summary>Plan, identities, long-lived keys: not part of any round's cost.</summary>
    IArmSession CreateSession(RoundShape shape);
}

/// <summary>An arm set up for one shape; rounds follow each other.</summary>
internal interface IArmSession : IDisposable
{
    /// <summary>What is claimed.</summary>
    SecurityClaim Security { get; }

    /// <summary>Sizes that the arm chose, for people.</summary>
    string ParameterSet { get; }

    /// <summary>N of the ring, where there is one that follows the model's size.</summary>
    int? RingDegree => null;

    /// <summary>Opens the next round; key holders' work in it is measured as theirs.</summary>
    IArmRound OpenRound(StageMeter meter);
}

/// <summary>
/// One round. Calls come in this order: Contribute and Receive for every client, Open, then the rest. Contribute
/// of different clients may run at the same time; Receive never does.
/// </summary>
internal interface IArmRound : IDisposable
{
    /// <summary>Bytes that every client fetches before it contributes.</summary>
    long InvitationBytes => 0;

    /// <summary>
    /// One client's whole contribution as messages in order, made as they are asked for; each is valid until the next.
    /// Work up to the ciphertext is measured as
    /// <see cref="Stage.Quantise"/> and <see cref="Stage.Encrypt"/>; serialising is not measured here and falls to
    /// <see cref="Stage.Upload"/>.
    /// </summary>
    IEnumerable<ReadOnlyMemory<byte>> Contribute(int client, ReadOnlyMemory<float> vector, StageMeter meter);

    /// <summary>
    /// The next message of a client at the server; the bytes are gone afterwards. Checking and adding is measured as
    /// <see cref="Stage.Add"/>.
    /// </summary>
    void Receive(int client, ReadOnlyMemory<byte> message, StageMeter meter);

    /// <summary>Key holders, then the opening.</summary>
    void Open(StageMeter meter);

    /// <summary>The opened means.</summary>
    ReadOnlyMemory<float> Means { get; }

    /// <summary>
    /// What one client fetches of the opened round: the means, unless the arm's clients open and check the sum
    /// themselves. Once a round.
    /// </summary>
    IRoundDownload CreateDownload() => new MeansDownload(Means);

    /// <summary>The opened integers; null where the arm sums floats.</summary>
    IIntegerSums? Integers => null;

    /// <summary>Bytes to and from one key holder.</summary>
    (long Received, long Sent) KeyHolderBytes => (0, 0);

    /// <summary>Times that the server has to wait for key holders.</summary>
    int KeyHolderRoundTrips => 0;
}

/// <summary>Integer sums of an arm that quantises, for the comparison with the integers in the clear.</summary>
internal interface IIntegerSums
{
    /// <summary>Values for which the rounding generator is restarted.</summary>
    int PieceLength { get; }

    /// <summary>Whether quantisation happened inside the encryption and was measured with it.</summary>
    bool QuantizerIsFused { get; }

    /// <summary>A quantiser that rounds as that client's did.</summary>
    Quantizer QuantizerOf(int client);

    /// <summary>The sums from a position on.</summary>
    void Read(long first, Span<long> sums);
}
