using Google.Protobuf;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>
/// Tasks that a holder gets chunk by chunk on one stream: a few under way at a time, so that the memory is a few
/// polynomials whatever the size of the model. A refusal ends the feed; another one begins after a while. Used under
/// the engine's lock.
/// </summary>
internal sealed class CiphertextFeed
{
    private const int Window = 8;
    private readonly IEnumerator<HolderTask> _tasks;
    private readonly int _number;
    private readonly ulong _round;
    private readonly long _count;
    private int _sent;
    private int _answered;

    private CiphertextFeed(HolderTaskKind kind, ulong round, int number, long count, IEnumerable<HolderTask> tasks)
    {
        Kind = kind;
        _round = round;
        _number = number;
        _count = count;
        _tasks = tasks.GetEnumerator();
    }

    public HolderTaskKind Kind { get; }

    public bool IsComplete => _answered == _count;

    /// <summary>The listed ciphertexts of a proposal, behind the proposal itself.</summary>
    public static CiphertextFeed Listed(AggregationPlan plan, ServerRound round, int number)
    {
        CertificateProposal proposal = round.Closed!.Proposal;
        HolderTask begin = new() { CheckSumMessage = UnsafeByteOperations.UnsafeWrap(proposal.Encode()) };
        return new CiphertextFeed(
            HolderTaskKind.Listed,
            round.Number,
            number,
            1 + (plan.Parameters.ChunkCount * proposal.Entries.Count()),
            round.Server!.JointKey.CreateListedCiphertexts()
                .Select(ciphertext => new HolderTask
                { ListedCiphertextMessage = UnsafeByteOperations.UnsafeWrap(ciphertext.Encode()) })
                .Prepend(begin));
    }

    /// <summary>The summed ciphertexts, for a holder that has lost them.</summary>
    public static CiphertextFeed Summed(AggregationPlan plan, ServerRound round, int number) => new(
        HolderTaskKind.Summed,
        round.Number,
        number,
        plan.Parameters.ChunkCount * round.Closed!.Proposal.Groups.Length,
        round.Server!.JointKey.CreateSummedCiphertexts()
            .Select(ciphertext => new HolderTask
            { SummedCiphertextMessage = UnsafeByteOperations.UnsafeWrap(ciphertext.Encode()) }));

    /// <summary>Requests for the partial decryptions that are not there yet.</summary>
    public static CiphertextFeed Partial(AggregationPlan plan, ServerRound round, int holder, int number)
    {
        long chunks = plan.Parameters.ChunkCount;
        long total = chunks * round.Closed!.Proposal.Groups.Length;
        long first = round.Server!.JointKey.NextPartial(holder) is (int group, long chunk)
            ? (group * chunks) + chunk : total;
        return new CiphertextFeed(HolderTaskKind.Partial, round.Number, number, total - first, Requests());

        IEnumerable<HolderTask> Requests()
        {
            for (long at = first; at < total; at++)
            {
                yield return new HolderTask
                {
                    CreatePartialDecryption = new CreatePartialDecryption
                    { Round = round.Number, Group = (uint)(at / chunks), Chunk = (ulong)(at % chunks) }
                };
            }
        }
    }

    public bool Is(HolderTaskKind kind, ulong round) => Kind == kind && _round == round;

    /// <summary>Whether a task belongs to this feed, not to one that was given up.</summary>
    public bool Owns(HolderTaskKey key) => key.Feed == _number;

    /// <summary>Tasks that may go now. Each is created once.</summary>
    public IEnumerable<DueTask> Tasks()
    {
        while (_sent < _count && _sent - _answered < Window)
        {
            yield return new DueTask(new HolderTaskKey(Kind, _round, _sent, default, _number), Next);
        }
    }

    public void Answered() => _answered++;

    private HolderTask Next()
    {
        _sent++;
        return _tasks.MoveNext() ? _tasks.Current
            : throw new InvalidOperationException($"{_sent} of {_count} tasks, there are fewer");
    }
}
