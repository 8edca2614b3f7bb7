using System.Security.Cryptography;
using System.Text;
using SecureFL.Consortium.Approvals;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;

namespace SecureFL.Client.Questions;

/// <summary>
/// What a contribution tells of a site's rows, by its content alone: neither plan nor round nor a version's number is
/// in the key, since two sums of one content differ by whoever is missing in one of them.
/// </summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Key">The same for the same content.</param>
/// <param name="Words">It, for people.</param>
internal sealed record DataQuestion(QuestionKind Kind, Digest Key, string Words)
{
    /// <summary>What a site does with some weights.</summary>
    /// <param name="kind">What it does.</param>
    /// <param name="weights">The digest of <see cref="DigestOf"/>.</param>
    internal static DataQuestion OfWeights(QuestionKind kind, Digest weights) => new(
        kind, KeyOf(kind, "weights", weights.ToArray()), kind switch
        {
            QuestionKind.Preparation => $"the first update from the weights {weights.ToShortString()}",
            QuestionKind.Training => $"training from the weights {weights.ToShortString()}",
            _ => $"evaluation of the weights {weights.ToShortString()}",
        });

    /// <summary>A number of the rows.</summary>
    internal static DataQuestion OfRows(string words) =>
        new(QuestionKind.Preparation, KeyOf(QuestionKind.Preparation, "rows", Encoding.UTF8.GetBytes(words)), words);

    /// <summary>A vector that was made elsewhere.</summary>
    internal static DataQuestion OfVector(Digest content) => new(QuestionKind.Sum,
        KeyOf(QuestionKind.Sum, "vector", content.ToArray()), $"the sum of the vector {content.ToShortString()}");

    /// <summary>The digest of weights, whatever version they are of: as terms name the weights that they begin
    /// with.</summary>
    internal static Digest DigestOf(ReadOnlySpan<float> weights) => ModelStamp.Of(0, weights).Digest;

    private static Digest KeyOf(QuestionKind kind, string what, ReadOnlySpan<byte> content)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"SecureFL/2/data-set question/{kind}/{what}/"));
        hash.AppendData(content);
        return new Digest(hash.GetHashAndReset());
    }
}
