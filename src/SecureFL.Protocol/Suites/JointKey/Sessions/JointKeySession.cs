using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Sessions;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Rounds;

namespace SecureFL.Protocol.Suites.JointKey.Sessions;

/// <summary>
/// The joint-key suite's half of a session: keys are made between rounds; after a set is agreed an active key holder is
/// shown its sum, releases, then gives the partial decryptions. Not thread-safe.
/// </summary>
internal sealed class JointKeySession(AggregationPlan plan) : ISuiteSession
{
    private readonly JointKeyDesk _keys = new(plan);
    private readonly ConditionalWeakTable<HolderStream, StreamFeeds> _feeds = [];

    public IReadOnlyList<string> ValueNames => JointKeyDesk.Names;

    public bool IsReady => !_keys.IsDue;

    public SuiteKey? Key => Epoch is { } epoch
        ? new SuiteKey(epoch.Record.Context.Round, epoch.Record, epoch.PublicKey) : null;

    // Chunks of ciphertexts are large.
    public int TasksAtOnce => 8;

    /// <summary>The key in use; null before the first.</summary>
    public JointKeyEpoch? Epoch => _keys.Active;

    public void Apply(IReadOnlyList<SuiteValue> values) => _keys.Apply(values);

    public SuiteStep? Next(TimeSpan now) => _keys.Next(now);

    public SuiteServerOptions? CreateServerOptions(Func<ISumStore>? sums) => new JointKeyServerOptions
    {
        Epoch = _keys.Active ?? throw new InvalidDataException(
            "a round is under way, and the state has no joint key"),
        DecryptedBefore = _keys.Decrypted,
        Sums = sums?.Invoke(),
    };

    // Holders that are here and have answered for every contribution come first: an active one that stays away costs
    // the round.
    public void PrepareClose(ServerRound round, IReadOnlyCollection<int> connected)
    {
        int[] clients = [.. round.Server!.Accepted.Select(statement => statement.Client)];
        ServerOf(round).ActiveSet =
        [
            .. round.Server.Round.Opening.Entries.Select(entry => entry.Holder)
                .OrderByDescending(holder => clients.Count(client => round.Holders.HasChecked(holder, client)))
                .ThenByDescending(connected.Contains)
                .Take(plan.Quorum.Threshold)
                .Order(),
        ];
    }

    public IReadOnlyList<SuiteValue> ValuesOf(CertificateProposal proposal) =>
        [JointKeyDesk.Spent(proposal.JointKey!.Decrypted)];

    // A certificate without the vote of an active holder could never be opened.
    public bool CanBeOpened(ServerRound round) =>
        round.Closed is not { } closed || ActiveSet(closed.Proposal).All(round.Holders.Votes.ContainsKey);

    public int CountReleases(ServerRound round) =>
        round.Holders.Releases.Keys.Count(holder => HasDecrypted(round, holder));

    public int MostReleases(ServerRound round) => plan.Quorum.Threshold;

    public IEnumerable<DueTask> Due(HolderStream stream) => _keys.Tasks(stream.Holder);

    public IEnumerable<DueTask> Due(ServerRound round, HolderStream stream, TimeSpan now)
    {
        if (round.Closed is not { } closed)
        {
            return [];
        }

        int holder = stream.Holder;
        CertificateProposal proposal = closed.Proposal;
        if (!round.Holders.Votes.ContainsKey(holder))
        {
            return [DueTask.Of(round.Number, () => proposal, MessageType.CertificateProposal)];
        }

        if (!ActiveSet(proposal).Contains(holder) || round.Certificate is not { } certificate)
        {
            return [];
        }

        bool hasReleased = round.Holders.Releases.ContainsKey(holder);
        StreamFeeds feeds = _feeds.GetOrCreateValue(stream);
        feeds.Enter(round.Number, sumsWanted: !hasReleased);
        JointKeyServer server = ServerOf(round);
        if (feeds.SumsWanted)
        {
            return feeds.Tasks(MessageType.SummedCiphertext, round.Number, now,
                number => CiphertextFeed.Summed(plan, proposal, server, number));
        }

        if (!hasReleased)
        {
            return [DueTask.Of(round.Number, () => certificate, MessageType.RoundCertificate)];
        }

        return server.NextPartial(holder) is null
            ? []
            : feeds.Tasks(MessageType.PartialDecryptionChunk, round.Number, now,
                number => CiphertextFeed.Partial(plan, proposal, server, holder, number));
    }

    public void Require(RoundOpeningEntry entry)
    {
        Digest key = Epoch?.Record.Hash ?? default;
        if (entry.KeyEpoch != key)
        {
            throw new ProtocolViolationException(ViolationCode.WrongKeyEpoch, entry.Signer,
                $"key epoch {key.ToShortString()}", entry.KeyEpoch.ToShortString());
        }
    }

    public bool Handle(HolderStream stream, HolderTaskKey task, byte[] answer, ServerRound? round)
    {
        switch (task.Kind)
        {
            case >= MessageType.KeyEpochEntry and <= MessageType.KeyEpochRecord:
                _keys.Handle(stream.Holder, task, answer);
                return true;
            case MessageType.PartialDecryptionChunk when round is { Closed: not null }:
                PartialDecryptionChunk partial = PartialDecryptionChunk.ParseShared(answer, plan.Limits);
                LedgerExchange.RequireHolder(partial.Holder, stream.Holder);
                ServerOf(round).HandlePartialDecryption(partial);
                break;
            case MessageType.SummedCiphertext or MessageType.PartialDecryptionChunk:
                break;
            default:
                return false;
        }

        _feeds.GetOrCreateValue(stream).Answered(task);
        return true;
    }

    public string? Refused(HolderStream stream, HolderTaskKey task, uint code, TimeSpan now)
    {
        StreamFeeds feeds = _feeds.GetOrCreateValue(stream);
        if (task.Kind is MessageType.RoundCertificate or MessageType.PartialDecryptionChunk
            && code is (uint)ViolationCode.UncheckedContribution or (uint)ViolationCode.WrongSummedCiphertext)
        {
            feeds.WantSums(task.Round);
        }

        feeds.Refused(task, now);
        return _keys.Refused(stream.Holder, task, code, now);
    }

    public string? WaitingFor(int holder, ServerRound? round) => round is null ? _keys.WaitingFor(holder)
        : !ActiveSet(round.Closed!.Proposal).Contains(holder) || HasDecrypted(round, holder) ? ""
        : "its partial decryption";

    public void Dispose() => _keys.Dispose();

    private static ImmutableArray<int> ActiveSet(CertificateProposal proposal) => proposal.JointKey!.ActiveSet;

    // Whether the whole partial decryption of an active holder is there.
    private static bool HasDecrypted(ServerRound round, int holder) =>
        round.Holders.Releases.ContainsKey(holder) && ServerOf(round).NextPartial(holder) is null;

    private static JointKeyServer ServerOf(ServerRound round) => (JointKeyServer)round.Server!.Suite;
}
