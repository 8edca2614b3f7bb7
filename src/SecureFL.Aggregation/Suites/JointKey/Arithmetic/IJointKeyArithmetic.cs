using SecureFL.Ckks.JointKey;
using SecureFL.Encoding.Quantization;
using SecureFL.Ring.Randomness;

namespace SecureFL.Aggregation;

/// <summary>
/// The mathematics that the roles of the joint-key suite need, on packed polynomials: what stands on the wire. Malformed bytes are refused with a
/// <see cref="CiphertextRefusal"/>; whoever calls knows who sent them.
/// </summary>
internal interface IJointKeyArithmetic
{
    /// <summary>Draws a ternary secret and its sharing polynomial; the caller disposes, which erases both.</summary>
    IKeyShareDealer Deal(ReadOnlySpan<byte> referenceSeed, IEntropySource entropy);

    /// <summary>Checks what one dealer sends to the holder at <paramref name="point"/>.</summary>
    IKeyShareReceiver Receive(ReadOnlySpan<byte> referenceSeed, int point);

    /// <summary>A running sum of packed polynomials, public or secret.</summary>
    IPolynomialSum CreateSum();

    /// <summary>Reads lane sums out of combined ciphertexts.</summary>
    IJointKeyOpener CreateOpener();

    /// <summary>Encrypts one contribution under the joint public key.</summary>
    IJointKeyCipher CreateCipher(ReadOnlySpan<byte> referenceSeed, ReadOnlySpan<byte> publicKey, IEntropySource entropy, Rounding rounding, ulong? roundingSeed);

    /// <summary>Partial decryption by the holder at <paramref name="point"/> as one of <paramref name="activePoints"/>; disposing erases the share.</summary>
    IPartialDecryptor CreateDecryptor(ReadOnlySpan<byte> keyShare, int point, ReadOnlySpan<int> activePoints);
}

/// <summary>One holder's secret of a key epoch: its public key share part by part, and the shares of its secret.</summary>
internal interface IKeyShareDealer : IDisposable
{
    /// <summary>Part 0: b_k = -a s_k + e_k. Part j: the same over coefficient j of the sharing polynomial.</summary>
    void WritePart(int part, Span<byte> packed);

    /// <summary>The value of the sharing polynomial at a holder's point. Secret.</summary>
    void WriteShare(int point, Span<byte> packed);
}

/// <summary>One dealer's parts and share, as one recipient checks them.</summary>
internal interface IKeyShareReceiver : IDisposable
{
    /// <summary>Takes the parts in order.</summary>
    void AddPart(ReadOnlySpan<byte> packed);

    /// <summary>Whether the share fits all parts, up to noise.</summary>
    bool Fits(ReadOnlySpan<byte> packedShare);
}

/// <summary>A sum of packed polynomials modulo each prime. Disposing erases it.</summary>
internal interface IPolynomialSum : IDisposable
{
    void Add(ReadOnlySpan<byte> packed);

    void Write(Span<byte> packed);

    void Clear();
}

/// <summary>h = lambda c1 share + smudging noise. A function of its inputs alone: the same noise key gives the same bytes.</summary>
internal interface IPartialDecryptor : IDisposable
{
    void Decrypt(ReadOnlySpan<byte> summedSecondHalf, ReadOnlySpan<byte> noiseKey, Span<byte> partial);
}

/// <summary>c0 plus t partial decryptions is Delta m + noise: to lane sums, chunk by chunk, watching the noise.</summary>
internal interface IJointKeyOpener : IDisposable
{
    /// <summary>Whether no message of the chunks so far was outside the lanes.</summary>
    bool InsideLanes { get; }

    /// <summary>Mean square of the noise of the chunks so far.</summary>
    double NoiseVariance { get; }

    /// <summary>The largest mean square over all chunks that honest errors and honest smudging reach.</summary>
    double LargestVariance { get; }

    /// <summary>Starts a chunk from its summed c0.</summary>
    void BeginChunk(long chunk, ReadOnlySpan<byte> summedFirst);

    /// <summary>Adds the partial decryption of one of the t active holders.</summary>
    void AddPartial(ReadOnlySpan<byte> partial);

    void FinishChunk(Span<long> sums);
}

/// <summary>Values to packed c0 || c1, each chunk once.</summary>
internal interface IJointKeyCipher : IDisposable
{
    long ClippedCount { get; }

    void EncryptChunk(long chunk, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers, Span<byte> packed);
}

/// <summary>Packed bytes that are no polynomial of the ring.</summary>
internal sealed class CiphertextRefusal(string expected, string received) : Exception($"expected {expected}, received {received}")
{
    public string Expected { get; } = expected;

    public string Received { get; } = received;

    public static CiphertextRefusal From(ResidueFormatException refusal) => new($"{refusal.Field}: {refusal.Expected}", refusal.Received);

    /// <summary>The refusal with its sender.</summary>
    public ProtocolViolationException From(Party offender) => new(ViolationCode.MalformedCiphertext, offender, Expected, Received);
}
