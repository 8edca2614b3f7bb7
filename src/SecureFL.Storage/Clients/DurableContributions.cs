using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Storage.Clients;

/// <summary>What a client has for a round.</summary>
public enum ContributionState
{
    /// <summary>Nothing was promised: it may make a contribution.</summary>
    None,

    /// <summary>A contribution is stored and committed: it may be sent, and sent again.</summary>
    Stored,

    /// <summary>One was committed and is gone: the client sits the round out.</summary>
    Lost,

    /// <summary>The site withdrew from the round: it sits it out.</summary>
    Withdrawn,
}

/// <summary>
/// A client's contributions in the one order that survives a kill at any point: everything into the outbox, then the
/// claim that names the statement into the journal, then, and only then, the bytes are handed out. What a process left
/// in the outbox without a claim is discarded at the next start. Not thread-safe.
/// </summary>
public sealed class DurableContributions
{
    private readonly AggregationPlan _plan;
    private readonly AggregationClient _client;
    private readonly FileContributionOutbox _outbox;

    /// <summary>Recovers from whatever an earlier process left.</summary>
    public DurableContributions(AggregationPlan plan, AggregationClient client, FileContributionOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(outbox);
        _plan = plan;
        _client = client;
        _outbox = outbox;
        foreach (ulong round in outbox.Rounds.Where(round => client.ClaimOf(round) is null))
        {
            outbox.Remove(round);
        }
    }

    /// <summary>What there is for a round.</summary>
    public ContributionState StateOf(ulong round)
    {
        if (_outbox.IsWithdrawn(round))
        {
            return ContributionState.Withdrawn;
        }

        if (_client.ClaimOf(round) is null)
        {
            return ContributionState.None;
        }

        using StoredContribution? stored = Find(round);
        return stored is null ? ContributionState.Lost : ContributionState.Stored;
    }

    /// <summary>The digest of what a round's contribution was made from; null where nobody gave one.</summary>
    public Digest? SourceOf(ulong round) => _outbox.SourceOf(round);

    /// <summary>Rounds that a contribution made from this was promised to, sent or not, rising.</summary>
    internal IEnumerable<ulong> RoundsFrom(Digest source) =>
        _outbox.RoundsFrom(source).Where(round => _client.ClaimOf(round) is not null).Order();

    /// <summary>The committed contribution of a round; null if there is none or it was lost.</summary>
    public StoredContribution? Find(ulong round)
    {
        if (_client.ClaimOf(round) is not { Statement: Digest committed })
        {
            return null;
        }

        StoredContribution? stored = _outbox.Open(round, _plan);
        if (stored is not null && stored.Header.Statement.Hash != committed)
        {
            stored.Dispose();
            return null;
        }

        return stored;
    }

    /// <summary>The committed contribution of a round.</summary>
    /// <exception cref="ContributionWithdrawnException">The site withdrew from the round.</exception>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public StoredContribution Require(ulong round)
    {
        StoredContribution? stored = Find(round);
        try
        {
            RequireNotWithdrawn(round);
        }
        catch
        {
            stored?.Dispose();
            throw;
        }

        return stored ?? throw new IOException($"the contribution of round {round} cannot be read from the outbox");
    }

    /// <summary>Makes, stores and commits the contribution of a round.</summary>
    /// <param name="invitation">The round.</param>
    /// <param name="model">Digest of the model that was trained on, computed by the site.</param>
    /// <param name="vector">The plan's number of values.</param>
    /// <param name="counters">The plan's counters.</param>
    /// <param name="rounding">How values are quantised.</param>
    /// <param name="roundingSeed">Fixes stochastic rounding; null to draw it.</param>
    /// <param name="progress">Told the number of chunks stored so far.</param>
    /// <param name="source">The digest of what the contribution is made from, kept with it; null to keep none.</param>
    /// <param name="task">What the site has computed; a plain sum by default.</param>
    /// <exception cref="ArgumentException">A wrong length, a value that is not finite, a counter beyond its
    /// magnitude.</exception>
    /// <exception cref="ProtocolViolationException">As <see cref="AggregationClient.PrepareContribution"/>.</exception>
    /// <exception cref="ContributionWithdrawnException">The site withdrew from the round; nothing was
    /// promised.</exception>
    /// <exception cref="IOException">The outbox cannot be written; nothing was promised.</exception>
    /// <exception cref="LedgerUnavailableException">The journal cannot be written; nothing may leave until the client
    /// starts anew.</exception>
    public StoredContribution Make(
        RoundInvitation invitation,
        Digest model,
        ReadOnlySpan<float> vector,
        ReadOnlySpan<long> counters,
        Rounding rounding = Rounding.Stochastic,
        ulong? roundingSeed = null,
        Action<long>? progress = null,
        Digest? source = null,
        RoundTask task = default)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        using ContributionStream stream = _client.PrepareContribution(invitation, model, rounding, roundingSeed,
            task);
        using (FileContributionOutbox.OutboxDraft draft = _outbox.Create(invitation.Opening.Context.Round, source))
        {
            try
            {
                stream.WriteVector(vector, counters, chunk =>
                {
                    draft.Append(chunk);
                    progress?.Invoke(chunk.Index + 1);
                });
            }
            catch (Exception fault) when (fault is IOException or ArgumentException)
            {
                draft.Discard();
                throw;
            }

            return Complete(invitation, stream, draft);
        }
    }

    /// <summary>
    /// Stores, signs and commits what a SEAL program encrypted for the round (<see cref="SealExchange"/>).
    /// </summary>
    /// <param name="invitation">The round.</param>
    /// <param name="model">Digest of the model that was trained on, computed by the site.</param>
    /// <param name="ciphertexts">One SEAL ciphertext a chunk, in order, as SEAL saves them; taken one by one.</param>
    /// <param name="source">The digest of what the contribution is made from, kept with it; null to keep none.</param>
    /// <param name="task">What the site has computed; a plain sum by default.</param>
    /// <exception cref="ArgumentException">Not one ciphertext a chunk.</exception>
    /// <exception cref="Seal.Serialization.SealFormatException">A ciphertext is none of the plan's; nothing was
    /// promised.</exception>
    /// <exception cref="ProtocolViolationException">As <see cref="AggregationClient.PrepareContribution"/>.</exception>
    /// <exception cref="ContributionWithdrawnException">The site withdrew from the round; nothing was
    /// promised.</exception>
    /// <exception cref="IOException">The outbox cannot be written, or a ciphertext not be read; nothing was
    /// promised.</exception>
    /// <exception cref="LedgerUnavailableException">The journal cannot be written; nothing may leave until the client
    /// starts anew.</exception>
    public StoredContribution Import(RoundInvitation invitation, Digest model,
        IEnumerable<ReadOnlyMemory<byte>> ciphertexts, Digest? source = null, RoundTask task = default)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        ArgumentNullException.ThrowIfNull(ciphertexts);
        using ContributionStream stream = _client.PrepareContribution(invitation, model, task: task);
        using (FileContributionOutbox.OutboxDraft draft = _outbox.Create(invitation.Opening.Context.Round, source))
        {
            try
            {
                foreach (ReadOnlyMemory<byte> ciphertext in ciphertexts)
                {
                    draft.Append(stream.ImportChunk(ciphertext.Span));
                }

                if (stream.NextChunk != _plan.Parameters.ChunkCount)
                {
                    throw new ArgumentException(
                        $"{stream.NextChunk} SEAL ciphertexts, the plan's vectors have "
                        + $"{_plan.Parameters.ChunkCount} chunks", nameof(ciphertexts));
                }
            }
            catch (Exception fault) when (fault is IOException or ArgumentException or FormatException
                or InvalidOperationException)
            {
                draft.Discard();
                throw;
            }

            return Complete(invitation, stream, draft);
        }
    }

    private StoredContribution Complete(RoundInvitation invitation, ContributionStream stream,
        FileContributionOutbox.OutboxDraft draft)
    {
        ulong round = invitation.Opening.Context.Round;
        ContributionHeader header = stream.CreateHeader();
        try
        {
            RequireNotWithdrawn(round);
            draft.Complete(header);
        }
        catch (Exception fault) when (fault is IOException or ContributionWithdrawnException)
        {
            draft.Discard();
            throw;
        }

        _client.CommitContribution(invitation, header.Statement);
        return Require(round);
    }

    /// <summary>
    /// Refuses to go on with a round from which the site withdrew, perhaps a moment ago and in another process.
    /// </summary>
    /// <exception cref="ContributionWithdrawnException">It did.</exception>
    public void RequireNotWithdrawn(ulong round)
    {
        if (_outbox.IsWithdrawn(round))
        {
            throw new ContributionWithdrawnException(round);
        }
    }

    /// <summary>Removes a contribution whose round is decided. The claim stays.</summary>
    public void Forget(ulong round) => _outbox.Remove(round);

    /// <summary>Removes the contributions of all rounds before this one: they are decided.</summary>
    public void ForgetBefore(ulong round)
    {
        foreach (ulong old in _outbox.Rounds.Where(old => old < round))
        {
            _outbox.Remove(old);
        }
    }
}
