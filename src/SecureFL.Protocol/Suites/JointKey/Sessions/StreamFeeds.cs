using SecureFL.Messages.Wire;
using SecureFL.Protocol.Sessions;

namespace SecureFL.Protocol.Suites.JointKey.Sessions;

/// <summary>
/// What an active key holder is shown chunk by chunk on one stream in the round under way. Not thread-safe.
/// </summary>
internal sealed class StreamFeeds
{
    private CiphertextFeed? _feed;
    private int _begun;
    private int _tries;
    private TimeSpan _notBefore;

    /// <summary>The round that it is about; null before the first.</summary>
    public ulong? Round { get; private set; }

    /// <summary>Whether the holder is to be shown the summed ciphertexts.</summary>
    public bool SumsWanted { get; private set; }

    /// <summary>A round is under way: nothing of another one is wanted.</summary>
    /// <param name="round">The round.</param>
    /// <param name="sumsWanted">Whether the holder has not released yet, and needs the sums for it.</param>
    public void Enter(ulong round, bool sumsWanted)
    {
        if (Round != round)
        {
            (Round, SumsWanted, _feed, _tries, _notBefore) = (round, sumsWanted, null, 0, TimeSpan.Zero);
        }
    }

    /// <summary>The holder does not have the sums of the round.</summary>
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
            SumsWanted &= key.Kind != MessageType.SummedCiphertext;
        }
    }

    /// <summary>A task of a feed was refused: another feed begins after a while that doubles each time.</summary>
    public void Refused(HolderTaskKey key, TimeSpan now)
    {
        if (_feed is { } feed && feed.Owns(key))
        {
            _feed = null;
            _notBefore = now + TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, ++_tries - 3)));
        }
    }
}
