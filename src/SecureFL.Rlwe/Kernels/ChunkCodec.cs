using System.Security.Cryptography;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Rlwe.Kernels;

/// <summary>
/// Whole chunks, group by group, through spans: the door between the chunk kernels and safe code. Lengths are checked
/// here. Not thread-safe.
/// </summary>
internal sealed unsafe class ChunkCodec : IDisposable
{
    private readonly AggregationParameters _parameters;
    private readonly ChunkKernel _kernel;
    private readonly int _primes;
    private readonly int _residues;
    private readonly int[] _packedOffsets;
    private readonly SecretBuffer<int> _lanes;
    private readonly SecretBuffer<double> _words;

    internal ChunkCodec(AggregationParameters parameters, VectorWidth? width = null)
    {
        ChunkConstants constants = new(parameters);
        _parameters = parameters;
        _kernel = ChunkKernel.Create(constants, width);
        _primes = constants.Primes;
        _residues = parameters.Polynomials * _primes;
        _packedOffsets = new int[_residues + 1];
        for (int i = 0; i < _residues; i++)
        {
            _packedOffsets[i + 1] = _packedOffsets[i]
                + WordKernel.PackedBytes(parameters.RingDegree, parameters.Ckks.Moduli[i % _primes].Bits);
        }

        _lanes = new SecretBuffer<int>(parameters.Lanes * ChunkKernel.Group);
        _words = new SecretBuffer<double>(_kernel.OpenScratch + ((parameters.Lanes + 1) * ChunkKernel.Group));
    }

    private int Groups => _parameters.RingDegree / ChunkKernel.Group;

    private int ElementsPerGroup => _parameters.Lanes * ChunkKernel.Group;

    /// <summary>
    /// Quantises, packs and masks one chunk: the polynomial that carries the message. False, with the destination
    /// cleared, if a float is not finite.
    /// </summary>
    internal bool Encrypt(Quantizer quantizer, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers,
        ReadOnlySpan<ulong> mask, Span<byte> packed) =>
        Encrypt(quantizer, floats, integers, mask, packed, erase: false);

    /// <summary>The same, and the mask is overwritten with zeros piece by piece, while it is in the cache.</summary>
    internal bool EncryptErasing(Quantizer quantizer, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers,
        Span<ulong> mask, Span<byte> packed) =>
        Encrypt(quantizer, floats, integers, mask, packed, erase: true);

    private bool Encrypt(Quantizer quantizer, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers,
        ReadOnlySpan<ulong> mask, Span<byte> packed, bool erase)
    {
        Check(mask.Length, _primes * _parameters.RingDegree, nameof(mask));
        Check(packed.Length, _parameters.PolynomialBytes, nameof(packed));
        bool finite = true;
        fixed (int* lanes = _lanes.Span)
        fixed (double* words = _words.Span)
        fixed (ulong* masks = mask)
        fixed (byte* to = packed)
        {
            for (int group = 0; group < Groups; group++)
            {
                finite &= Quantise(quantizer, floats, integers, group * ElementsPerGroup);
                _kernel.GatherWords(lanes, words);
                ulong* maskGroup = masks + (group * ChunkKernel.Group);
                int i = 0;
                for (; i < _primes - 1; i += 2)
                {
                    ulong* first = maskGroup + (i * _parameters.RingDegree);
                    _kernel.EncryptPair(i, words, first, first + _parameters.RingDegree, PackedGroup(to, i, group),
                        PackedGroup(to, i + 1, group));
                }

                if (i < _primes)
                {
                    _kernel.Encrypt(i, words, maskGroup + (i * _parameters.RingDegree), PackedGroup(to, i, group));
                }

                for (i = 0; erase && i < _primes; i++)
                {
                    CryptographicOperations.ZeroMemory(
                        new Span<byte>(maskGroup + (i * _parameters.RingDegree), ChunkKernel.Group * sizeof(ulong)));
                }
            }
        }

        if (!finite)
        {
            packed.Clear();
        }

        return finite;
    }

    /// <summary>
    /// Adds 1 to 4 packed chunks (or, under a joint key, packed single polynomials, if the sums have room for one) to
    /// the sums. If a residue is not below its prime, the sums are restored and its upload, prime and position
    /// returned.
    /// </summary>
    internal BadResidue? Add(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third,
        ReadOnlySpan<byte> fourth, Span<ulong> sums)
    {
        int count = second.IsEmpty ? 1 : third.IsEmpty ? 2 : fourth.IsEmpty ? 3 : 4;
        int residues = Residues(sums.Length);
        bool below = true;
        fixed (byte* packed0 = first, packed1 = second, packed2 = third, packed3 = fourth)
        fixed (ulong* total = sums)
        {
            ulong** groups = stackalloc ulong*[ChunkKernel.UploadsPerPass];
            byte** uploads = stackalloc byte*[ChunkKernel.UploadsPerPass] { packed0, packed1, packed2, packed3 };
            for (int i = 0; i < residues; i++)
            {
                for (int group = 0; group < Groups; group++)
                {
                    for (int upload = 0; upload < count; upload++)
                    {
                        groups[upload] = PackedGroup(uploads[upload], i, group);
                    }

                    below &= _kernel.Add(i % _primes, groups, count,
                        total + (i * _parameters.RingDegree) + (group * ChunkKernel.Group));
                }
            }
        }

        return below ? null : Undo(first, second, third, fourth, sums);
    }

    /// <summary>Sums to canonical residues, in place.</summary>
    internal void Reduce(Span<ulong> sums)
    {
        int residues = Residues(sums.Length);
        fixed (ulong* total = sums)
        {
            for (int i = 0; i < residues; i++)
            {
                for (int group = 0; group < Groups; group++)
                {
                    _kernel.Reduce(i % _primes, total + (i * _parameters.RingDegree) + (group * ChunkKernel.Group));
                }
            }
        }
    }

    /// <summary>
    /// Opens the sums of the polynomial that carries the message with its mask (a*S, or the opposite of the summed
    /// partial decryptions); writes integers (if asked) and the same times <paramref name="step"/> (if asked).
    /// </summary>
    internal ChunkOpening Open(ReadOnlySpan<ulong> sums, ReadOnlySpan<ulong> mask, Span<long> integers,
        Span<float> singles, double step)
    {
        Check(sums.Length, _primes * _parameters.RingDegree, nameof(sums));
        Check(mask.Length, _primes * _parameters.RingDegree, nameof(mask));
        bool inside = true;
        double squares = 0;
        double maximum = 0;
        fixed (ulong* total = sums, masks = mask)
        fixed (double* scratch = _words.Span)
        fixed (long* wholes = integers)
        fixed (float* reals = singles)
        {
            double* lanes = scratch + _kernel.OpenScratch;
            ulong** sumGroups = stackalloc ulong*[_primes];
            ulong** maskGroups = stackalloc ulong*[_primes];
            for (int group = 0; group < Groups; group++)
            {
                for (int i = 0; i < _primes; i++)
                {
                    int at = (i * _parameters.RingDegree) + (group * ChunkKernel.Group);
                    sumGroups[i] = total + at;
                    maskGroups[i] = masks + at;
                }

                inside &= _kernel.Open(sumGroups, maskGroups, scratch, lanes, ref squares, ref maximum);
                int start = group * ElementsPerGroup;
                int count = Math.Clamp(integers.Length - start, 0, ElementsPerGroup);
                _kernel.ToIntegers(lanes, wholes + start, count);
                count = Math.Clamp(singles.Length - start, 0, ElementsPerGroup);
                _kernel.ToSingles(lanes, step, reals + start, count);
            }
        }

        return new ChunkOpening(inside, squares, maximum);
    }

    public void Dispose()
    {
        _lanes.Dispose();
        _words.Dispose();
    }

    private bool Quantise(Quantizer quantizer, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers, int start)
    {
        bool finite = true;
        for (int lane = 0; lane < _parameters.Lanes; lane++)
        {
            Span<int> run = _lanes.Span.Slice(lane * ChunkKernel.Group, ChunkKernel.Group);
            int at = start + (lane * ChunkKernel.Group);
            int floatsHere = Math.Clamp(floats.Length - at, 0, ChunkKernel.Group);
            finite &= quantizer.QuantizeRun(floatsHere == 0 ? [] : floats.Slice(at, floatsHere), run);
            int firstInteger = at + floatsHere - floats.Length;
            int integersHere = Math.Clamp(integers.Length - firstInteger, 0, ChunkKernel.Group - floatsHere);
            if (floatsHere < ChunkKernel.Group && integersHere > 0)
            {
                integers.Slice(firstInteger, integersHere).CopyTo(run[floatsHere..]);
            }
        }

        return finite;
    }

    /// <summary>Takes back what was added and finds the first residue that is too large.</summary>
    private BadResidue Undo(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third,
        ReadOnlySpan<byte> fourth, Span<ulong> sums)
    {
        BadResidue? found = null;
        Span<ulong> residues = new ulong[_parameters.RingDegree];
        for (int upload = 0; upload < ChunkKernel.UploadsPerPass; upload++)
        {
            ReadOnlySpan<byte> packed = upload switch { 0 => first, 1 => second, 2 => third, _ => fourth };
            for (int i = 0; i < Residues(sums.Length) && !packed.IsEmpty; i++)
            {
                Ring.Arithmetic.Modulus p = _parameters.Ckks.Moduli[i % _primes];
                WordKernel.Best.Unpack(packed[_packedOffsets[i].._packedOffsets[i + 1]], p.Bits, p.Value, residues);
                Span<ulong> total = sums.Slice(i * _parameters.RingDegree, _parameters.RingDegree);
                for (int k = 0; k < residues.Length; k++)
                {
                    total[k] -= residues[k];
                    found ??= residues[k] >= p.Value
                        ? new BadResidue(upload, i / _primes, i % _primes, k, residues[k]) : null;
                }
            }
        }

        return found ?? throw new InvalidOperationException("a residue was refused and then not found");
    }

    /// <summary>
    /// Polynomials modulo one prime in so many words: those of one polynomial, or of all that travel.
    /// </summary>
    private int Residues(int words)
    {
        int residues = words / _parameters.RingDegree;
        Check(words, (residues == _primes ? _primes : _residues) * _parameters.RingDegree, "sums");
        return residues;
    }

    private ulong* PackedGroup(byte* packed, int residue, int group) =>
        (ulong*)(packed + _packedOffsets[residue])
        + (group * _parameters.Ckks.Moduli[residue % _primes].Bits * WordKernel.Columns);

    private static void Check(int length, int expected, string name)
    {
        if (length != expected)
        {
            throw new ArgumentException($"{name} has length {length}, expected {expected}", name);
        }
    }
}

/// <summary>Where a residue was not below its prime.</summary>
internal readonly record struct BadResidue(int Upload, int Polynomial, int Prime, int Coefficient, ulong Value);

/// <summary>What opening a chunk showed besides the sums.</summary>
internal readonly record struct ChunkOpening(bool InsideLanes, double NoiseSquares, double NoiseMaximum);
