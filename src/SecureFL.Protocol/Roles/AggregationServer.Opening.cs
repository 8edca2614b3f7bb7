using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Roles;

public sealed partial class AggregationServer
{
    /// <summary>Opens the sums from the releases so far into memory; again when more releases have come.</summary>
    /// <exception cref="ProtocolViolationException">Fewer than t releases, or releases that contradict each other
    /// beyond correction: the message says how many would be enough.</exception>
    /// <param name="ciphertexts">As in <see cref="Open(ISumSink, ISummedCiphertextSink?)"/>.</param>
    public AggregationResult Open(ISummedCiphertextSink? ciphertexts = null)
    {
        InMemorySumSink sink = new(_plan.Parameters.VectorLength);
        return Open(sink, ciphertexts) with { Sums = sink.Sums };
    }

    /// <summary>Opens the sums chunk by chunk.</summary>
    /// <param name="sink">Receives the integer sums of each group.</param>
    /// <param name="ciphertexts">Receives the summed ciphertexts that clients check, where the suite has linear
    /// digests; null for nobody.</param>
    /// <exception cref="ProtocolViolationException">As <see cref="Open(ISummedCiphertextSink?)"/>.</exception>
    public AggregationResult Open(ISumSink sink, ISummedCiphertextSink? ciphertexts = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        RequireClosed();
        try
        {
            return Suite.Open(_releases.Values, sink, ciphertexts);
        }
        catch (DamagedContributionException fault) when (!Suite.SumsOnAcceptance)
        {
            throw new DamagedContributionException(fault.Round, Damaged());
        }
    }

    // The first client whose stored chunks have another root than it has signed.
    private int? Damaged()
    {
        byte[] packed = new byte[_plan.Parameters.ChunkBytes];
        foreach ((int client, ContributionHeader header) in _uploads.Accepted)
        {
            using ContributionRoot root = new(_plan);
            while (!root.IsComplete)
            {
                _store.Read(client, root.Next, packed);
                root.Append(packed);
            }

            if (root.Finish() != header.Statement.Root)
            {
                return client;
            }
        }

        return null;
    }

    /// <summary>Takes certificate and releases at once, and opens the sums.</summary>
    /// <param name="releases">The certificate, and what opens its groups.</param>
    /// <param name="ciphertexts">As in <see cref="Open(ISumSink, ISummedCiphertextSink?)"/>.</param>
    /// <exception cref="ProtocolViolationException">As <see cref="HandleVote"/>, <see cref="HandleRelease"/> and
    /// <see cref="Open(ISummedCiphertextSink?)"/>.</exception>
    public AggregationResult Open(RoundReleases releases, ISummedCiphertextSink? ciphertexts = null)
    {
        ArgumentNullException.ThrowIfNull(releases);
        foreach (Vote vote in releases.Certificate.Votes)
        {
            HandleVote(vote);
        }

        foreach (Release release in releases.Releases)
        {
            HandleRelease(release);
        }

        return Open(ciphertexts);
    }

    /// <summary>
    /// The model version that the opened sum makes: the round's successor on the chain. A round without one valid group
    /// leaves the model as it was.
    /// </summary>
    /// <param name="result">The opened sum.</param>
    /// <param name="model">Digest of the new model; by default the hash of the old one and the sum.</param>
    public ModelVersion Advance(AggregationResult result, Digest? model = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        ModelVersion head = Round.Head;
        return ModelVersion.CreateNext(head, Round.Opening.Context, result.Digest,
            SumDigests.ModelAfter(head, result, model), _identity);
    }

    /// <summary>
    /// What lets clients check that the opened sum made a version, beside the summed ciphertexts
    /// (<see cref="AggregationClient.VerifySum"/>).
    /// </summary>
    public SumEvidence CreateEvidence(ModelVersion next) =>
        new(Round.Head, Round.Opening, CreateCertificate(), _releases.Values, next);

    /// <summary>
    /// What the transcript keeps of the round, in order: opening, listed statements, certificate, releases, sum. The
    /// plan and the model versions are records of their own.
    /// </summary>
    public IReadOnlyList<ProtocolMessage> CreateRecords(AggregationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        CertificateProposal proposal = RequireClosed().Proposal;
        return
        [
            Round.Opening,
            .. proposal.Entries.OrderBy(entry => entry.Client)
                .Select(entry => _uploads.Accepted[entry.Client].Statement),
            CreateCertificate(),
            .. _releases.Values,
            RoundSum.Create(result.Context, proposal.Hash,
                result.Groups.Select(group => (group.Status, group.Digest)), _identity),
        ];
    }
}
