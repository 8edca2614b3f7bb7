using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Bench.Hotpath;

/// <summary>
/// The clients' vectors of an arm that sums quantised integers, chunk by chunk, and the integer sum that must be
/// opened.
/// </summary>
internal sealed class LaneVectors
{
    private readonly AggregationParameters _parameters;
    private readonly ClientInputs _inputs;
    private readonly long[] _expected;
    private readonly int[] _quantised;

    internal LaneVectors(AggregationParameters parameters)
    {
        _parameters = parameters;
        _inputs = new ClientInputs(checked((int)parameters.FloatLength), parameters.Clip);
        _expected = new long[parameters.FloatLength];
        _quantised = new int[parameters.ElementsPerChunk];
    }

    /// <summary>The vector of the client that was loaded last.</summary>
    internal float[] Current => _inputs.Current;

    internal void Load(int client) => _inputs.Load(client);

    /// <summary>A chunk of it.</summary>
    internal ReadOnlySpan<float> Floats(long chunk) =>
        _inputs.Current.AsSpan(First(chunk), _parameters.FloatsIn(chunk));

    /// <summary>Adds what the loaded client's values are quantised to.</summary>
    internal void Expect(int client)
    {
        Quantizer quantizer = new(_parameters.Bits, _parameters.Clip, Rounding.Stochastic, (ulong)client);
        for (long chunk = 0; chunk < _parameters.ChunkCount; chunk++)
        {
            Span<int> values = _quantised.AsSpan(0, _parameters.FloatsIn(chunk));
            quantizer.BeginChunk(chunk);
            quantizer.Quantize(Floats(chunk), values);
            Span<long> expected = _expected.AsSpan(First(chunk), values.Length);
            for (int i = 0; i < values.Length; i++)
            {
                expected[i] += values[i];
            }
        }
    }

    /// <summary>Whether the opened sums of a chunk are those of the clients so far, bit for bit.</summary>
    internal bool AreExpected(long chunk, ReadOnlySpan<long> sums) =>
        sums.SequenceEqual(_expected.AsSpan(First(chunk), sums.Length));

    private int First(long chunk) => checked((int)(chunk * _parameters.ElementsPerChunk));
}
