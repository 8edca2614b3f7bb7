using System.Collections.Concurrent;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Roles;

/// <summary>
/// One client's upload under way: chunks in order, each checked, stored, hashed and digested. Not thread-safe, but
/// uploads of different clients are independent of each other and of the server that they belong to, as far as the
/// store is: a slow disk holds up nobody else.
/// </summary>
public sealed class ContributionUpload : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly RoundContext _context;
    private readonly IContributionStore _store;
    private readonly ChunkValidatorPool _validators;
    private readonly ContributionRoot _root;
    private readonly ContributionDigest _digest;

    internal ContributionUpload(AggregationPlan plan, RoundContext context, int client, IContributionStore store,
        ChunkValidatorPool validators)
    {
        _plan = plan;
        _context = context;
        _store = store;
        _validators = validators;
        _root = new ContributionRoot(plan);
        _digest = new ContributionDigest(plan);
        Client = client;
    }

    /// <summary>The client's plan index.</summary>
    public int Client { get; }

    /// <summary>The chunk that comes next.</summary>
    public long NextChunk => _root.Next;

    /// <summary>Whether only the header is missing.</summary>
    public bool IsComplete => _root.IsComplete;

    /// <summary>The root over all chunks, once they are complete.</summary>
    internal Digest? Root { get; private set; }

    /// <summary>The hash of their linear digest, once they are complete; null in suites without.</summary>
    internal Digest? LinearDigest { get; private set; }

    /// <summary>Takes the next chunk. Where the store fails, the upload stays where it was.</summary>
    /// <exception cref="ProtocolViolationException">Of another client or round, out of order, or malformed.</exception>
    public void HandleChunk(ContributionChunk chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        Party sender = Party.Client(Client);
        if (chunk.Client != Client)
        {
            throw new ProtocolViolationException(ViolationCode.NotEnrolled, sender, $"chunks of {sender}",
                $"one of {Party.Client(chunk.Client)}");
        }

        _context.Require(chunk.Context, sender);
        if (chunk.Index != NextChunk || chunk.Packed.Length != _plan.Parameters.WireChunkBytes)
        {
            throw new ProtocolViolationException(
                ViolationCode.ChunkOrder, sender, $"chunk {NextChunk} of {_plan.Parameters.WireChunkBytes} bytes",
                $"chunk {chunk.Index} of {chunk.Packed.Length} bytes");
        }

        ChunkValidator validator = _validators.Take();
        try
        {
            ReadOnlySpan<byte> packed = validator.Read(chunk);
            _store.Write(Client, chunk.Index, packed);
            Append(packed);
        }
        finally
        {
            _validators.Return(validator);
        }
    }

    /// <summary>
    /// Takes up chunks that an earlier process left in the store: they are checked and hashed like new ones.
    /// </summary>
    /// <param name="chunks">How many there are.</param>
    /// <exception cref="ProtocolViolationException">A stored chunk is malformed.</exception>
    public void Restore(long chunks)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunks, _plan.Parameters.ChunkCount);
        byte[] packed = new byte[_plan.Parameters.ChunkBytes];
        ChunkValidator validator = _validators.Take();
        try
        {
            while (NextChunk < chunks)
            {
                _store.Read(Client, NextChunk, packed);
                validator.Require(new ContributionChunk(_context, Client, NextChunk, packed));
                Append(packed);
            }
        }
        finally
        {
            _validators.Return(validator);
        }
    }

    /// <summary>Forgets the hash state; the store keeps its chunks.</summary>
    public void Dispose()
    {
        _root.Dispose();
        _digest.Dispose();
    }

    private void Append(ReadOnlySpan<byte> packed)
    {
        _digest.Append(_root.Next, packed);
        _root.Append(packed);
        if (_root.IsComplete)
        {
            Root = _root.Finish();
            LinearDigest = ContributionDigest.HashOf(_digest.Finish());
            // The header may take its time.
            _digest.Dispose();
        }
    }
}

/// <summary>
/// As many validators as chunks are checked at the same time; each has a buffer of one chunk's sums. Thread-safe.
/// </summary>
internal sealed class ChunkValidatorPool(AggregationPlan plan) : IDisposable
{
    private readonly ConcurrentBag<ChunkValidator> _idle = [];

    public ChunkValidator Take() => _idle.TryTake(out ChunkValidator? idle) ? idle : new ChunkValidator(plan);

    public void Return(ChunkValidator validator) => _idle.Add(validator);

    public void Dispose()
    {
        while (_idle.TryTake(out ChunkValidator? validator))
        {
            validator.Dispose();
        }
    }
}
