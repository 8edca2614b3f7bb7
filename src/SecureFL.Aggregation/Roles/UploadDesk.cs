namespace SecureFL.Aggregation;

/// <summary>
/// Takes uploads apart from each other. Chunks go to the store as they come, in order; nothing enters a sum before the header's root and
/// signature have been checked, so a broken-off or forged upload is simply forgotten: a sum that had swallowed half of it could not give it
/// back. Memory: a hash state an upload, plus whatever the store takes. Not thread-safe.
/// </summary>
internal sealed class UploadDesk(AggregationPlan plan, RoundOpening opening, IReadOnlyList<ModelVersion> versions, IContributionStore store) : IDisposable
{
    private readonly Dictionary<int, ContributionRoot> _open = [];
    private readonly SortedDictionary<int, ContributionHeader> _accepted = [];
    private readonly HashSet<Digest> _knownRoots = [];
    private readonly ChunkValidator _validator = new(plan);

    public IReadOnlyDictionary<int, ContributionHeader> Accepted => _accepted;

    public void HandleChunk(ContributionChunk chunk)
    {
        Party sender = Party.Client(chunk.Client);
        opening.Context.Require(chunk.Context, sender);
        if (_accepted.ContainsKey(chunk.Client))
        {
            throw new ProtocolViolationException(ViolationCode.DuplicateContribution, sender, "one contribution a round", $"chunk {chunk.Index} after the header");
        }

        if (!_open.TryGetValue(chunk.Client, out ContributionRoot? root))
        {
            _open.Add(chunk.Client, root = new ContributionRoot(plan));
        }

        if (chunk.Index != root.Next || chunk.Packed.Length != plan.Parameters.ChunkBytes)
        {
            throw new ProtocolViolationException(
                ViolationCode.ChunkOrder, sender, $"chunk {root.Next} of {plan.Parameters.ChunkBytes} bytes", $"chunk {chunk.Index} of {chunk.Packed.Length} bytes");
        }

        _validator.Require(chunk);
        store.Write(chunk.Client, chunk.Index, chunk.Packed.Span);
        root.Append(chunk.Packed.Span);
    }

    /// <summary>Checks the header against the uploaded chunks. A refusal forgets the upload; a repeated header is welcome.</summary>
    /// <returns>Whether the contribution is new.</returns>
    public bool HandleHeader(ContributionHeader header)
    {
        ContributionStatement statement = header.Statement;
        if (_accepted.TryGetValue(statement.Client, out ContributionHeader? former))
        {
            return former.Statement.Hash == statement.Hash
                ? false
                : throw new ProtocolViolationException(ViolationCode.DuplicateContribution, statement.Signer, "one contribution a round", "another one");
        }

        try
        {
            Require(header);
        }
        catch
        {
            Forget(statement.Client);
            throw;
        }

        _accepted.Add(statement.Client, header);
        _knownRoots.Add(statement.Root);
        return true;
    }

    public void Forget(int client)
    {
        if (_accepted.Remove(client, out ContributionHeader? accepted))
        {
            _knownRoots.Remove(accepted.Statement.Root);
        }

        if (_open.Remove(client, out ContributionRoot? root))
        {
            root.Dispose();
        }

        store.Remove(client);
    }

    public void Dispose()
    {
        foreach (ContributionRoot root in _open.Values)
        {
            root.Dispose();
        }

        _open.Clear();
        _validator.Dispose();
    }

    private void Require(ContributionHeader header)
    {
        ContributionStatement statement = header.Statement;
        StatementRules.Require(statement, opening, plan);
        if (!versions.Any(version => version.Hash == statement.BaseVersion))
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongBaseVersion, statement.Signer, $"one of {versions.Count} offered base versions", statement.BaseVersion.ToShortString());
        }

        for (int i = 0; i < header.Shares.Length; i++)
        {
            ShareLayout.RequireHash(header.Shares[i].Span, statement, i);
        }

        if (!_open.Remove(statement.Client, out ContributionRoot? root) || !root.IsComplete)
        {
            throw new ProtocolViolationException(
                ViolationCode.ChunkOrder, statement.Signer, $"{plan.Parameters.ChunkCount} chunks before the header", $"{root?.Next ?? 0}");
        }

        Digest computed = root.Finish();
        root.Dispose();
        if (computed != statement.Root)
        {
            throw new ProtocolViolationException(
                ViolationCode.RootMismatch, statement.Signer, $"chunks with root {statement.Root.ToShortString()}", computed.ToShortString());
        }

        if (_knownRoots.Contains(statement.Root))
        {
            throw new ProtocolViolationException(ViolationCode.DuplicateCiphertext, statement.Signer, "a ciphertext of its own", "another client's");
        }
    }
}
