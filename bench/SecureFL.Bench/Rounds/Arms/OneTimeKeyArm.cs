using SecureFL.Aggregation;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Encoding.Planning;
using SecureFL.Ring.Randomness;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>The default suite, through the very roles that run apart in production: every message is encoded by one and parsed by the next.</summary>
internal sealed class OneTimeKeyArm : IRoundArm
{
    public string Name => "one-time-key";

    public string Description => "CKKS under a fresh key a contribution, secret-shared to the key holders";

    public bool HasKeyHolders => true;

    public IArmSession CreateSession(RoundShape shape) => new Session(shape);

    private sealed class Session : IArmSession
    {
        private readonly RoundShape _shape;
        private readonly AggregationPlan _plan;
        private readonly InProcessKeyHolders _holders;
        private readonly AggregationClient[] _clients;
        private ModelVersion? _next;

        internal Session(RoundShape shape)
        {
            _shape = shape;
            _plan = AggregationPlan.Create(
                shape.Parameters,
                shape.Clip,
                shape.Bits,
                shape.MaxClients,
                minClients: 3,
                shape.KeyHolders,
                shape.Threshold,
                colludingKeyHolders: shape.Threshold - 1);
            _holders = InProcessKeyHolders.Create(_plan);
            _clients =
            [
                .. Enumerable.Range(0, shape.Clients).Select(
                    i => new AggregationClient(_plan, _plan.Digest, _plan.Embedded!.Client(i), new InMemoryLedgerStorage(), SystemEntropy.Instance)),
            ];
        }

        public SecurityClaim Security => new(_plan.Parameters.SecurityBits, "ePrint 2024/463 with the published key sum as a hint (Hint-RLWE), every prime counted");

        public string ParameterSet
        {
            get
            {
                AggregationParameters p = _plan.Parameters;
                return $"N = {p.RingDegree}, primes of {string.Join(", ", p.Ckks.Moduli.Select(prime => prime.Bits))} bits, {p.Lanes} to a coefficient";
            }
        }

        public IArmRound OpenRound(StageMeter meter)
        {
            RoundInvitation invitation;
            using (meter.Enter(Stage.KeyHolders))
            {
                invitation = _next is null ? _holders.OpenRound() : _holders.OpenRound(_next);
            }

            return new OneTimeKeyRound(_shape, _plan, _holders, _clients, invitation, next => _next = next);
        }

        public void Dispose() => _holders.Dispose();
    }
}
