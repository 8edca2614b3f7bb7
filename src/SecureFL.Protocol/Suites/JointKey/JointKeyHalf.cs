using SecureFL.Messages.JointKey;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Rounds;

namespace SecureFL.Protocol.Suites.JointKey;

/// <summary>
/// A key holder's half of the joint-key suite: turns messages into calls of <see cref="JointKeyHolder"/>, and keeps
/// what a series of messages is at. Used under its holder's lock.
/// </summary>
internal sealed class JointKeyHalf(SuiteKeyHolderSettings settings) : ISuiteKeyHolder
{
    private readonly AggregationPlan _plan = settings.Plan;
    private KeyReveal? _reveal;

    public JointKeyHolder Holder { get; } = new(settings);

    public byte[] CreateEntryKey(ulong round) => Holder.RequireActiveKey().Hash.ToArray();

    public void RequireEntryKey(ulong round)
    {
    }

    public IHolderShares OpenRound(RoundOpening opening)
    {
        Holder.RequireActiveKey(opening);
        return NoShares.Instance;
    }

    public void RequireVote(CertificateProposal proposal, RoundOpening opening) =>
        Holder.RequireVote(proposal, opening);

    public Release CreateRelease(CertificateProposal proposal) => Holder.CreateRelease(proposal);

    public void End(ulong round, RoundEnd end)
    {
        if (end is RoundEnd.Dead or RoundEnd.Opened)
        {
            Holder.Forget(round);
        }
    }

    public byte[]? Handle(MessageType type, ReadOnlyMemory<byte> message)
    {
        ReadOnlySpan<byte> bytes = message.Span;
        switch (type)
        {
            case MessageType.KeyEpochOpening:
                return Holder.HandleOpening(KeyEpochOpening.Parse(bytes, _plan.Limits)).Encode();
            case MessageType.KeyEpochCommitments:
                _reveal = Holder.HandleCommitments(KeyEpochCommitments.Parse(bytes, _plan.Limits));
                return _reveal.PublicKey.Encode();
            case MessageType.PublicKeyShare:
                Holder.HandlePublicKeyShare(PublicKeyShare.Parse(bytes, _plan.Limits));
                return [];
            case MessageType.KeyDealing:
                Holder.HandleKeyDealing(KeyDealing.Parse(bytes, _plan.Limits));
                return [];
            case MessageType.SealedKeyShare:
                Holder.HandleKeyShare(SealedKeyShare.Parse(bytes, _plan.Limits));
                return [];
            case MessageType.KeyEpochRecord:
                Holder.HandleRecord(KeyEpochRecord.Parse(bytes, _plan.Limits));
                return [];
            case MessageType.SummedCiphertext:
                Holder.HandleSummedCiphertext(SummedCiphertext.Parse(bytes, _plan.Limits));
                return [];
            case MessageType.HolderRequest:
                return Answer(HolderRequest.Parse(bytes, _plan.Limits));
            default:
                return null;
        }
    }

    public void Dispose() => Holder.Dispose();

    private byte[]? Answer(HolderRequest request)
    {
        ulong number = request.Context.Round;
        switch (request.Wanted)
        {
            case MessageType.KeyEpochEntry:
                return Holder.CreateEntry(number).Encode();
            case MessageType.KeyDealing:
                return Revealed(number).Dealing.Encode();
            case MessageType.SealedKeyShare:
                KeyReveal reveal = Revealed(number);
                return request.Index < reveal.Shares.Length
                    ? reveal.Shares[request.Index].Encode()
                    : throw OutOfRange($"recipient 0 to {reveal.Shares.Length - 1}", $"{request.Index}");
            case MessageType.KeyEpochConfirmation:
                KeyEpochConfirmation confirmation = Holder.CreateConfirmation(number);
                _reveal = null;
                return confirmation.Encode();
            case MessageType.PartialDecryptionChunk:
                return request.Position < _plan.Parameters.ChunkCount
                    ? Decrypt(request)
                    : throw OutOfRange($"a chunk below {_plan.Parameters.ChunkCount} of a group",
                        $"chunk {request.Position} of group {request.Index}");
            default:
                return null;
        }
    }

    private byte[] Decrypt(HolderRequest request)
    {
        try
        {
            return Holder.CreatePartialDecryption(request.Context.Round, request.Index, request.Position).Encode();
        }
        catch (ArgumentOutOfRangeException)
        {
            throw OutOfRange($"a group of round {request.Context.Round}", $"{request.Index}");
        }
    }

    private KeyReveal Revealed(ulong epoch) => _reveal is { } reveal && reveal.Dealing.Context.Round == epoch
        ? reveal
        : throw new ProtocolViolationException(ViolationCode.WrongKeyEpoch, Party.Server,
            "the commitments of the key epoch first", $"key epoch {epoch}");

    private static ProtocolViolationException OutOfRange(string expected, string received) =>
        new(ViolationCode.OutOfRange, Party.Server, expected, received);

    /// <summary>A contribution under a joint key has no shares.</summary>
    private sealed class NoShares : IHolderShares
    {
        public static NoShares Instance { get; } = new();

        public void Require(ContributionStatement statement, ReadOnlySpan<byte> share)
        {
        }

        public void Take(ContributionStatement statement, ReadOnlySpan<byte> share)
        {
        }

        public void Dispose()
        {
        }
    }
}
