namespace SecureFL.Messages.Primitives;

/// <summary>The cryptographic suites, by the byte that stands for each in plans and messages.</summary>
public enum Suite
{
    /// <summary>A fresh short key for every contribution, secret-shared to the key holders.</summary>
    OneTimeKey = 1,

    /// <summary>Multiparty CKKS under one joint public key.</summary>
    JointKey = 2,
}
