namespace SecureFL.Protocol.Stores;

/// <summary>
/// A store of contributions that also keeps partial decryptions, so that an audit can recompute sums of the joint-key
/// suite.
/// </summary>
public interface IPartialDecryptionArchive
{
    /// <summary>Keeps one chunk of a holder's partial decryption of a group; a repetition replaces it.</summary>
    void WritePartial(int holder, int group, long chunk, ReadOnlySpan<byte> packed);
}
