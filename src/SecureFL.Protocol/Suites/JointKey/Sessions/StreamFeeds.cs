using SecureFL.Messages.Wire;
using SecureFL.Protocol.Sessions;

namespace SecureFL.Protocol.Suites.JointKey.Sessions;

/// <summary>
/// What an active key holder is shown chunk by chunk on one stream, and what it asked for in the round under way. Not
/// thread-safe.
/// </summary>
internal sealed class StreamFeeds
{
    private CiphertextFeed? _feed;
    private int _begun;
    private int _tries;
    private TimeSpan _notBefore;
    private bool _hasChecked;

    /// <summary>The round that it is about; null before the first.</summary>
    public ulong? Round { get; private set; }

    /// <summary>Whether the holder wants to recompute the sum of the proposal before it votes.</summary>
    public bool CheckWanted { get; private set; }

    /// <summary>Whether the holder asked for the summed ciphertexts again.</summary>
    public bool SumsWanted { get; private set; }

    /// <summary>A round is under way: nothing that was asked for in another one is wanted.</summary>
    public void Enter(ulong round)
    {
        if (Round != round)
        {
            (Round, _feed, _tries, _notBefore) = (round, null, 0, TimeSpan.Zero);
            (CheckWanted, SumsWanted, _hasChecked) = (false, false, false);
        }
    }

    /// <summary>The holder wants to check the sum of the round's proposal first.</summary>
    /// <returns>Whether it may: once all of it was shown, it is to vote.</returns>
    public bool TryWantCheck(ulong round)
    {
        CheckWanted |= Round == round && !_hasChecked;
        return Round != round || CheckWanted;
    }

    /// <summary>The holder has lost the sums of the round.</summary>
    public void WantSums(ulong round) => SumsWanted |= Round == round;

    /// <summary>The tasks of the feed of a kind, which begins where none is under way.</summary>
    public IEnumerable<DueTask> Tasks(MessageType kind, ulong round, TimeSpan now, Func<int, CiphertextFeed> create)
    {
        if (_feed is not { } feed || !feed.Is(kind, round))
        {
            if (now < _notBefore)
            {
                return [];
            }

            _feed = feed = create(++_begun);
        }

        return feed.Tasks();
    }

    /// <summary>A task of a feed was answered; one of a feed that was given up counts nothing.</summary>
    public void Answered(HolderTaskKey key)
    {
        if (_feed is not { } feed || !feed.Owns(key))
        {
            return;
        }

        feed.Answered();
        if (feed.IsComplete)
        {
            _feed = null;
            _tries = 0;
            _hasChecked |= key.Kind == MessageType.ListedCiphertext;
            CheckWanted &= key.Kind != MessageType.ListedCiphertext;
            SumsWanted &= key.Kind != MessageType.SummedCiphertext;
        }
    }

    /// <summary>A task of a feed was refused: another feed begins after a while that doubles each time.</summary>
    public void Refused(HolderTaskKey key, TimeSpan now)
    {
        if (_feed is { } feed && feed.Owns(key))
        {
            _feed = null;
            CheckWanted &= key.Kind != MessageType.ListedCiphertext;
            _notBefore = now + TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, ++_tries - 3)));
        }
    }
}
