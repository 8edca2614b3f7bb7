using Microsoft.Research.SEAL;
using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// ckks-slots by Microsoft SEAL itself, through its .NET wrapper. In builds with -p:SealNet=true only.
/// </summary>
internal sealed class SealNetArm : IRoundArm
{
    private const int RingDegree = 8192;
    private const int Slots = RingDegree / 2;
    private static readonly double Scale = Math.Pow(2, 40);
    private static readonly int[] PrimeBits = [60, 40, 40];

    public string Name => "sealnet";

    public string Description => "CKKS slots at 8192 {60, 40, 40} under one key pair, by Microsoft.Research.SEALNet";

    public long MostParameters => 64 * Slots;

    public int MostClients => 4;

    public IArmSession CreateSession(RoundShape shape) => new Session(shape);

    private sealed class Session : IArmSession
    {
        private readonly RoundShape _shape;
        private readonly SEALContext _context;
        private readonly SecretKey _secretKey;
        private readonly byte[] _publicKey;

        internal Session(RoundShape shape)
        {
            _shape = shape;
            using EncryptionParameters parameters = new(SchemeType.CKKS)
                { PolyModulusDegree = RingDegree, CoeffModulus = CoeffModulus.Create(RingDegree, PrimeBits) };
            _context = new SEALContext(parameters);
            using KeyGenerator generator = new(_context);
            _secretKey = generator.SecretKey;
            generator.CreatePublicKey(out PublicKey publicKey);
            using MemoryStream stream = new();
            publicKey.Save(stream, ComprModeType.None);
            publicKey.Dispose();
            _publicKey = stream.ToArray();
        }

        public SecurityClaim Security =>
            new(128, "SEAL's own table (HomomorphicEncryption.org 2018, ternary secrets); one key opens every upload");

        public string ParameterSet => "N = 8192, primes of 60, 40, 40 bits, scale 2^40, 4096 slots, no compression";

        public IArmRound OpenRound(StageMeter meter) => new Round(_shape, _context, _secretKey, _publicKey);

        public void Dispose()
        {
            _secretKey.Dispose();
            _context.Dispose();
        }
    }

    private sealed class Round(RoundShape shape, SEALContext context, SecretKey secretKey, byte[] publicKey) : IArmRound
    {
        private readonly Ciphertext?[] _sums = new Ciphertext?[(shape.Parameters + Slots - 1) / Slots];
        private readonly Evaluator _evaluator = new(context);
        private readonly int[] _next = new int[shape.Clients];
        private readonly float[] _means = new float[shape.Parameters];
        private long _sumBytes;

        public long InvitationBytes => publicKey.Length;

        public ReadOnlyMemory<float> Means => _means;

        public (long Received, long Sent) KeyHolderBytes => (_sumBytes, shape.Parameters * sizeof(float));

        public int KeyHolderRoundTrips => 1;

        public IEnumerable<ReadOnlyMemory<byte>> Contribute(int client, ReadOnlyMemory<float> vector, StageMeter meter)
        {
            using CKKSEncoder encoder = new(context);
            using PublicKey key = new();
            Encryptor encryptor;
            using (meter.Enter(Stage.Encrypt))
            {
                using MemoryStream stream = new(publicKey);
                key.Load(context, stream);
                encryptor = new Encryptor(context, key);
            }

            using (encryptor)
            {
                using Plaintext plaintext = new();
                using Ciphertext ciphertext = new();
                for (int first = 0; first < vector.Length; first += Slots)
                {
                    MemoryStream stream = new();
                    using (meter.Enter(Stage.Encrypt))
                    {
                        double[] values = Array.ConvertAll(
                            vector.Slice(first, Math.Min(Slots, vector.Length - first)).ToArray(),
                            value => (double)value);
                        encoder.Encode(values, Scale, plaintext);
                        encryptor.Encrypt(plaintext, ciphertext);
                        ciphertext.Save(stream, ComprModeType.None);
                    }

                    yield return stream.ToArray();
                }
            }
        }

        public void Receive(int client, ReadOnlyMemory<byte> message, StageMeter meter)
        {
            using (meter.Enter(Stage.Add))
            {
                Ciphertext received = new();
                using MemoryStream stream = new(message.ToArray());
                received.Load(context, stream);
                int index = _next[client]++;
                if (_sums[index] is { } sum)
                {
                    _evaluator.AddInplace(sum, received);
                    received.Dispose();
                }
                else
                {
                    _sums[index] = received;
                    _sumBytes += message.Length;
                }
            }
        }

        public void Open(StageMeter meter)
        {
            if (_next.Any(next => next != _sums.Length))
            {
                throw new InvalidDataException("a client sent too few ciphertexts");
            }

            using (meter.Enter(Stage.Open))
            {
                using Decryptor decryptor = new(context, secretKey);
                using CKKSEncoder encoder = new(context);
                using Plaintext plaintext = new();
                List<double> values = [];
                for (int i = 0; i < _sums.Length; i++)
                {
                    decryptor.Decrypt(_sums[i]!, plaintext);
                    encoder.Decode(plaintext, values);
                    Span<float> means = _means.AsSpan(i * Slots, Math.Min(Slots, _means.Length - (i * Slots)));
                    for (int j = 0; j < means.Length; j++)
                    {
                        means[j] = (float)(values[j] / shape.Clients);
                    }
                }
            }
        }

        public void Dispose()
        {
            foreach (Ciphertext? sum in _sums)
            {
                sum?.Dispose();
            }

            _evaluator.Dispose();
        }
    }
}
