using SecureFL.Bench.Rounds.Metering;
using SecureFL.Local;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// A plan of one suite with all its parties in this process; rounds go through the very roles that run apart in
/// production.
/// </summary>
internal sealed class SuiteSession : IArmSession
{
    private readonly RoundShape _shape;
    private readonly string _securityRule;
    private readonly LocalParties _parties;
    private readonly AggregationPlan _plan;
    private readonly MeteredExchange _exchange = new();
    private readonly LocalKeyHolders _holders;
    private readonly AggregationClient[] _clients;

    // The server's vector, as in the other arms the same from round to round.
    private readonly MeanSink _sink;
    private readonly double _factor;
    private ModelVersion? _next;

    internal SuiteSession(RoundShape shape, Suite suite, string securityRule)
    {
        _securityRule = securityRule;
        _shape = shape;
        _parties = new LocalParties(shape.MaxClients, shape.KeyHolders);
        _plan = _parties.CreatePlan(
            shape.Parameters,
            shape.Clip,
            shape.Bits,
            minClients: 3,
            shape.Threshold,
            colludingKeyHolders: shape.Threshold - 1,
            suite: suite);
        _factor = _plan.Parameters.Step / shape.Clients;
        _sink = new MeanSink(shape, _factor);
        _holders = new LocalKeyHolders(_plan, _parties, exchange: _exchange);
        _clients =
        [
            .. _parties.Clients.Take(shape.Clients).Select(identity => new AggregationClient(
                _plan, _plan.Digest, identity, new InMemoryLedgerStorage(), SystemEntropy.Instance)),
        ];
    }

    public SecurityClaim Security => new(_plan.Parameters.SecurityBits, _securityRule);

    public int? RingDegree => _plan.Parameters.RingDegree;

    public string ParameterSet
    {
        get
        {
            AggregationParameters p = _plan.Parameters;
            return
                $"N = {p.RingDegree}, primes of {string.Join(", ", p.Ckks.Moduli.Select(prime => prime.Bits))} "
                + $"bits, {p.Lanes} to a coefficient";
        }
    }

    public IArmRound OpenRound(StageMeter meter)
    {
        AggregationServer server;
        using (meter.Enter(Stage.KeyHolders))
        {
            server = _holders.OpenRound(store: null, _next is null ? [] : [_next]);
        }

        TakeKey();

        return new SuiteRound(_shape, _plan, _holders, _exchange, _clients, server, _sink, _factor,
            next => _next = next);
    }

    public void Dispose() => _holders.Dispose();

    // Once for each joint key, before the first round under it.
    private void TakeKey()
    {
        if (_holders.KeyEpoch is not { } key || _clients[0].KeyEpoch == key)
        {
            return;
        }

        foreach (AggregationClient client in _clients)
        {
            client.HandleKeyEpoch(key);
        }
    }
}
