using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// What SecAgg (Bonawitz et al. 2017) sends: quantised values as 64-bit words under pairwise masks that cancel in the
/// sum. Each client shares a mask with its two neighbours on a ring, the fewest there can be; key agreement and
/// recovery from drop-outs are left out. So it is a lower bound of what masking costs, not a protocol to use.
/// </summary>
internal sealed class MaskedIntegerArm : IRoundArm
{
    private const int Piece = 1 << 16;

    public string Name => "masked-int";

    public string Description =>
        "64-bit quantised words under two pairwise masks (what SecAgg sends), without key agreement or recovery";

    public IArmSession CreateSession(RoundShape shape) => new Session(shape);

    private sealed class Session(RoundShape shape) : IArmSession
    {
        private readonly ulong[] _sum = new ulong[shape.Parameters];
        private readonly float[] _means = new float[shape.Parameters];
        private int _round;

        public SecurityClaim Security =>
            new(0, "none claimed: a lower bound of masking's cost, mask seeds are not agreed on between clients");

        public string ParameterSet => $"{shape.Bits} bits in 64-bit words, AES-256-CTR masks of two neighbours";

        public IArmRound OpenRound(StageMeter meter)
        {
            Array.Clear(_sum);
            return new Round(shape, _round++, _sum, _means);
        }

        public void Dispose()
        {
        }
    }

    private sealed class Round(RoundShape shape, int number, ulong[] sum, float[] means) : IArmRound, IIntegerSums
    {
        private readonly PieceOrder _order = new(shape, Piece, sizeof(ulong));

        public ReadOnlyMemory<float> Means => means;

        public IIntegerSums Integers => this;

        public int PieceLength => Piece;

        public bool QuantizerIsFused => false;

        public Quantizer QuantizerOf(int client) => new(shape.Bits, shape.Clip, Rounding.Stochastic, (ulong)client);

        public IEnumerable<ReadOnlyMemory<byte>> Contribute(int client, ReadOnlyMemory<float> vector, StageMeter meter)
        {
            Quantizer quantizer = QuantizerOf(client);
            int before = (client + shape.Clients - 1) % shape.Clients;
            using Keystream plus = new(MaskSeed(client));
            using Keystream minus = new(MaskSeed(before));
            int[] quantised = new int[Piece];
            ulong[] mask = new ulong[Piece];
            byte[] message = new byte[Piece * sizeof(ulong)];
            for (int first = 0; first < vector.Length; first += Piece)
            {
                int count = Math.Min(Piece, vector.Length - first);
                using (meter.Enter(Stage.Quantise))
                {
                    quantizer.BeginChunk(first / Piece);
                    quantizer.Quantize(vector.Span.Slice(first, count), quantised.AsSpan(0, count));
                }

                Memory<byte> piece = message.AsMemory(0, count * sizeof(ulong));
                using (meter.Enter(Stage.Encrypt))
                {
                    Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(piece.Span);
                    plus.Fill(piece.Span);
                    minus.Fill(MemoryMarshal.AsBytes(mask.AsSpan(0, count)));
                    TensorPrimitives.Subtract<ulong>(words, mask.AsSpan(0, count), words);
                    for (int i = 0; i < count; i++)
                    {
                        words[i] += (ulong)(long)quantised[i];
                    }
                }

                yield return piece;
            }
        }

        public void Receive(int client, ReadOnlyMemory<byte> message, StageMeter meter)
        {
            (int first, int count) = _order.Next(client, message.Length);
            using (meter.Enter(Stage.Add))
            {
                Span<ulong> piece = sum.AsSpan(first, count);
                TensorPrimitives.Add(piece, MemoryMarshal.Cast<byte, ulong>(message.Span), piece);
            }
        }

        public void Open(StageMeter meter)
        {
            _order.RequireComplete();
            using (meter.Enter(Stage.Open))
            {
                double factor = (double)shape.Clip / ((1 << (shape.Bits - 1)) - 1) / shape.Clients;
                for (int i = 0; i < means.Length; i++)
                {
                    means[i] = (float)((long)sum[i] * factor);
                }
            }
        }

        public void Read(long first, Span<long> sums) =>
            MemoryMarshal.Cast<ulong, long>(sum.AsSpan((int)first, sums.Length)).CopyTo(sums);

        public void Dispose()
        {
        }

        // The mask between a client and the one after it.
        private byte[] MaskSeed(int client)
        {
            Span<byte> label = stackalloc byte[8];
            BinaryPrimitives.WriteInt32LittleEndian(label, number);
            BinaryPrimitives.WriteInt32LittleEndian(label[4..], client);
            return SHA256.HashData(label);
        }
    }
}
