using SecureFL.Bench.Rounds.Metering;
using SecureFL.Ring.Randomness;
using SecureFL.Seal.Encoders;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Keys;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;
using SecureFL.Seal.Serialization;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// What most systems do: CKKS in slots at N = 8192 with primes of 60, 40 and 40 bits, one key pair for all, SEAL's
/// files on the wire. Whoever owns the secret key can open every client's upload. The key owner fetches the sum and
/// opens it.
/// </summary>
internal sealed class SlotsArm : IRoundArm
{
    private const int RingDegree = 8192;
    private const int Slots = RingDegree / 2;
    private const double Scale = 1L << 40;

    public string Name => "ckks-slots";

    public string Description => "CKKS slots at 8192 {60, 40, 40} under one key pair, SEAL's ciphertexts as they are";

    public long MostParameters => 128 * Slots;

    public int MostClients => 10;

    public IArmSession CreateSession(RoundShape shape) => new Session(shape);

    private sealed class Session : IArmSession
    {
        private readonly RoundShape _shape;
        private readonly SealParameters _parameters = new(RingDegree, SealPrimes.Create(RingDegree, 60, 40, 40));
        private readonly SecretKey _secretKey;
        private readonly byte[] _publicKey;

        internal Session(RoundShape shape)
        {
            _shape = shape;
            KeyGenerator generator = new(_parameters, SystemEntropy.Instance);
            _secretKey = generator.CreateSecretKey();
            _publicKey = SealFormat.Save(generator.CreatePublicKey(_secretKey));
        }

        public SecurityClaim Security =>
            new(128, "SEAL's own table (HomomorphicEncryption.org 2018, ternary secrets); one key opens every upload");

        public string ParameterSet => "N = 8192, primes of 60, 40, 40 bits, scale 2^40, 4096 slots";

        public IArmRound OpenRound(StageMeter meter) => new Round(_shape, _parameters, _secretKey, _publicKey);

        public void Dispose() => _secretKey.Dispose();
    }

    private sealed class Round : IArmRound
    {
        private readonly RoundShape _shape;
        private readonly SealParameters _parameters;
        private readonly SecretKey _secretKey;
        private readonly byte[] _publicKey;
        private readonly Ciphertext?[] _sums;
        private readonly Ciphertext _received;
        private readonly Evaluator _evaluator;
        private readonly int[] _next;
        private readonly float[] _means;

        internal Round(RoundShape shape, SealParameters parameters, SecretKey secretKey, byte[] publicKey)
        {
            _shape = shape;
            _parameters = parameters;
            _secretKey = secretKey;
            _publicKey = publicKey;
            _sums = new Ciphertext?[(shape.Parameters + Slots - 1) / Slots];
            _received = new Ciphertext(parameters);
            _evaluator = new Evaluator(parameters);
            _next = new int[shape.Clients];
            _means = new float[shape.Parameters];
        }

        public long InvitationBytes => _publicKey.Length;

        public ReadOnlyMemory<float> Means => _means;

        public (long Received, long Sent) KeyHolderBytes =>
            ((long)_sums.Length * SealFormat.CiphertextSize(_parameters), _shape.Parameters * sizeof(float));

        public int KeyHolderRoundTrips => 1;

        public IEnumerable<ReadOnlyMemory<byte>> Contribute(int client, ReadOnlyMemory<float> vector, StageMeter meter)
        {
            CkksEncoder encoder;
            Encryptor encryptor;
            using (meter.Enter(Stage.Encrypt))
            {
                encoder = new CkksEncoder(_parameters);
                encryptor = new Encryptor(SealFormat.LoadPublicKey(_parameters, _publicKey), SystemEntropy.Instance);
            }

            using (encryptor)
            {
                MessagePolynomial message = new(_parameters);
                Ciphertext ciphertext = new(_parameters);
                byte[] bytes = new byte[SealFormat.CiphertextSize(_parameters)];
                for (int first = 0; first < vector.Length; first += Slots)
                {
                    using (meter.Enter(Stage.Encrypt))
                    {
                        encoder.Encode(vector.Span.Slice(first, Math.Min(Slots, vector.Length - first)),
                            Scale, message);
                        encryptor.Encrypt(message, ciphertext);
                        SealFormat.Save(ciphertext, bytes);
                    }

                    yield return bytes;
                }
            }
        }

        public void Receive(int client, ReadOnlyMemory<byte> message, StageMeter meter)
        {
            using (meter.Enter(Stage.Add))
            {
                SealFormat.LoadCiphertext(message.Span, _received);
                int index = _next[client]++;
                if (_sums[index] is { } sum)
                {
                    _evaluator.AddInPlace(sum, _received);
                }
                else
                {
                    _sums[index] = SealFormat.LoadCiphertext(_parameters, message.Span);
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
                Decryptor decryptor = new(_secretKey);
                CkksEncoder encoder = new(_parameters);
                Plaintext plaintext = new(_parameters);
                double[] values = new double[Slots];
                for (int i = 0; i < _sums.Length; i++)
                {
                    decryptor.Decrypt(_sums[i]!, plaintext);
                    encoder.Decode(plaintext, values);
                    Span<float> means = _means.AsSpan(i * Slots, Math.Min(Slots, _means.Length - (i * Slots)));
                    for (int j = 0; j < means.Length; j++)
                    {
                        means[j] = (float)(values[j] / _shape.Clients);
                    }
                }
            }
        }

        public void Dispose()
        {
        }
    }
}
