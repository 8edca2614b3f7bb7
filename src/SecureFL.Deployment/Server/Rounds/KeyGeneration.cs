using Google.Protobuf;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>
/// One key epoch as the server relays it: which message of which holder is missing, and so which tasks are due. Memory:
/// the public key shares and sealed shares of all holders. Used under the engine's lock.
/// </summary>
internal sealed class KeyGeneration : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly KeyEpochCoordinator _coordinator;
    private readonly int _holders;
    private readonly HashSet<int> _entries = [];
    private readonly HashSet<int> _commitments = [];
    private readonly Dictionary<int, PublicKeyShare> _publicKeys = [];
    private readonly Dictionary<int, KeyDealing> _dealings = [];
    private readonly Dictionary<int, SortedDictionary<int, SealedKeyShare>> _shares = [];
    private readonly HashSet<int> _revealed = [];
    private readonly HashSet<(int Holder, HolderTaskKind Kind, int Dealer)> _taken = [];
    private readonly HashSet<int> _confirmed = [];

    public KeyGeneration(AggregationPlan plan, ulong epoch)
    {
        _plan = plan;
        _holders = plan.Quorum.KeyHolders;
        _coordinator = new KeyEpochCoordinator(plan, epoch);
        Epoch = epoch;
    }

    public ulong Epoch { get; }

    /// <summary>Whether all holders have confirmed.</summary>
    public bool IsConfirmed => _confirmed.Count == _holders;

    public JointKeyEpoch CreateEpoch() => _coordinator.CreateEpoch();

    /// <summary>What a holder has to do next; the same until it has done it.</summary>
    public IEnumerable<DueTask> Tasks(int holder)
    {
        if (!_entries.Contains(holder))
        {
            return
                [Task(HolderTaskKind.KeyEntry, 0,
                    () => new HolderTask { CreateKeyEntry = new KeyEpochTask { Epoch = Epoch } })];
        }

        if (_entries.Count == _holders && !_commitments.Contains(holder))
        {
            return
                [Task(HolderTaskKind.KeyOpening, 0,
                    () => new HolderTask { KeyOpeningMessage = Bytes(_coordinator.CreateOpening()) })];
        }

        if (_commitments.Count < _holders)
        {
            return [];
        }

        return !_revealed.Contains(holder) ? RevealTasks(holder)
            : _revealed.Count < _holders || _confirmed.Contains(holder) ? []
            : Untaken(holder).DefaultIfEmpty(
                Task(HolderTaskKind.KeyConfirmation, 0,
                    () => new HolderTask { CreateKeyConfirmation = new KeyEpochTask { Epoch = Epoch } }));
    }

    /// <summary>Takes the answer to one of the tasks.</summary>
    /// <exception cref="ProtocolViolationException">It is not what the task asks for.</exception>
    public void Handle(int holder, HolderTaskKey task, byte[] answer)
    {
        switch (task.Kind)
        {
            case HolderTaskKind.KeyEntry:
                KeyEpochEntry entry = KeyEpochEntry.Parse(answer, _plan);
                HolderDesk.RequireHolder(entry.Holder, holder);
                _coordinator.HandleEntry(entry);
                _entries.Add(holder);
                break;
            case HolderTaskKind.KeyOpening:
                PublicKeyCommitment commitment = PublicKeyCommitment.Parse(answer, _plan);
                HolderDesk.RequireHolder(commitment.Holder, holder);
                _coordinator.HandleCommitment(commitment);
                _commitments.Add(holder);
                break;
            case HolderTaskKind.KeyCommitments:
                _publicKeys[holder] = PublicKeyShare.Parse(answer, _plan);
                Reveal(holder);
                break;
            case HolderTaskKind.KeyDealingRequest:
                _dealings[holder] = KeyDealing.Parse(answer, _plan);
                Reveal(holder);
                break;
            case HolderTaskKind.KeyShareRequest:
                SharesOf(holder)[task.Subject] = SealedKeyShare.Parse(answer, _plan);
                Reveal(holder);
                break;
            case HolderTaskKind.PeerPublicKeyShare or HolderTaskKind.PeerKeyDealing or HolderTaskKind.PeerKeyShare:
                _taken.Add((holder, task.Kind, task.Subject));
                break;
            case HolderTaskKind.KeyConfirmation:
                KeyEpochConfirmation confirmation = KeyEpochConfirmation.Parse(answer, _plan);
                HolderDesk.RequireHolder(confirmation.Holder, holder);
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
            yield return Task(HolderTaskKind.KeyCommitments, 0,
                () => new HolderTask { KeyCommitmentsMessage = Bytes(_coordinator.CreateCommitments()) });
        }

        if (!_dealings.ContainsKey(holder))
        {
            yield return Task(HolderTaskKind.KeyDealingRequest, 0,
                () => new HolderTask { CreateKeyDealing = new KeyEpochTask { Epoch = Epoch } });
        }

        for (int recipient = 0; recipient < _holders; recipient++)
        {
            if (!SharesOf(holder).ContainsKey(recipient))
            {
                CreateKeyShare create = new() { Epoch = Epoch, Recipient = (uint)recipient };
                yield return Task(HolderTaskKind.KeyShareRequest, recipient,
                    () => new HolderTask { CreateKeyShare = create });
            }
        }
    }

    private IEnumerable<DueTask> Untaken(int holder)
    {
        int dealer = 0;
        foreach ((PublicKeyShare publicKey, KeyDealing dealing, SealedKeyShare share) in
            _coordinator.MessagesFor(holder))
        {
            (HolderTaskKind Kind, Func<HolderTask> Create)[] pieces =
            [
                (HolderTaskKind.PeerPublicKeyShare, () => new HolderTask { PublicKeyShareMessage = Bytes(publicKey) }),
                (HolderTaskKind.PeerKeyDealing, () => new HolderTask { KeyDealingMessage = Bytes(dealing) }),
                (HolderTaskKind.PeerKeyShare, () => new HolderTask { KeyShareMessage = Bytes(share) }),
            ];
            foreach ((HolderTaskKind kind, Func<HolderTask> create) in pieces)
            {
                if (!_taken.Contains((holder, kind, dealer)))
                {
                    yield return Task(kind, dealer, create);
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

    private DueTask Task(HolderTaskKind kind, int subject, Func<HolderTask> create) =>
        new(new HolderTaskKey(kind, Epoch, subject), create);

    private static ByteString Bytes(ProtocolMessage message) => UnsafeByteOperations.UnsafeWrap(message.Encode());
}
