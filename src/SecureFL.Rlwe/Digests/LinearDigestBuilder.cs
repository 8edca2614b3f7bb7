using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Digests;

/// <summary>
/// Digests the chunks of a contribution, or of an unreduced sum of contributions, in any order, each once. Under a
/// joint key a chunk is two polynomials, and each half of a contribution has a digest of its own. The residues of all
/// chunks are one sequence (chunk, prime, coefficient); polynomial c_k is its elements 4096 k to 4096 k + 4095, the
/// last one filled up with zeros. A chunk of a large ring is several polynomials; those of a small ring share one, and
/// are fastest one after the other. Not thread-safe, but see <see cref="CreateWorker"/>; no allocation per chunk,
/// memory does not grow with the model but for a bit a chunk.
/// </summary>
public sealed class LinearDigestBuilder : IDisposable
{
    private const int Degree = LinearDigestParameters.Degree;

    private readonly LinearDigestKey _key;
    private readonly VectorWidth? _width;
    private readonly AggregationParameters _parameters;
    private readonly int _clients;
    private readonly Record _record;
    private readonly PieceSum _sum;
    private readonly SecretBuffer<ulong>? _piece;
    private readonly int _run;
    private readonly int _runsPerChunk;
    private long _open = -1;
    private ulong _openLimit;
    private long _appended;
    private LinearDigest? _merged;
    private bool _finished;

    private LinearDigestBuilder(LinearDigestKey key, AggregationParameters parameters, int clients, VectorWidth? width,
        Record? record)
    {
        _key = key;
        _parameters = parameters;
        _clients = clients;
        _width = width;
        _record = record ?? new Record(parameters.ChunkCount);
        _sum = new PieceSum(key, LinearDigestParameters.Kernels(width));
        _run = Math.Min(Degree, parameters.RingDegree);
        _piece = _run < Degree ? new SecretBuffer<ulong>(Degree) : null;
        _runsPerChunk = parameters.Ckks.Moduli.Length * (parameters.RingDegree / _run);
    }

    /// <summary>For a contribution, or a half of one: packed chunks, residues below their primes.</summary>
    public static LinearDigestBuilder OfContribution(LinearDigestKey key, AggregationParameters parameters) =>
        OfContribution(key, parameters, null);

    /// <summary>
    /// For the unreduced sum of so many contributions: words of 64 bits, none above <paramref name="clients"/> times
    /// the prime less one. Without that check the digest would bind nobody.
    /// </summary>
    /// <exception cref="PlanningException">Such sums do not fit 64 bits.</exception>
    public static LinearDigestBuilder OfSum(LinearDigestKey key, AggregationParameters parameters, int clients) =>
        OfSum(key, parameters, clients, null);

    internal static LinearDigestBuilder OfContribution(LinearDigestKey key, AggregationParameters parameters,
        VectorWidth? width)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(parameters);
        return new LinearDigestBuilder(key, parameters, 0, width, null);
    }

    internal static LinearDigestBuilder OfSum(LinearDigestKey key, AggregationParameters parameters, int clients,
        VectorWidth? width)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(clients, 1);
        LinearDigestBound.RequireWords(clients, parameters.Primes.Max());
        return new LinearDigestBuilder(key, parameters, clients, width, null);
    }

    /// <summary>
    /// A second builder of the same digest, for another thread: one record of which chunks are done. It is to be merged
    /// before this one completes.
    /// </summary>
    public LinearDigestBuilder CreateWorker() => new(_key, _parameters, _clients, _width, _record);

    /// <summary>Adds a chunk of a contribution.</summary>
    /// <param name="chunk">0 to ChunkCount - 1.</param>
    /// <param name="packed">PolynomialBytes bytes.</param>
    /// <exception cref="CiphertextFormatException">No such chunk, wrong length, or a residue that is not below its
    /// prime: no digest can come of this builder any more.</exception>
    /// <exception cref="InvalidOperationException">The chunk was added before, an earlier one was refused, or the
    /// builder is for sums.</exception>
    public void Append(long chunk, ReadOnlySpan<byte> packed)
    {
        Begin(chunk, ofSum: false, packed.Length, _parameters.PolynomialBytes);
        DigestScratch scratch = DigestScratch.Rent();
        try
        {
            for (int run = 0; run < _runsPerChunk; run++)
            {
                Span<ulong> room = Next(scratch, chunk, run);
                Modulus p = PrimeOf(run);
                int bytes = WordKernel.PackedBytes(_run, p.Bits);
                if (!WordKernel.Best.Unpack(packed[..bytes], p.Bits, p.Value, room))
                {
                    throw Refuse(chunk, run, room, p.Value - 1);
                }

                packed = packed[bytes..];
                Fill(scratch, p.Value - 1);
            }
        }
        finally
        {
            scratch.Return();
        }

        _appended++;
    }

    /// <summary>Adds a chunk of an unreduced sum: N words for each prime.</summary>
    /// <param name="chunk">0 to ChunkCount - 1.</param>
    /// <param name="sums">Words of which none is above n (p - 1).</param>
    /// <exception cref="CiphertextFormatException">No such chunk, wrong length, or a word that is too large: no digest
    /// can come of this builder any more.</exception>
    /// <exception cref="InvalidOperationException">The chunk was added before, an earlier one was refused, or the
    /// builder is for contributions.</exception>
    public void Append(long chunk, ReadOnlySpan<ulong> sums)
    {
        Begin(chunk, ofSum: true, sums.Length, _runsPerChunk * _run);
        DigestScratch scratch = DigestScratch.Rent();
        try
        {
            for (int run = 0; run < _runsPerChunk; run++)
            {
                Span<ulong> room = Next(scratch, chunk, run);
                ulong limit = (ulong)_clients * (PrimeOf(run).Value - 1);
                sums[..room.Length].CopyTo(room);
                if (!AreAtMost(room, limit))
                {
                    throw Refuse(chunk, run, room, limit);
                }

                sums = sums[room.Length..];
                Fill(scratch, limit);
            }
        }
        finally
        {
            scratch.Return();
        }

        _appended++;
    }

    /// <summary>Takes over what a worker has added; the worker is done then.</summary>
    /// <exception cref="ArgumentException">It is no worker of this builder.</exception>
    /// <exception cref="InvalidOperationException">It was merged before, or this builder is done itself.</exception>
    public void Merge(LinearDigestBuilder worker)
    {
        ArgumentNullException.ThrowIfNull(worker);
        if (worker == this || worker._record != _record)
        {
            throw new ArgumentException("not a worker of this builder", nameof(worker));
        }

        RequireUnfinished();
        LinearDigest digest = worker.Finish();
        digest = worker._merged is null ? digest : digest.Add(worker._merged);
        _merged = _merged is null ? digest : _merged.Add(digest);
        _appended += worker._appended;
    }

    /// <summary>The digest; nothing can be added after it.</summary>
    /// <exception cref="InvalidOperationException">A chunk is missing or was refused, a worker was not merged, or the
    /// digest was taken before.</exception>
    public LinearDigest Complete()
    {
        RequireUnfinished();
        _record.RequireGood();
        if (_record.FirstMissing() is long missing)
        {
            throw new InvalidOperationException($"chunk {missing} of {_parameters.ChunkCount} was not added");
        }

        if (_appended != _parameters.ChunkCount)
        {
            throw new InvalidOperationException(
                $"{_parameters.ChunkCount - _appended} chunks are with workers that were not merged");
        }

        LinearDigest own = Finish();
        return _merged is null ? own : own.Add(_merged);
    }

    /// <summary>Gives the working memory back.</summary>
    public void Dispose()
    {
        _piece?.Dispose();
        _sum.Dispose();
    }

    private void RequireUnfinished()
    {
        if (_finished)
        {
            throw new InvalidOperationException("this builder is done: it completed, or was merged into another");
        }
    }

    private void Begin(long chunk, bool ofSum, int length, int expected)
    {
        RequireUnfinished();
        _record.RequireGood();
        if (ofSum != _clients > 0)
        {
            throw new InvalidOperationException(
                $"this digest is of a {(ofSum ? "contribution: packed bytes" : "sum: words")} are expected");
        }

        if (chunk < 0 || chunk >= _parameters.ChunkCount)
        {
            throw new CiphertextFormatException("chunk index", $"0 to {_parameters.ChunkCount - 1}", $"{chunk}");
        }

        if (length != expected)
        {
            throw new CiphertextFormatException($"length of chunk {chunk}", $"{expected}", $"{length}");
        }

        _record.Take(chunk);
    }

    private Modulus PrimeOf(int run) =>
        _parameters.Ckks.Moduli[run / (_parameters.RingDegree / _run)];

    /// <summary>Where a run of a chunk goes.</summary>
    private Span<ulong> Next(DigestScratch scratch, long chunk, int run)
    {
        long residue = ((chunk * _runsPerChunk) + run) * _run;
        if (residue / Degree != _open)
        {
            Flush(scratch);
            _open = residue / Degree;
        }

        return PieceIn(scratch).Slice((int)(residue % Degree), _run);
    }

    // What the chunks of small rings have filled in part outlasts a call.
    private Span<ulong> PieceIn(DigestScratch scratch) => _piece is null ? scratch.Piece : _piece.Span;

    private void Fill(DigestScratch scratch, ulong limit)
    {
        _openLimit = Math.Max(_openLimit, limit);
        if (_run == Degree)
        {
            Flush(scratch);
        }
    }

    /// <summary>Adds what there is of the open polynomial; by linearity its parts may come apart.</summary>
    private void Flush(DigestScratch scratch)
    {
        if (_open >= 0)
        {
            _sum.Add(scratch, (ulong)_open, PieceIn(scratch), _openLimit);
            _open = -1;
            _openLimit = 0;
            _piece?.Clear();
        }
    }

    private LinearDigest Finish()
    {
        RequireUnfinished();
        _finished = true;
        DigestScratch scratch = DigestScratch.Rent();
        Flush(scratch);
        scratch.Return();
        return new LinearDigest(_sum.Finish());
    }

    private CiphertextFormatException Refuse(long chunk, int run, ReadOnlySpan<ulong> words, ulong limit)
    {
        _record.Spoil();
        int at = words.IndexOfAnyInRange(limit + 1, ulong.MaxValue);
        return new CiphertextFormatException($"word {(run * _run) + at} of chunk {chunk}", $"at most {limit}",
            $"{words[at]}");
    }

    private static bool AreAtMost(ReadOnlySpan<ulong> words, ulong limit)
    {
        Vector<ulong> most = Vector<ulong>.Zero;
        for (int i = 0; i < words.Length; i += Vector<ulong>.Count)
        {
            most = Vector.Max(most, new Vector<ulong>(words[i..]));
        }

        return Vector.LessThanOrEqualAll(most, new Vector<ulong>(limit));
    }

    /// <summary>Which chunks were taken, over all threads.</summary>
    private sealed class Record(long chunks)
    {
        private readonly ulong[] _taken = new ulong[(chunks + 63) / 64];
        private volatile bool _spoiled;

        internal void Take(long chunk)
        {
            ulong bit = 1UL << (int)(chunk & 63);
            if ((Interlocked.Or(ref _taken[chunk >> 6], bit) & bit) != 0)
            {
                throw new InvalidOperationException($"chunk {chunk} was added before; each counts once");
            }
        }

        internal void Spoil() => _spoiled = true;

        internal void RequireGood()
        {
            if (_spoiled)
            {
                throw new InvalidOperationException("a chunk was refused: begin again with another builder");
            }
        }

        internal long? FirstMissing()
        {
            for (long chunk = 0; chunk < chunks; chunk++)
            {
                if ((_taken[chunk >> 6] >> (int)(chunk & 63) & 1) == 0)
                {
                    return chunk;
                }
            }

            return null;
        }
    }
}
