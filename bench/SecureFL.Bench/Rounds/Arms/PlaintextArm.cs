using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>No protection: float32 uploaded, float32 summed as it comes. The yardstick.</summary>
internal sealed class PlaintextArm : IRoundArm
{
    public string Name => "plaintext";

    public string Description => "float32 uploaded and summed in the clear";

    public IArmSession CreateSession(RoundShape shape) => new Session(shape);

    private sealed class Session(RoundShape shape) : IArmSession
    {
        public SecurityClaim Security => new(0, "none: the server sees every client's vector");

        public string ParameterSet => "float32";

        public IArmRound OpenRound(StageMeter meter) => new Round(shape);

        public void Dispose()
        {
        }
    }

    private sealed class Round(RoundShape shape) : IArmRound
    {
        private const int Piece = 1 << 16;
        private readonly float[] _sum = new float[shape.Parameters];
        private readonly PieceOrder _order = new(shape, Piece, sizeof(float));

        public ReadOnlyMemory<float> Means => _sum;

        public IEnumerable<ReadOnlyMemory<byte>> Contribute(int client, ReadOnlyMemory<float> vector, StageMeter meter)
        {
            for (int first = 0; first < vector.Length; first += Piece)
            {
                // On a little-endian machine the bytes in memory are the bytes on the wire; they are copied, as any serialiser does.
                yield return MemoryMarshal.AsBytes(vector.Span.Slice(first, Math.Min(Piece, vector.Length - first))).ToArray();
            }
        }

        public void Receive(int client, ReadOnlyMemory<byte> message, StageMeter meter)
        {
            (int first, int count) = _order.Next(client, message.Length);
            using (meter.Enter(Stage.Add))
            {
                Span<float> sum = _sum.AsSpan(first, count);
                TensorPrimitives.Add(sum, MemoryMarshal.Cast<byte, float>(message.Span), sum);
            }
        }

        public void Open(StageMeter meter)
        {
            _order.RequireComplete();
            using (meter.Enter(Stage.Open))
            {
                TensorPrimitives.Divide(_sum, shape.Clients, _sum);
            }
        }

        public void Dispose()
        {
        }
    }
}
