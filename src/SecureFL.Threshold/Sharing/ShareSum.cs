using SecureFL.Ring.Randomness;
using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Kernels;

namespace SecureFL.Threshold.Sharing;

/// <summary>
/// What a holder releases for one group of a certificate: the sum mod p of its shares of exactly the listed
/// contributions, each once. The mask shares are not summed. Sums are lazy in 64 bits: below 2^31 * 2^16 they cannot
/// overflow. O(N) memory whatever the number of clients. Not thread-safe; disposing erases the sums.
/// </summary>
public sealed class ShareSum : IDisposable
{
    /// <summary>Most contributions of one group.</summary>
    public const int MaxContributions = 1 << 16;

    private readonly OneTimeKeySharing _sharing;
    private readonly bool[] _added;
    private readonly SecretBuffer<ulong> _sums;
    private readonly SecretBuffer<uint> _words;
    private int _missing;

    /// <summary>
    /// An empty sum over the <paramref name="contributions"/> entries that the certificate lists for a group.
    /// </summary>
    /// <exception cref="ArgumentException">Not 1 &lt;= contributions &lt;= <see cref="MaxContributions"/>.</exception>
    public ShareSum(OneTimeKeySharing sharing, int contributions)
    {
        ArgumentNullException.ThrowIfNull(sharing);
        if (contributions is < 1 or > MaxContributions)
        {
            throw new ArgumentOutOfRangeException(nameof(contributions),
                $"{contributions} contributions is not within 1..{MaxContributions}");
        }

        _sharing = sharing;
        _added = new bool[contributions];
        _missing = contributions;
        _sums = new SecretBuffer<ulong>(sharing.Coefficients);
        _words = new SecretBuffer<uint>(sharing.Coefficients + OneTimeKeySharing.MaskCount);
    }

    /// <summary>
    /// Adds the payload of the contribution at a position of the list; a refused payload adds nothing.
    /// </summary>
    /// <param name="position">Its position in the certificate's list, from 0.</param>
    /// <param name="payload">The payload that this holder verified before it voted.</param>
    /// <exception cref="ArgumentException">No such position, or one that was added before.</exception>
    /// <exception cref="ThresholdViolationException">The payload is malformed.</exception>
    public void Add(int position, ReadOnlySpan<byte> payload)
    {
        if ((uint)position >= (uint)_added.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(position),
                $"position {position} of a list of {_added.Length}");
        }

        if (_added[position])
        {
            throw new ArgumentException($"position {position} has been added before", nameof(position));
        }

        try
        {
            WordPacking.Unpack(payload, _words.Span, "share payload");
            MersenneKernels.AddLazily(_words.Span[.._sharing.Coefficients], _sums.Span);
        }
        finally
        {
            _words.Clear();
        }

        _added[position] = true;
        _missing--;
    }

    /// <summary>Writes the packed answer.</summary>
    /// <param name="destination">Exactly <see cref="OneTimeKeySharing.AnswerBytes"/> bytes.</param>
    /// <exception cref="InvalidOperationException">A listed contribution has not been added.</exception>
    /// <exception cref="ArgumentException">A destination of another length.</exception>
    public void WriteAnswer(Span<byte> destination)
    {
        SpanChecks.SameLength(_sharing.AnswerBytes, destination.Length);
        if (_missing != 0)
        {
            throw new InvalidOperationException(
                $"{_missing} of {_added.Length} listed contributions have not been added");
        }

        Span<uint> words = _words.Span[.._sharing.Coefficients];
        Span<ulong> sums = _sums.Span;
        for (int k = 0; k < words.Length; k++)
        {
            words[k] = MersenneField.Reduce(sums[k]);
        }

        WordPacking.Pack(words, destination);
        _words.Clear();
    }

    /// <summary>Erases the sums.</summary>
    public void Dispose()
    {
        _sums.Dispose();
        _words.Dispose();
    }

    /// <summary>Says nothing about the sums.</summary>
    public override string ToString() => "ShareSum";
}
