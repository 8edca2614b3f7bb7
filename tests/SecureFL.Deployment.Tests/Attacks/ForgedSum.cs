using System.Collections.Concurrent;
using SecureFL.Server.Rounds;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>Hands one client another file for what made the second version.</summary>
/// <param name="victim">The client.</param>
/// <param name="forge">The file that it gets, from those that made the first and the second version.</param>
internal sealed class ForgedSum(int victim, Func<byte[], byte[], byte[]> forge) : ITampering
{
    private readonly ConcurrentDictionary<ulong, byte[]> _kept = [];

    public byte[]? Sum(int client, ulong version, string file)
    {
        byte[] honest = _kept.GetOrAdd(version, _ => File.ReadAllBytes(file));
        return client == victim && version == 2 ? forge(_kept[1], honest) : null;
    }
}
