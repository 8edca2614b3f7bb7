using SecureFL.Bench.Rounds.Metering;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// The packed sum of the ciphertexts, then the evidence for it: a client that trusts nobody with the sum. It opens and
/// checks all of it with its own role, and makes the means itself.
/// </summary>
internal sealed class SumDownload : IRoundDownload
{
    private readonly AggregationPlan _plan;
    private readonly AggregationClient _client;
    private readonly ModelVersion _head;
    private readonly SumFile _sent;
    private readonly byte[] _evidence;
    private readonly MeanSink _sink;
    private readonly ReadOnlyMemory<float> _means;
    private readonly SumFile _received = new();
    private readonly byte[] _receivedEvidence;

    /// <summary>A download that is yet to come.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="client">Who verifies.</param>
    /// <param name="head">The version that it has.</param>
    /// <param name="sum">What the server hands out; the round's own.</param>
    /// <param name="evidence">With it.</param>
    /// <param name="sink">Takes the client's means.</param>
    /// <param name="means">The server's.</param>
    internal SumDownload(AggregationPlan plan, AggregationClient client, ModelVersion head, SumFile sum,
        SumEvidence evidence, MeanSink sink, ReadOnlyMemory<float> means)
    {
        _plan = plan;
        _client = client;
        _head = head;
        _sent = sum;
        _evidence = evidence.Encode();
        _receivedEvidence = new byte[_evidence.Length];
        _sink = sink;
        _means = means;
    }

    public long Length => _sent.Length + _evidence.Length;

    public void Read(long offset, Span<byte> piece)
    {
        int sums = (int)Math.Clamp(_sent.Length - offset, 0, piece.Length);
        _sent.Read(offset, piece[..sums]);
        if (sums < piece.Length)
        {
            _evidence.AsSpan((int)(offset + sums - _sent.Length), piece.Length - sums).CopyTo(piece[sums..]);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> piece)
    {
        int sums = (int)Math.Clamp(_sent.Length - offset, 0, piece.Length);
        _received.Accept(piece[..sums]);
        piece[sums..].CopyTo(_receivedEvidence.AsSpan((int)Math.Max(0, offset + sums - _sent.Length)));
    }

    public void Finish(StageMeter meter)
    {
        using (meter.Enter(Stage.Verify))
        {
            SumEvidence evidence = SumEvidence.Parse(_receivedEvidence, _plan.Limits);
            AggregationResult result = _client.VerifySum(_head, evidence, _received.Content, _sink)
                ?? throw new InvalidOperationException("the suite has evidence that its clients do not check");
            AggregationClient.RequireModel(evidence, result);
        }

        if (!_sink.Means.Span.SequenceEqual(_means.Span))
        {
            throw new InvalidOperationException("a client opened other means than the server");
        }
    }

    public void Dispose() => _received.Dispose();
}
