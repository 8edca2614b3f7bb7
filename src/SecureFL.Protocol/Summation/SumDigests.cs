using SecureFL.Messages.Primitives;

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

    /// <summary>H("model", old model || sum): the model of an application that keeps none.</summary>
    public static Digest DefaultModel(Digest model, Digest sum)
    {
        using DomainHash hash = new("model");
        hash.Append(model);
        hash.Append(sum);
        return hash.Finish();
    }
}
