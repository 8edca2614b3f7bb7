using Grpc.Core;
using SecureFL.Transport.Calls;

namespace SecureFL.Transport.Server.Limits;

/// <summary>
/// Bounds the calls that run at once, in total and for one peer (its certificate, or its connection where there is
/// none). Safe for concurrent use.
/// </summary>
/// <param name="limit">Calls at once; positive.</param>
/// <param name="limitPerPeer">Calls of one peer at once; positive.</param>
public sealed class CallAdmission(int limit, int limitPerPeer)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _peers = [];
    private int _running;

    /// <summary>Calls at once.</summary>
    public int Limit { get; } = limit > 0 ? limit : throw new ArgumentOutOfRangeException(nameof(limit));

    /// <summary>Calls of one peer at once.</summary>
    public int LimitPerPeer { get; } = limitPerPeer > 0 ? limitPerPeer
        : throw new ArgumentOutOfRangeException(nameof(limitPerPeer));

    /// <summary>Calls that run now.</summary>
    public int Running => Volatile.Read(ref _running);

    internal void Enter(string peer)
    {
        lock (_gate)
        {
            int ofPeer = _peers.GetValueOrDefault(peer);
            if (_running >= Limit)
            {
                throw new GrpcException(StatusCode.ResourceExhausted,
                    $"{_running} calls are under way; the limit is {Limit}");
            }

            if (ofPeer >= LimitPerPeer)
            {
                throw new GrpcException(StatusCode.ResourceExhausted,
                    $"{ofPeer} calls of this peer are under way; the limit is {LimitPerPeer}");
            }

            _peers[peer] = ofPeer + 1;
            _running++;
        }
    }

    internal void Leave(string peer)
    {
        lock (_gate)
        {
            _running--;
            int left = _peers[peer] - 1;
            if (left == 0)
            {
                _peers.Remove(peer);
            }
            else
            {
                _peers[peer] = left;
            }
        }
    }
}
