using System.Collections.Concurrent;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Server.State;
using SecureFL.Deployment.Server.Uploads;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>
/// What the server knows of the round under way: the role with its contributions, and the messages around it.
/// Everything but receipts and times can be restored from stored facts, each of which is checked again. Not
/// thread-safe, except for the slots and the open uploads.
/// </summary>
internal sealed class ServerRound : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly SigningIdentity _identity;
    private readonly TimeProvider _clock;
    private readonly Func<ulong, UploadStore> _openStore;
    private readonly Func<JointKeyServerOptions?> _jointKey;

    public ServerRound(
        AggregationPlan plan, SigningIdentity identity, TimeProvider clock, Func<ulong, UploadStore> openStore,
        StoredRound stored, IReadOnlyList<ModelVersion> versions,
        Func<JointKeyServerOptions?> jointKey)
    {
        _plan = plan;
        _identity = identity;
        _clock = clock;
        _openStore = openStore;
        _jointKey = jointKey;
        Number = stored.Round;
        Kind = (RoundKind)stored.Kind;
        Started = DateTimeOffset.FromUnixTimeMilliseconds(stored.StartedUnixMilliseconds);
        Opener = new RoundOpener(plan, stored.Round, versions);
    }

    public ulong Number { get; }

    public bool IsJointKey => _plan.Settings.Suite == Suite.JointKey;

    public RoundKind Kind { get; }

    public DateTimeOffset Started { get; }

    public RoundOpener Opener { get; }

    public Dictionary<int, RoundOpeningEntry> Entries { get; } = [];

    public AggregationServer? Server { get; private set; }

    public UploadStore? Store { get; private set; }

    public Dictionary<int, Digest> Roots { get; } = [];

    public HashSet<int> Withdrawn { get; } = [];

    public ClosedRound? Closed { get; private set; }

    public SortedDictionary<int, Vote> Votes { get; } = [];

    public RoundCertificate? Certificate { get; private set; }

    public SortedDictionary<int, Release> Releases { get; } = [];

    public SortedDictionary<int, RoundDeath> Deaths { get; } = [];

    public string? Abort { get; set; }

    /// <summary>When an operator asked for the closing, in uptime; 0 for before this process.</summary>
    public TimeSpan? CloseAsked { get; set; }

    /// <summary>Holders' answers about contributions: true for a receipt.</summary>
    public Dictionary<(int Holder, int Client), bool> Checked { get; } = [];

    /// <summary>Since when there is enough of what the phase waits for, in uptime.</summary>
    public TimeSpan? EnoughSince { get; set; }

    /// <summary>When the deadline passes, in uptime; null without one.</summary>
    public TimeSpan? DeadlineAt { get; set; }

    /// <summary>Whether the log was told that the deadline passed with too few contributions.</summary>
    public bool DeadlineTold { get; set; }

    public int ReleasesInVain { get; set; }

    /// <summary>The set is being fixed: nothing more is taken.</summary>
    public bool Closing { get; set; }

    public bool Opening { get; set; }

    public ConcurrentDictionary<int, UploadSlot> Slots { get; } = new();

    public RoundPhase Phase =>
        Server is null ? RoundPhase.Opening : Closed is null ? RoundPhase.Collecting : Certificate is null
        ? RoundPhase.Agreeing : RoundPhase.Releasing;

    /// <summary>Takes up everything that was stored.</summary>
    /// <exception cref="ProtocolViolationException">A stored message is not what it should be: the state was tampered
    /// with.</exception>
    public void Restore(IReadOnlyList<StoredFact> facts)
    {
        foreach (StoredFact fact in facts)
        {
            switch (fact.Kind)
            {
                case FactKind.Entry:
                    AddEntry(RoundOpeningEntry.Parse(fact.Bytes, _plan));
                    break;
                case FactKind.UploadRoot:
                    Roots[fact.Party] = new Digest(fact.Bytes);
                    break;
                case FactKind.Withdrawn:
                    Withdrawn.Add(fact.Party);
                    break;
                case FactKind.Abort:
                    Abort = System.Text.Encoding.UTF8.GetString(fact.Bytes);
                    break;
                case FactKind.CloseAsked:
                    CloseAsked = TimeSpan.Zero;
                    break;
                case FactKind.Death:
                    Deaths[fact.Party] = RoundDeath.Parse(fact.Bytes, _plan);
                    break;
            }
        }

        byte[]? Find(FactKind kind) =>
            facts.Where(fact => fact.Kind == kind).Select(fact => fact.Bytes).FirstOrDefault();
        IEnumerable<byte[]> All(FactKind kind) => facts.Where(fact => fact.Kind == kind).Select(fact => fact.Bytes);
        if (Find(FactKind.Invitation) is not { } invitation)
        {
            return;
        }

        Open(RoundInvitation.Parse(invitation, _plan));
        foreach (byte[] header in All(FactKind.Header))
        {
            Server!.RestoreContribution(ContributionHeader.Parse(header, _plan));
        }

        RestoreUploads();
        if (Find(FactKind.Proposal) is not { } proposal)
        {
            return;
        }

        Closed = Server!.RestoreProposal(CertificateProposal.Parse(proposal, _plan));
        RoundCertificate? certificate = Find(FactKind.Certificate) is { } stored
            ? RoundCertificate.Parse(stored, _plan) : null;
        foreach (Vote vote in certificate?.Votes ?? All(FactKind.Vote).Select(bytes => Vote.Parse(bytes, _plan)))
        {
            AddVote(vote);
        }

        Certificate = certificate is null ? null : Server.CreateCertificate();
        foreach (byte[] release in All(FactKind.Release))
        {
            AddRelease(Release.Parse(release, _plan));
        }
    }

    public void AddEntry(RoundOpeningEntry entry)
    {
        Opener.HandleEntry(entry);
        Entries[entry.Holder] = entry;
    }

    /// <summary>The opening is fixed: clients may contribute.</summary>
    public void Open(RoundInvitation invitation)
    {
        Store = _openStore(Number);
        Server = new AggregationServer(_plan, invitation, _identity, _clock, Store, _jointKey());
        EnoughSince = null;
    }

    public void Close(ClosedRound closed)
    {
        Closed = closed;
        EnoughSince = null;
    }

    public void AddVote(Vote vote)
    {
        Server!.HandleVote(vote);
        Votes[vote.Holder] = vote;
    }

    public void Certify(RoundCertificate certificate)
    {
        Certificate = certificate;
        EnoughSince = null;
    }

    public void AddRelease(Release release)
    {
        Server!.HandleRelease(release);
        Releases[release.Holder] = release;
    }

    /// <summary>Whether each of these holders has answered for each accepted contribution.</summary>
    public bool IsSettled(IReadOnlyCollection<int> connected)
    {
        int[] asked = [.. connected.Where(holder => Server!.Round.Opening.PositionOf(holder) >= 0)];
        return asked.Length >= _plan.Quorum.Votes
            && Server!.Accepted.All(statement => asked.All(holder => Checked.ContainsKey((holder, statement.Client))));
    }

    /// <summary>Tells all uploads to stop: the set is fixed, or the round is dead.</summary>
    public void EvictUploads()
    {
        foreach (UploadSlot slot in Slots.Values)
        {
            slot.Evict();
        }
    }

    /// <summary>Waits for the uploads to leave, then lets go of the role. The files stay.</summary>
    public async Task ShutDownAsync()
    {
        foreach (UploadSlot slot in Slots.Values)
        {
            _ = await slot.DrainAsync().ConfigureAwait(false);
        }

        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Server?.Dispose();
        Store?.Dispose();
    }

    private void RestoreUploads()
    {
        HashSet<int> accepted = [.. Server!.Accepted.Select(statement => statement.Client)];
        foreach (int client in Store!.Clients.Where(client => !accepted.Contains(client)).ToArray())
        {
            long chunks = Math.Min(Store.Count(client, _plan.Parameters.ChunkBytes), _plan.Parameters.ChunkCount);
            try
            {
                if (client >= _plan.Enrolment.Clients.Count || !Roots.ContainsKey(client))
                {
                    Store.Remove(client);
                }
                else if (chunks > 0)
                {
                    Server.OpenUpload(client).Restore(chunks);
                }
            }
            catch (ProtocolViolationException)
            {
                // What a crash of the machine left half-written is sent again.
                Server.Forget(client);
            }
        }
    }
}
