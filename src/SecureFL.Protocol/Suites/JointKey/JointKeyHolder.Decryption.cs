using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Suites.JointKey.Rounds;
using SecureFL.Ring.Randomness;

namespace SecureFL.Protocol.Suites.JointKey;

public sealed partial class JointKeyHolder
{
    /// <summary>
    /// Takes the next chunk of what a set that this holder voted for wants decrypted, from the first chunk of the first
    /// group on: before its release it decrypts what it checks in one pass, afterwards it stores again what it has
    /// lost.
    /// </summary>
    /// <exception cref="ProtocolViolationException">
    /// Of a certificate that this holder did not vote for or is not active in, out of order, malformed, or not the sum
    /// of the certified contributions: the pass is over, and a new one may begin.
    /// </exception>
    public void HandleSummedCiphertext(SummedCiphertext summed)
    {
        ArgumentNullException.ThrowIfNull(summed);
        ulong round = summed.Context.Round;
        CertificateProposal proposal = Voted(round, summed.Certificate);
        RequireActive(proposal);
        if (_ledger.State.ReleaseOf(round) is not null)
        {
            SumIntake.Restore(_plan, proposal, summed, _sums);
            return;
        }

        RoundRules.RequireAlive(_ledger.State, round);
        if (summed is { Group: 0, Chunk: 0 })
        {
            Begin(proposal);
        }

        if (!_intakes.TryGetValue(round, out SumIntake? intake))
        {
            throw new ProtocolViolationException(ViolationCode.ChunkOrder, Party.Server, "chunk 0 of group 0 first",
                $"chunk {summed.Chunk} of group {summed.Group}");
        }

        try
        {
            intake.Handle(summed);
        }
        catch
        {
            Forget(round);
            throw;
        }

        if (intake.Release.Next is null)
        {
            _intakes.Remove(round);
            _releases.Add(round, intake.Release);
            intake.Dispose();
        }
    }

    /// <summary>
    /// One chunk of the partial decryption that this holder has released (<see cref="KeyHolder.HandleCertificate"/>
    /// first). Any order, any number of times:
    /// always the same bytes, or none.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Nothing was released, or the summed ciphertexts must be sent
    /// again.</exception>
    /// <exception cref="LedgerUnavailableException">The bytes would differ from those released before, or the key share
    /// is gone.</exception>
    public PartialDecryptionChunk CreatePartialDecryption(ulong round, int group, long chunk)
    {
        _settings.RequireFresh();
        Release release = _ledger.State.ReleaseOf(round)
            ?? throw new ProtocolViolationException(ViolationCode.NotVoted, Party.Server,
                $"a release of round {round} first", "none");
        ArgumentOutOfRangeException.ThrowIfNegative(group);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(group, release.Groups.Length);
        ArgumentOutOfRangeException.ThrowIfNegative(chunk);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(chunk, _plan.JointKey.ChunkCount);
        if (!_releases.TryGetValue(round, out PartialRelease? partial))
        {
            partial = Repeat(release);
            _releases.Add(round, partial);
        }

        return partial.Create(group, chunk, _sums);
    }

    /// <summary>
    /// The linear digests of the partial decryptions, signed. Nothing else leaves before the ledger holds it.
    /// </summary>
    internal Release CreateRelease(CertificateProposal proposal)
    {
        RequireActive(proposal);
        Epochs.RequireKeyOf(proposal.Context.Round);
        HolderRound round = _settings.Round(proposal.Context.Round);
        if (!_releases.TryGetValue(proposal.Context.Round, out PartialRelease? partial)
            || partial.Proposal.Hash != proposal.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.UncheckedContribution, Party.Server,
                $"the summed ciphertexts of round {proposal.Context.Round} first", "none, or not all");
        }

        return Release.Create(proposal, _holder, partial.Digests, [.. proposal.Groups.Select(round.HashOfDigestSum)],
            _settings.Identity);
    }

    /// <summary>Forgets the summed ciphertexts of a round that is over: no retry will be asked for.</summary>
    internal void Forget(ulong round)
    {
        _sums.Remove(round);
        EndPass(round);
    }

    private void EndPass(ulong round)
    {
        if (_intakes.Remove(round, out SumIntake? intake))
        {
            intake.Dispose();
            intake.Release.Dispose();
        }

        if (_releases.Remove(round, out PartialRelease? release))
        {
            release.Dispose();
        }
    }

    private void Begin(CertificateProposal proposal)
    {
        ulong number = proposal.Context.Round;
        HolderRound round = _settings.Round(number);
        EndPass(number);
        PartialRelease release = StartRelease(proposal);
        try
        {
            _intakes.Add(number, new SumIntake(_plan, proposal, round, release, _sums));
        }
        catch
        {
            release.Dispose();
            throw;
        }
    }

    // A process that has not made the first pass itself: what is stored must give what the ledger says was released.
    private PartialRelease Repeat(Release release)
    {
        PartialRelease partial = StartRelease(Voted(release.Context.Round, release.Certificate));
        try
        {
            partial.TakeAll(_sums);
            return partial.Digests.Zip(release.Groups).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span))
                ? partial : throw PartialRelease.Changed();
        }
        catch
        {
            partial.Dispose();
            throw;
        }
    }

    private CertificateProposal Voted(ulong round, Digest certificate) =>
        _ledger.State.ProposalOf(round) is { } proposal && proposal.Hash == certificate
        ? proposal
        : throw new ProtocolViolationException(ViolationCode.WrongCertificate, Party.Server,
            $"the certificate of round {round} that was voted for", certificate.ToShortString());

    private void RequireActive(CertificateProposal proposal)
    {
        if (!proposal.JointKey!.ActiveSet.Contains(_holder))
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongActiveSet, Party.Server, $"an active set with {Party.KeyHolder(_holder)}",
                string.Join(", ", proposal.JointKey.ActiveSet));
        }
    }

    private PartialRelease StartRelease(CertificateProposal proposal)
    {
        KeyEpochRecord key = Epochs.RequireKeyOf(proposal.Context.Round);
        using SecretBuffer<byte> stored = new(_plan.JointKey.StoredShareBytes);
        return _shares.TryLoad(key.Context.Round, stored.Span)
            ? new PartialRelease(_plan, proposal, _holder, stored.Span)
            : throw new LedgerUnavailableException(
                $"the share of key epoch {key.Context.Round} is gone; this holder cannot decrypt under that key");
    }
}
