using SecureFL.Client.Sources;
using SecureFL.Protocol.Suites.JointKey;

namespace SecureFL.Client.Rounds;

/// <summary>
/// A SEAL program of the site's own that encrypts in the place of this process. It sees the site's quantised values and
/// the joint public key, no key of the site.
/// </summary>
internal interface ISealEncryptor
{
    /// <summary>Has a contribution encrypted.</summary>
    /// <param name="exchange">Parameters, key and plaintexts.</param>
    /// <param name="values">The contribution.</param>
    /// <param name="take">Takes one SEAL ciphertext a chunk, in order; they exist while it runs.</param>
    /// <param name="cancellationToken">The round is over.</param>
    Task<T> EncryptAsync<T>(SealExchange exchange, ContributionValues values,
        Func<IEnumerable<ReadOnlyMemory<byte>>, T> take, CancellationToken cancellationToken);
}
