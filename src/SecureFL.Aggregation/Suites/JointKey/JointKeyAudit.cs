namespace SecureFL.Aggregation;

/// <summary>The part of a round's audit that is special to the joint-key suite. Not thread-safe.</summary>
internal static class JointKeyAudit
{
    /// <summary>Refuses a round under another key than the newest recorded one.</summary>
    public static void RequireKey(RoundOpening opening, KeyEpochRecord? key)
    {
        if (key is null || opening.KeyEpoch != key.Hash)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongKeyEpoch, Party.Server,
                $"a round under the recorded key {key?.Hash.ToShortString() ?? "(none)"}",
                opening.KeyEpoch.ToShortString());
        }
    }

    /// <summary>Refuses a release of a holder that is not active.</summary>
    public static void RequireActive(Release release, CertificateProposal proposal)
    {
        if (!proposal.JointKey!.ActiveSet.Contains(release.Holder))
        {
            throw new ProtocolViolationException(ViolationCode.WrongActiveSet, release.Signer,
                "a release of an active holder", "another's");
        }
    }

    /// <summary>Refuses a round that some active holder has not released.</summary>
    public static void RequireAll(IReadOnlyCollection<Release> releases, CertificateProposal proposal)
    {
        int active = proposal.JointKey!.ActiveSet.Length;
        if (releases.Count != active)
        {
            throw new ProtocolViolationException(ViolationCode.BelowThreshold, Party.Peer,
                $"the releases of all {active} active key holders", $"{releases.Count}");
        }
    }

    /// <summary>
    /// Sums the recorded ciphertexts, holds both halves to the certificate and the partial decryptions to the releases,
    /// and opens the sum.
    /// </summary>
    public static AggregationResult Recompute(
        AggregationPlan plan, CertificateProposal proposal, IReadOnlyCollection<Release> releases, AuditedStore store,
        ICiphertextSource source, ISumSink sink)
    {
        RoundSums sums = new(new InMemorySumStore(), proposal.Context.Round);
        for (int group = 0; group < proposal.Groups.Length; group++)
        {
            SumRoots computed = sums.Add(plan, store, group, proposal.Groups[group]);
            if (computed != proposal.JointKey!.Sums[group])
            {
                throw new ProtocolViolationException(
                    ViolationCode.WrongSummedCiphertext, Party.Server,
                    $"the sum {computed.Second.ToShortString()} of group {group}",
                    proposal.JointKey.Sums[group].Second.ToShortString());
            }
        }

        byte[] packed = new byte[plan.JointKey.PolynomialBytes];
        foreach (Release release in releases)
        {
            using PartialIntake intake = new(plan, proposal, release, sums);
            while (intake.Next is { } next)
            {
                if (!source.TryReadPartial(proposal.Context.Round, release.Holder, next.Group, next.Chunk, packed))
                {
                    throw new ProtocolViolationException(
                        ViolationCode.Truncated, release.Signer,
                        $"partial decryption {next.Chunk} of group {next.Group}, {packed.Length} bytes",
                        "none, or another length");
                }

                intake.Handle(new PartialDecryptionChunk(proposal.Context, proposal.Hash, release.Holder, next.Group,
                    next.Chunk, packed));
            }
        }

        return JointGroupOpening.Open(plan, proposal, sums, sink);
    }
}
