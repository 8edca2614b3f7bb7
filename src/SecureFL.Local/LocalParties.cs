using SecureFL.Messages.Counters;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Local;

/// <summary>
/// Fresh identities of every party of a consortium that lives in one process, and plans for exactly these parties.
/// Immutable, thread-safe.
/// </summary>
public sealed class LocalParties
{
    /// <summary>Draws all identities.</summary>
    /// <param name="clients">Clients to enrol, at least 1.</param>
    /// <param name="keyHolders">Key holders to enrol, at least 1.</param>
    /// <exception cref="PlanRefusedException">More parties than a plan can have.</exception>
    public LocalParties(int clients, int keyHolders)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clients);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keyHolders);
        if (clients > ProtocolLimits.MaxClients || keyHolders > ProtocolLimits.MaxKeyHolders)
        {
            throw new PlanRefusedException(
                "parties",
                $"{clients} clients and {keyHolders} key holders: at most {ProtocolLimits.MaxClients} and "
                + $"{ProtocolLimits.MaxKeyHolders}");
        }

        Clients = [.. Enumerable.Range(0, clients).Select(_ => SigningIdentity.Create())];
        KeyHolders = [.. Enumerable.Range(0, keyHolders).Select(_ => SigningIdentity.Create())];
        Enrolment = new Enrolment(
            Authority.PublicKey,
            Server.PublicKey,
            [.. Clients.Select((identity, i) => new EnrolledParty($"client {i}", identity.PublicKey))],
            [.. KeyHolders.Select((identity, i) => new EnrolledParty($"key holder {i}", identity.PublicKey))]);
    }

    /// <summary>Signs plans.</summary>
    public SigningIdentity Authority { get; } = SigningIdentity.Create();

    /// <summary>The server.</summary>
    public SigningIdentity Server { get; } = SigningIdentity.Create();

    /// <summary>The clients, by plan index.</summary>
    public IReadOnlyList<SigningIdentity> Clients { get; }

    /// <summary>The key holders, by plan index.</summary>
    public IReadOnlyList<SigningIdentity> KeyHolders { get; }

    /// <summary>The public halves, as a plan names them.</summary>
    public Enrolment Enrolment { get; }

    /// <summary>A signed plan for these parties.</summary>
    /// <param name="vectorLength">Values in each vector, 1 to 10^9.</param>
    /// <param name="clip">Values are clipped to [-clip, clip].</param>
    /// <param name="bits">Bits of a quantised value [b in the spec], 4 to 24.</param>
    /// <param name="minClients">Fewest clients in a sum [n_min], at least <paramref name="colludingClients"/> +
    /// 2.</param>
    /// <param name="threshold">Key holders needed to open [t].</param>
    /// <param name="colludingKeyHolders">Key holders assumed to collude with the server [f], from 1 to t - 1.</param>
    /// <param name="colludingClients">Clients assumed to collude with who sees the sum [f_c].</param>
    /// <param name="counters">Whole numbers summed besides the vector, and the weight; null for none.</param>
    /// <param name="configure">Changes any further field.</param>
    /// <param name="suite">How contributions are encrypted and opened.</param>
    /// <param name="roundsPerKey">Joint-key suite: sums that one joint key may open in its life.</param>
    /// <param name="smudging">
    /// Joint-key suite: lambda, 40 to 64; what a key's decryptions show of it is within statistical distance 2^-lambda.
    /// </param>
    /// <param name="wire">Joint-key suite: how ciphertexts travel, bit-packed or as objects of Microsoft SEAL.</param>
    /// <exception cref="PlanRefusedException">A rule is broken.</exception>
    public AggregationPlan CreatePlan(
        long vectorLength,
        float clip,
        int bits,
        int minClients,
        int threshold,
        int colludingKeyHolders,
        int colludingClients = 1,
        CounterLayout? counters = null,
        Func<PlanSettings, PlanSettings>? configure = null,
        Suite suite = Suite.OneTimeKey,
        long roundsPerKey = 1000,
        int smudging = JointKeyParameters.DefaultSmudging,
        WireMode wire = WireMode.Packed)
    {
        CounterLayout layout = counters ?? CounterLayout.Empty;
        int holders = KeyHolders.Count;
        JointKeyRequest? jointKey = suite == Suite.JointKey
            ? new JointKeyRequest(holders, threshold, roundsPerKey, smudging, wire)
            : null;
        PlanSettings settings = new()
        {
            Suite = suite,
            Parameters = AggregationPlanner.Plan(new PlanningRequest(
                vectorLength, bits, clip, Clients.Count, layout.ElementCount(bits), holders, jointKey)),
            Counters = layout,
            MinClients = minClients,
            Threshold = threshold,
            ColludingKeyHolders = colludingKeyHolders,
            ColludingClients = colludingClients,
            Session = SessionId.Create(SystemEntropy.Instance),
            Enrolment = Enrolment,
        };
        return AggregationPlan.Sign(configure is null ? settings : configure(settings), Authority);
    }
}
