using System.Collections.Immutable;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Server.State;
using SecureFL.Storage;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>What rounds of the joint-key suite need besides: the key, who decrypts, and when that is done.</summary>
internal sealed partial class RoundEngine
{
    /// <summary>The key in use, for clients.</summary>
    public JointKeyEpoch KeyEpoch()
    {
        lock (_gate)
        {
            return _keys?.Active ?? throw RequestRefusedException.NotNow(
                _keys is null ? "the plan's suite has no joint key" : "the key holders are still making the joint key");
        }
    }

    private ServerRound CreateRound(StoredRound stored) =>
        new(_plan, _identity, _clock, _options.OpenStore(_folder), stored, _session.Chain.Window(), JointKeyOptions);

    private JointKeyServerOptions? JointKeyOptions() => _keys is null
        ? null
        : new JointKeyServerOptions
        {
            Epoch = _keys.Active ?? throw new InvalidDataException(
                "a round is under way, and the state has no joint key"),
            DecryptedBefore = _keys.Decrypted,
            Sums = new FileSumStore(_folder.OpenSums),
        };

    // Holders that are here and have answered for every contribution come first: an active one that stays away costs
    // the round.
    private ImmutableArray<int> ActiveSet(ServerRound round)
    {
        int[] clients = [.. round.Server!.Accepted.Select(statement => statement.Client)];
        return
        [
            .. round.Server.Round.Opening.Entries.Select(entry => entry.Holder)
                .OrderByDescending(holder => clients.Count(client => round.Checked.GetValueOrDefault((holder, client))))
                .ThenByDescending(holder => _desk.Connected.Contains(holder))
                .Take(_plan.Quorum.Threshold)
                .Order(),
        ];
    }

    // A certificate without the vote of an active holder could never be opened.
    private int Votes(ServerRound round) => _keys is null || round.Closed is not { } closed
        || closed.Proposal.JointKey!.ActiveSet.All(round.Votes.ContainsKey)
        ? round.Votes.Count
        : Math.Min(round.Votes.Count, _plan.Quorum.Votes - 1);

    // Holders whose answer is whole.
    private int Released(ServerRound round) => _keys is null ? round.Releases.Count
        : round.Releases.Keys.Count(holder => JointKeyTasks.HasDecrypted(round, holder));

    private void HandleFeed(HolderSession session, HolderTaskKey task, byte[] answer)
    {
        if (_round is not { Closed: { } closed } round || round.Number != task.Round)
        {
            return;
        }

        if (task.Kind == HolderTaskKind.Partial && !round.Opening)
        {
            PartialDecryptionChunk partial = PartialDecryptionChunk.Parse(answer, _plan);
            HolderDesk.RequireHolder(partial.Holder, session.Holder);
            round.Server!.JointKey.HandlePartialDecryption(partial);
        }

        session.FeedAnswered(task, closed.Proposal.Hash);
    }

    private void Refuse(HolderSession session, HolderTaskKey task, uint code)
    {
        _keys?.Refused(session.Holder, task, code);
        bool asksForSums = task.Kind is HolderTaskKind.Certificate or HolderTaskKind.Partial
            && code is (uint)ViolationCode.UncheckedContribution or (uint)ViolationCode.WrongSummedCiphertext;
        if (_keys is not null && asksForSums)
        {
            session.SumsWanted = true;
        }

        if (task.Feed != 0)
        {
            session.FeedRefused(task, _uptime.Now);
        }
    }
}
