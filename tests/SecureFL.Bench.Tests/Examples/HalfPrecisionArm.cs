using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Tests.Examples;

internal sealed class HalfPrecisionArm : IRoundArm
{
    public string Name => "half";
    public string Description => "float16 uploaded and summed in the clear";
    public IArmSession CreateSession(RoundShape shape) => new Session(shape);

    private sealed class Session(RoundShape shape) : IArmSession
    {
        public SecurityClaim Security => new(0, "none");
        public string ParameterSet => "float16";
        public IArmRound OpenRound(StageMeter meter) => new Round(shape);
        public void Dispose() { }
    }

    private sealed class Round(RoundShape shape) : IArmRound
    {
        private readonly float[] _sum = new float[shape.Parameters];
        private readonly PieceOrder _order = new(shape, 1 << 16, 2);
        public ReadOnlyMemory<float> Means => _sum;
        public void Open(StageMeter meter) => TensorPrimitives.Divide(_sum, shape.Clients, _sum);
        public void Dispose() { }

        public IEnumerable<ReadOnlyMemory<byte>> Contribute(int client, ReadOnlyMemory<float> vector, StageMeter meter)
        {
            foreach (float[] piece in vector.ToArray().Chunk(1 << 16))
            {
                Half[] halves = new Half[piece.Length];
                using (meter.Enter(Stage.Encrypt)) { TensorPrimitives.ConvertToHalf(piece, halves); }
                yield return MemoryMarshal.AsBytes(halves.AsSpan()).ToArray();
            }
        }

        public void Receive(int client, ReadOnlyMemory<byte> message, StageMeter meter)
        {
            (int first, int count) = _order.Next(client, message.Length);
            using StageMeter.Scope scope = meter.Enter(Stage.Add);
            float[] values = new float[count];
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(message.Span), values);
            TensorPrimitives.Add(_sum.AsSpan(first, count), values, _sum.AsSpan(first, count));
        }
    }
}
