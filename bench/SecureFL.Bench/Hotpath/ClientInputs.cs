using System.Numerics.Tensors;

namespace SecureFL.Bench.Hotpath;

/// <summary>
/// Every client's vector, made again on demand from one base vector, so that only one client's input is alive at a
/// time.
/// </summary>
internal sealed class ClientInputs
{
    private readonly float[] _base;

    internal ClientInputs(int length, float clip)
    {
        _base = new float[length];
        Random random = new(1);
        for (int i = 0; i < length; i++)
        {
            _base[i] = ((random.NextSingle() * 2) - 1) * clip;
        }

        Current = new float[length];
    }

    internal float[] Current { get; }

    internal void Load(int client) => TensorPrimitives.Multiply(_base, ((client % 17) - 8) / 8.5f, Current);
}
