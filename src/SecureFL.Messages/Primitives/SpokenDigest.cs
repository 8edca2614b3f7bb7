namespace SecureFL.Messages.Primitives;

/// <summary>
/// Digests for people: twelve proquints (Wilkerson, "A Proposal for Proquints", arXiv:0901.4016), 192 bits, five
/// letters a word, consonants and vowels in turn, so that two people can compare a plan over the telephone.
/// </summary>
public static class SpokenDigest
{
    private const string Consonants = "bdfghjklmnprstvz";
    private const string Vowels = "aiou";
    private const int Words = 12;

    /// <summary>The twelve words of a digest, joined by hyphens.</summary>
    public static string Of(Digest digest)
    {
        byte[] bytes = digest.ToArray();
        return string.Join('-', Enumerable.Range(0, Words).Select(i => Word((bytes[2 * i] << 8) | bytes[(2 * i) + 1])));
    }

    private static string Word(int value) =>
        string.Concat(Consonants[value >> 12], Vowels[(value >> 10) & 3], Consonants[(value >> 6) & 15],
            Vowels[(value >> 4) & 3], Consonants[value & 15]);
}
