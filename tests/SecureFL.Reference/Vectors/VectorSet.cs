namespace SecureFL.Reference;

/// <summary>All vectors of version 1.</summary>
internal static class VectorSet
{
    public static IEnumerable<Vector> All()
    {
        World small = World.Small();
        SmallRound round = new(small);
        return
        [
            .. RingVectors.All(),
            .. LinearDigestVectors.All(),
            .. PlannerVectors.All(),
            .. EncodingVectors.All(),
            .. SharingVectors.All(),
            .. PlanVectors.All(),
            .. RoundVectors.All(round),
            .. ParseVectors.All(round),
            .. OpeningVectors.All(round),
            .. ServerVectors.All(round),
            .. HolderVectors.All(round),
            .. ClientVectors.All(round),
            .. LedgerVectors.All(round),
            .. TranscriptVectors.All(round),
            .. SumVectors.All(),
            .. JointKeyVectors.All(),
            .. SealWireVectors.All(),
        ];
    }
}
