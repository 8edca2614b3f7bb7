using SecureFL.Messages.Primitives;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Contributions;

namespace SecureFL.Client.Models;

/// <summary>How large an opened sum can be under a plan: what a server cannot make a client store more than.</summary>
internal static class OpenedSumLimits
{
    // Versions, opening, certificate and signatures beside lists and answers.
    private const long Fixed = 1 << 16;

    /// <summary>Most bytes of the evidence.</summary>
    internal static long EvidenceBytes(AggregationPlan plan)
    {
        SuiteSizes sizes = plan.Limits.Sizes;
        long answers = (long)Groups(plan) * (sizes.AnswerBytes + Digest.Size);
        long entries = plan.Enrolment.Clients.Count * (long)(Digest.Size + sizeof(int) + sizeof(int));
        return Math.Min(int.MaxValue, Fixed + entries + (plan.Quorum.KeyHolders * (answers + 1024)));
    }

    /// <summary>Most bytes of all.</summary>
    internal static ulong FileBytes(AggregationPlan plan) => checked((ulong)(EvidenceBytes(plan) + sizeof(int)
        + (Groups(plan) * plan.Parameters.ChunkCount
            * SummedChunkPacking.OpenedBytes(plan.Parameters, plan.Parameters.MaxClients))));

    private static int Groups(AggregationPlan plan) => plan.Settings.GroupSize == 0 ? 1
        : Math.Max(1, plan.Enrolment.Clients.Count / plan.Settings.GroupSize);
}
