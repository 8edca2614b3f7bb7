namespace SecureFL.Reference;

/// <summary>Section 1: H(domain, m) = SHA-256(u8 length || "SecureFL/2/" || domain || m).</summary>
internal static class DomainHash
{
    public static byte[] Of(string domain, byte[] message)
    {
        byte[] name = System.Text.Encoding.ASCII.GetBytes("SecureFL/2/" + domain);
        return SHA256.HashData([(byte)name.Length, .. name, .. message]);
    }
}
