using SecureFL.Aggregation;
using SecureFL.Bench.Measurement;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Encoding.Planning;
using SecureFL.Encoding.Quantization;
using SecureFL.Local;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// One round of real roles: client streams, server that sums on acceptance, key holders that check every share.
/// </summary>
internal sealed class SuiteRound : IArmRound, IIntegerSums
{
    private readonly RoundShape _shape;
    private readonly AggregationPlan _plan;
    private readonly LocalKeyHolders _holders;
    private readonly AggregationClient[] _clients;
    private readonly byte[] _invitation;
    private readonly Action<ModelVersion> _advance;
    private readonly AggregationServer _server;
    private readonly MeanSink _sink;
    private long _holderReceived;
    private long _holderSent;

    internal SuiteRound(
        RoundShape shape,
        AggregationPlan plan,
        SigningIdentity identity,
        LocalKeyHolders holders,
        AggregationClient[] clients,
        RoundInvitation invitation,
        MeanSink sink,
        Action<ModelVersion> advance)
    {
        _shape = shape;
        _plan = plan;
        _holders = holders;
        _clients = clients;
        _invitation = invitation.Encode();
        _advance = advance;
        _server = new AggregationServer(
            plan, RoundInvitation.Parse(_invitation, plan), identity, TimeProvider.System, null, holders.ServerOptions);
        _sink = sink;
        // The entry that the opening quotes, once; the opening itself comes back to the holder.
        _holderSent = invitation.Opening.Encode().Length / shape.KeyHolders;
        _holderReceived = invitation.Opening.Encode().Length;
    }

    public long InvitationBytes => _invitation.Length;

    public ReadOnlyMemory<float> Means => _sink.Means;

    public IIntegerSums Integers => this;

    public int PieceLength => _plan.Parameters.ElementsPerChunk;

    public bool QuantizerIsFused => true;

    public (long Received, long Sent) KeyHolderBytes => (_holderReceived, _holderSent);

    /// <summary>Entries, votes, releases.</summary>
    public int KeyHolderRoundTrips => 3;

    public Quantizer QuantizerOf(int client) => new(_shape.Bits, _shape.Clip, Rounding.Stochastic, (ulong)client);

    public IEnumerable<ReadOnlyMemory<byte>> Contribute(int client, ReadOnlyMemory<float> vector, StageMeter meter)
    {
        AggregationParameters parameters = _plan.Parameters;
        ContributionStream stream;
        using (meter.Enter(Stage.Encrypt))
        {
            RoundInvitation invitation = RoundInvitation.Parse(_invitation, _plan);
            stream = _clients[client].CreateContribution(invitation, invitation.Base.Model, Rounding.Stochastic,
                (ulong)client);
        }

        using (stream)
        {
            using ContributionRoot root = NewRoot();
            for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
            {
                ReadOnlyMemory<byte> encrypted;
                using (meter.Enter(Stage.Encrypt))
                {
                    encrypted = stream.EncodeChunk(
                        vector.Span.Slice((int)(chunk * parameters.ElementsPerChunk), parameters.FloatsIn(chunk)), []);
                }

                HashAgain(root, encrypted[^parameters.WireChunkBytes..], meter);
                yield return encrypted;
            }

            ContributionHeader header;
            using (meter.Enter(Stage.Encrypt))
            {
                header = stream.CreateHeader();
            }

            yield return header.Encode();
        }
    }

    public void Receive(int client, ReadOnlyMemory<byte> message, StageMeter meter)
    {
        if (message.Span[0] == (byte)MessageType.ContributionChunk)
        {
            ContributionChunk chunk = ContributionChunk.ParseShared(message, _plan);
            using (meter.Enter(Stage.Add))
            {
                _server.HandleChunk(chunk);
            }
        }
        else
        {
            using (meter.Enter(Stage.Add))
            {
                _server.HandleContribution(ContributionHeader.Parse(message.Span, _plan));
            }
        }
    }

    public void Open(StageMeter meter)
    {
        ClosedRound closed = _server.Close();
        byte[] proposal = closed.Proposal.Encode();
        foreach (KeyHolder holder in _holders.Holders)
        {
            byte[] vote = Vote(holder, closed, proposal, meter);
            _server.HandleVote(SecureFL.Aggregation.Vote.Parse(vote, _plan));
            Count(holder, proposal.Length, vote.Length);
        }

        byte[] certificate = _server.CreateCertificate().Encode();
        JointKeyTerms? joint = closed.Proposal.JointKey;
        foreach (KeyHolder holder in _holders.Holders.Where(holder => joint?.ActiveSet.Contains(holder.Index) ?? true))
        {
            byte[] release;
            using (meter.Enter(Stage.KeyHolders))
            {
                release = holder.HandleCertificate(RoundCertificate.Parse(certificate, _plan)).Encode();
            }

            _server.HandleRelease(Release.Parse(release, _plan));
            Count(holder, certificate.Length, release.Length);
            if (joint is not null)
            {
                DecryptPartially(holder, closed.Proposal, meter);
            }
        }

        _holders.CountDecryptions(closed.Proposal);

        using (meter.Enter(Stage.Open))
        {
            AggregationResult result = _server.Open(_sink);
            _advance(_server.Advance(result));
            if (result.Groups.Any(group => !group.IsOpened))
            {
                throw new InvalidOperationException($"the sum was not opened: {result.Groups[0].Status}");
            }
        }
    }

    public void Read(long first, Span<long> sums) => _sink.Read(first, sums);

    public void Dispose() => _server.Dispose();

    private ContributionRoot NewRoot() => new(_plan);

    /// <summary>
    /// The stream encrypts a chunk and hashes it into its root in one call. What the hash alone takes is measured by
    /// doing it once more, outside the round's time, and moved from encryption to <see cref="Stage.Hash"/>.
    /// </summary>
    private static void HashAgain(ContributionRoot root, ReadOnlyMemory<byte> chunk, StageMeter meter)
    {
        using (meter.Exclude())
        {
            long cpu = ThreadClock.Now();
            long wall = StageMeter.WallNow();
            root.Append(chunk.Span);
            meter.Move(Stage.Encrypt, Stage.Hash, ThreadClock.Now() - cpu, StageMeter.WallNow() - wall);
        }
    }

    private byte[] Vote(KeyHolder holder, ClosedRound closed, byte[] proposal, StageMeter meter)
    {
        foreach (ShareDelivery delivery in closed.DeliveriesFor(holder.Index))
        {
            byte[] bytes = delivery.Encode();
            byte[] receipt;
            using (meter.Enter(Stage.KeyHolders))
            {
                receipt = holder.HandleShare(ShareDelivery.Parse(bytes, _plan)).Encode();
            }

            Count(holder, bytes.Length, receipt.Length);
        }

        if (closed.Proposal.JointKey?.ActiveSet.Contains(holder.Index) == true)
        {
            ShowCiphertexts(holder, closed.Proposal, meter);
        }

        using (meter.Enter(Stage.KeyHolders))
        {
            return holder.HandleProposal(CertificateProposal.Parse(proposal, _plan)).Encode();
        }
    }

    /// <summary>
    /// joint-key: an active holder recomputes the sum of the second halves from every listed ciphertext.
    /// </summary>
    private void ShowCiphertexts(KeyHolder holder, CertificateProposal proposal, StageMeter meter)
    {
        CiphertextSumCheck check;
        using (meter.Enter(Stage.KeyHolders))
        {
            check = holder.JointKey.CheckSum(proposal);
        }

        using (check)
        {
            foreach (ListedCiphertext ciphertext in _server.JointKey.CreateListedCiphertexts())
            {
                byte[] bytes = ciphertext.Encode();
                using (meter.Enter(Stage.KeyHolders))
                {
                    check.Handle(ListedCiphertext.Parse(bytes, _plan));
                }

                Count(holder, bytes.Length, 0);
            }
        }
    }

    /// <summary>joint-key: an active holder's partial decryption of every summed ciphertext.</summary>
    private void DecryptPartially(KeyHolder holder, CertificateProposal proposal, StageMeter meter)
    {
        for (long chunk = 0; chunk < _plan.Parameters.ChunkCount; chunk++)
        {
            byte[] bytes;
            using (meter.Enter(Stage.KeyHolders))
            {
                bytes = holder.JointKey.CreatePartialDecryption(proposal.Context.Round, group: 0, chunk).Encode();
            }

            using (meter.Enter(Stage.Open))
            {
                _server.JointKey.HandlePartialDecryption(PartialDecryptionChunk.Parse(bytes, _plan));
            }

            Count(holder, 0, bytes.Length);
        }
    }

    // All holders get and send alike (joint-key: all active ones): the first one stands for them.
    private void Count(KeyHolder holder, int received, int sent)
    {
        if (holder.Index == 0)
        {
            _holderReceived += received;
            _holderSent += sent;
        }
    }
}
