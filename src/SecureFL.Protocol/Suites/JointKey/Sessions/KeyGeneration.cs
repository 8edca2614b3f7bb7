using SecureFL.Messages.JointKey;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Sessions;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;

namespace SecureFL.Protocol.Suites.JointKey.Sessions;

/// <summary>
/// One key epoch as the server relays it: which message of which holder is missing, and so which tasks are due. Memory:
/// the public key shares and sealed shares of all holders. Not thread-safe.
/// </summary>
internal sealed class KeyGeneration : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly KeyEpochCoordinator _coordinator;
    private readonly int _holders;
    private readonly RoundContext _context;
    private readonly HashSet<int> _entries = [];
    private readonly HashSet<int> _commitments = [];
    private readonly Dictionary<int, PublicKeyShare> _publicKeys = [];
    private readonly Dictionary<int, KeyDealing> _dealings = [];
    private readonly Dictionary<int, SortedDictionary<int, SealedKeyShare>> _shares = [];
    private readonly HashSet<int> _revealed = [];
    private readonly HashSet<(int Holder, MessageType Kind, int Dealer)> _taken = [];
    private readonly HashSet<int> _confirmed = [];

    public KeyGeneration(AggregationPlan plan, ulong epoch)
    {
        _plan = plan;
        _holders = plan.Quorum.KeyHolders;
        _coordinator = new KeyEpochCoordinator(plan, epoch);
        _context = plan.Limits.Context(epoch);
    }

    public ulong Epoch => _context.Round;

    /// <summary>Whether all holders have confirmed.</summary>
    public bool IsConfirmed => _confirmed.Count == _holders;

    public JointKeyEpoch CreateEpoch() => _coordinator.CreateEpoch();

    /// <summary>What a holder has to do next; the same until it has done it.</summary>
    public IEnumerable<DueTask> Tasks(int holder)
    {
        if (!_entries.Contains(holder))
        {
            return [DueTask.Ask(_context, MessageType.KeyEpochEntry)];
        }

        if (_entries.Count == _holders && !_commitments.Contains(holder))
        {
            return [DueTask.Of(Epoch, _coordinator.CreateOpening, MessageType.KeyEpochOpening)];
        }

        if (_commitments.Count < _holders)
        {
            return [];
        }

        return !_revealed.Contains(holder) ? RevealTasks(holder)
            : _revealed.Count < _holders || _confirmed.Contains(holder) ? []
            : Untaken(holder).DefaultIfEmpty(DueTask.Ask(_context, MessageType.KeyEpochConfirmation));
    }

    /// <summary>Takes the answer to one of the tasks.</summary>
    /// <exception cref="ProtocolViolationException">It is not what the task asks for.</exception>
    public void Handle(int holder, HolderTaskKey task, byte[] answer)
    {
        switch (task.Kind)
        {
            case MessageType.PublicKeyShare or MessageType.KeyDealing or MessageType.SealedKeyShare when !task.Asks:
                _taken.Add((holder, task.Kind, task.Subject));
                break;
            case MessageType.KeyEpochEntry:
                KeyEpochEntry entry = KeyEpochEntry.Parse(answer, _plan.Limits);
                LedgerExchange.RequireHolder(entry.Holder, holder);
                _coordinator.HandleEntry(entry);
                _entries.Add(holder);
                break;
            case MessageType.KeyEpochOpening:
                PublicKeyCommitment commitment = PublicKeyCommitment.Parse(answer, _plan.Limits);
                LedgerExchange.RequireHolder(commitment.Holder, holder);
                _coordinator.HandleCommitment(commitment);
                _commitments.Add(holder);
                break;
            case MessageType.KeyEpochCommitments:
                _publicKeys[holder] = PublicKeyShare.Parse(answer, _plan.Limits);
                Reveal(holder);
                break;
            case MessageType.KeyDealing:
                _dealings[holder] = KeyDealing.Parse(answer, _plan.Limits);
                Reveal(holder);
                break;
            case MessageType.SealedKeyShare:
                SharesOf(holder)[task.Subject] = SealedKeyShare.Parse(answer, _plan.Limits);
                Reveal(holder);
                break;
            case MessageType.KeyEpochConfirmation:
                KeyEpochConfirmation confirmation = KeyEpochConfirmation.Parse(answer, _plan.Limits);
                LedgerExchange.RequireHolder(confirmation.Holder, holder);
                _coordinator.HandleConfirmation(confirmation);
                _confirmed.Add(holder);
                break;
        }
    }

    public string WaitingFor(int holder) =>
        !_entries.Contains(holder) ? "its entry for the joint key"
        : _entries.Count == _holders && !_commitments.Contains(holder) ? "its commitment for the joint key"
        : _commitments.Count == _holders && !_revealed.Contains(holder) ? "its shares of the joint key"
        : _revealed.Count == _holders && !_confirmed.Contains(holder) ? "its confirmation of the joint key"
        : "";

    /// <inheritdoc/>
    public void Dispose() => _coordinator.Dispose();

    // What is missing of a reveal, in pieces of one polynomial each.
    private IEnumerable<DueTask> RevealTasks(int holder)
    {
        if (!_publicKeys.ContainsKey(holder))
        {
            yield return DueTask.Of(Epoch, _coordinator.CreateCommitments, MessageType.KeyEpochCommitments);
        }

        if (!_dealings.ContainsKey(holder))
        {
            yield return DueTask.Ask(_context, MessageType.KeyDealing);
        }

        for (int recipient = 0; recipient < _holders; recipient++)
        {
            if (!SharesOf(holder).ContainsKey(recipient))
            {
                yield return DueTask.Ask(_context, MessageType.SealedKeyShare, recipient);
            }
        }
    }

    private IEnumerable<DueTask> Untaken(int holder)
    {
        int dealer = 0;
        foreach ((PublicKeyShare publicKey, KeyDealing dealing, SealedKeyShare share) in
            _coordinator.MessagesFor(holder))
        {
            foreach (ProtocolMessage piece in (ProtocolMessage[])[publicKey, dealing, share])
            {
                if (!_taken.Contains((holder, piece.Type, dealer)))
                {
                    yield return DueTask.Of(Epoch, () => piece, piece.Type, dealer);
                }
            }

            dealer++;
        }
    }

    // The coordinator checks a reveal as a whole; a wrong one is asked for anew.
    private void Reveal(int holder)
    {
        if (!_publicKeys.TryGetValue(holder, out PublicKeyShare? publicKey)
            || !_dealings.TryGetValue(holder, out KeyDealing? dealing) || SharesOf(holder).Count < _holders)
        {
            return;
        }

        try
        {
            _coordinator.HandleReveal(holder, new KeyReveal(publicKey, dealing, [.. SharesOf(holder).Values]));
            _revealed.Add(holder);
        }
        finally
        {
            _publicKeys.Remove(holder);
            _dealings.Remove(holder);
            _shares.Remove(holder);
        }
    }

    private SortedDictionary<int, SealedKeyShare> SharesOf(int holder)
    {
        if (!_shares.TryGetValue(holder, out SortedDictionary<int, SealedKeyShare>? shares))
        {
            _shares.Add(holder, shares = []);
        }

        return shares;
    }
}
