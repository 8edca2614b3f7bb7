using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Sessions;
using SecureFL.Protocol.Suites.JointKey.Rounds;

namespace SecureFL.Protocol.Suites.JointKey.Sessions;

/// <summary>
/// Tasks that a holder gets chunk by chunk on one stream: a few under way at a time, so that the memory is a few
/// polynomials whatever the size of the model. A refusal ends the feed; another one begins after a while. Not
/// thread-safe.
/// </summary>
internal sealed class CiphertextFeed
{
    private const int Window = 8;
    private readonly IEnumerator<ProtocolMessage> _tasks;
    private readonly int _number;
    private readonly ulong _round;
    private readonly long _count;
    private int _sent;
    private int _answered;

    private CiphertextFeed(MessageType kind, ulong round, int number, long count, IEnumerable<ProtocolMessage> tasks)
    {
        Kind = kind;
        _round = round;
        _number = number;
        _count = count;
        _tasks = tasks.GetEnumerator();
    }

    public MessageType Kind { get; }

    public bool IsComplete => _answered == _count;

    /// <summary>The summed ciphertexts, which a holder decrypts.</summary>
    public static CiphertextFeed Summed(AggregationPlan plan, CertificateProposal proposal, JointKeyServer server,
        int number) => new(MessageType.SummedCiphertext, proposal.Context.Round, number,
            plan.Parameters.ChunkCount * proposal.Groups.Length, server.CreateSummedCiphertexts());

    /// <summary>Requests for the partial decryptions that are not there yet.</summary>
    public static CiphertextFeed Partial(AggregationPlan plan, CertificateProposal proposal, JointKeyServer server,
        int holder, int number)
    {
        long chunks = plan.Parameters.ChunkCount;
        long total = chunks * proposal.Groups.Length;
        long first = server.NextPartial(holder) is (int group, long chunk) ? (group * chunks) + chunk : total;
        return new CiphertextFeed(MessageType.PartialDecryptionChunk, proposal.Context.Round, number, total - first,
            Requests());

        IEnumerable<ProtocolMessage> Requests()
        {
            for (long at = first; at < total; at++)
            {
                yield return HolderRequest.Create(proposal.Context, MessageType.PartialDecryptionChunk,
                    (int)(at / chunks), at % chunks);
            }
        }
    }

    public bool Is(MessageType kind, ulong round) => Kind == kind && _round == round;

    /// <summary>Whether a task belongs to this feed, not to one that was given up.</summary>
    public bool Owns(HolderTaskKey key) => key.Series == _number;

    /// <summary>Tasks that may go now, at most a window of them. Each is created once, in order.</summary>
    public IEnumerable<DueTask> Tasks()
    {
        for (int at = _sent; at < _count && at - _answered < Window; at++)
        {
            int place = at;
            yield return new DueTask(new HolderTaskKey(Kind, _round, at, default, _number), () => Create(place));
        }
    }

    public void Answered() => _answered++;

    private byte[] Create(int place)
    {
        if (place != _sent)
        {
            throw new InvalidOperationException($"task {_sent} of the feed is next, not {place}");
        }

        _sent++;
        return _tasks.MoveNext() ? _tasks.Current.Encode()
            : throw new InvalidOperationException($"{_sent} of {_count} tasks, there are fewer");
    }
}
