using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;

namespace SecureFL.Protocol.Roles;

/// <summary>
/// Takes uploads apart from each other. Chunks go to the store as they come, in order; nothing enters a sum before the
/// header's root and signature have been checked, so a broken-off or forged upload is simply forgotten: a sum that had
/// swallowed half of it could not give it back. Memory: a hash state an upload, plus whatever the store takes. Not
/// thread-safe.
/// </summary>
internal sealed class UploadDesk(AggregationPlan plan, RoundOpening opening, IReadOnlyList<ModelVersion> versions,
    IContributionStore store) : IDisposable
{
    private readonly Dictionary<int, ContributionUpload> _open = [];
    private readonly SortedDictionary<int, ContributionHeader> _accepted = [];
    private readonly HashSet<Digest> _knownRoots = [];
    private readonly ChunkValidatorPool _validators = new(plan);

    public IReadOnlyDictionary<int, ContributionHeader> Accepted => _accepted;

    /// <summary>The client's upload: the one under way, or a new one.</summary>
    public ContributionUpload Open(int client)
    {
        if (_accepted.ContainsKey(client))
        {
            throw new ProtocolViolationException(ViolationCode.DuplicateContribution, Party.Client(client),
                "one contribution a round", "an upload after the header");
        }

        if (!_open.TryGetValue(client, out ContributionUpload? upload))
        {
            _open.Add(client, upload = new ContributionUpload(plan, opening.Context, client, store, _validators));
        }

        return upload;
    }

    /// <summary>
    /// Checks the header against the uploaded chunks; keeps nothing of it, forgets nothing.
    /// </summary>
    /// <returns>Whether the contribution is new.</returns>
    public bool CheckHeader(ContributionHeader header)
    {
        ContributionStatement statement = header.Statement;
        if (_accepted.TryGetValue(statement.Client, out ContributionHeader? former))
        {
            return former.Statement.Hash == statement.Hash
                ? false
                : throw new ProtocolViolationException(ViolationCode.DuplicateContribution, statement.Signer,
                    "one contribution a round", "another one");
        }

        Require(header);
        RequireChunks(statement);
        return true;
    }

    /// <summary>
    /// Checks the header against the uploaded chunks. A refusal forgets the upload; a repeated header is welcome.
    /// </summary>
    /// <returns>Whether the contribution is new.</returns>
    public bool HandleHeader(ContributionHeader header)
    {
        try
        {
            if (!CheckHeader(header))
            {
                return false;
            }
        }
        catch (ProtocolViolationException) when (!_accepted.ContainsKey(header.Statement.Client))
        {
            Forget(header.Statement.Client);
            throw;
        }

        Accept(header);
        return true;
    }

    public void Forget(int client)
    {
        if (_accepted.Remove(client, out ContributionHeader? accepted))
        {
            _knownRoots.Remove(accepted.Statement.Root);
        }

        if (_open.Remove(client, out ContributionUpload? upload))
        {
            upload.Dispose();
        }

        store.Remove(client);
    }

    public void Dispose()
    {
        foreach (ContributionUpload upload in _open.Values)
        {
            upload.Dispose();
        }

        _open.Clear();
        _validators.Dispose();
    }

    /// <summary>Takes a contribution whose header was checked, and whose chunks were, by whichever process.</summary>
    public void Accept(ContributionHeader header)
    {
        if (_open.Remove(header.Statement.Client, out ContributionUpload? upload))
        {
            upload.Dispose();
        }

        _accepted.Add(header.Statement.Client, header);
        _knownRoots.Add(header.Statement.Root);
    }

    /// <summary>Checks what a header says by itself, and that its ciphertext is no other client's.</summary>
    public void Require(ContributionHeader header)
    {
        ContributionStatement statement = header.Statement;
        StatementRules.Require(statement, opening, plan);
        if (!versions.Any(version => version.Hash == statement.BaseVersion))
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongBaseVersion, statement.Signer, $"one of {versions.Count} offered base versions",
                statement.BaseVersion.ToShortString());
        }

        for (int i = 0; i < header.Shares.Length; i++)
        {
            ShareLayout.RequireHash(header.Shares[i].Span, statement, i);
        }

        LinearDigestHash.Require(header.LinearDigest.Span, statement);
        if (_knownRoots.Contains(statement.Root))
        {
            throw new ProtocolViolationException(ViolationCode.DuplicateCiphertext, statement.Signer,
                "a ciphertext of its own", "another client's");
        }
    }

    private void RequireChunks(ContributionStatement statement)
    {
        Digest? computed = _open.TryGetValue(statement.Client, out ContributionUpload? upload) ? upload.Root : null;
        if (computed is not { } root)
        {
            throw new ProtocolViolationException(
                ViolationCode.ChunkOrder, statement.Signer, $"{plan.Parameters.ChunkCount} chunks before the header",
                $"{upload?.NextChunk ?? 0}");
        }

        if (root != statement.Root)
        {
            throw new ProtocolViolationException(
                ViolationCode.RootMismatch, statement.Signer, $"chunks with root {statement.Root.ToShortString()}",
                root.ToShortString());
        }

        if (upload!.LinearDigest != statement.LinearDigest)
        {
            throw new ProtocolViolationException(ViolationCode.DigestMismatch, statement.Signer,
                $"chunks with linear digest {statement.LinearDigest?.ToShortString()}",
                upload.LinearDigest?.ToShortString() ?? "none");
        }
    }
}
