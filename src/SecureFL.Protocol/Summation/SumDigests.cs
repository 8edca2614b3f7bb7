using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;

namespace SecureFL.Protocol.Summation;

/// <summary>Digests of opened sums: integers, so that everyone who recomputes them gets the same bytes.</summary>
internal static class SumDigests
{
    /// <summary>H("round-sum", certificate hash || for each group: opened flag || digest).</summary>
    public static Digest OfRound(Digest certificate, IEnumerable<GroupResult> groups)
    {
        using DomainHash hash = new("round-sum");
        hash.Append(certificate);
        foreach (GroupResult group in groups)
        {
            hash.Append([group.IsOpened ? (byte)1 : (byte)0]);
            hash.Append(group.Digest);
        }

        return hash.Finish();
    }

    /// <summary>The model after a round; the one before it where no group was opened.</summary>
    /// <param name="head">The version that the round stood on.</param>
    /// <param name="result">The opened sums.</param>
    /// <param name="model">What the application made of them; null where it keeps no model of its own.</param>
    public static Digest ModelAfter(ModelVersion head, AggregationResult result, Digest? model) =>
        result.Contributors == 0 ? head.Model : model ?? DefaultModel(head.Model, result.Digest);

    /// <summary>H("model", old model || sum): the model of an application that keeps none.</summary>
    public static Digest DefaultModel(Digest model, Digest sum)
    {
        using DomainHash hash = new("model");
        hash.Append(model);
        hash.Append(sum);
        return hash.Finish();
    }
}
