using SecureFL.Bench.Rounds.Inputs;
using SecureFL.Bench.Rounds.Running;

namespace SecureFL.Bench.Tests.Rounds;

/// <summary>Inputs are made again alike; presets count what the architectures have.</summary>
public class InputTests
{
    [Fact]
    public void Pieces_are_the_whole()
    {
        RoundInputs inputs = new(200_000, clip: 0.5f, seed: 9);
        float[] whole = new float[200_000];
        inputs.Load(7, 0, whole);
        foreach ((int first, int length) in
            ((int, int)[])[(0, 1), (65_535, 2), (131_000, 3000), (199_999, 1), (12_345, 150_000)])
        {
            float[] piece = new float[length];
            inputs.Load(7, first, piece);
            Assert.Equal(whole.AsSpan(first, length).ToArray(), piece);
        }

        float[] other = new float[200_000];
        inputs.Load(8, 0, other);
        Assert.NotEqual(whole, other);
        Assert.All(whole, value => Assert.InRange(value, -0.5f, 0.5f));
        Assert.InRange(whole.Average(), -0.01, 0.01);
        float[] again = new float[200_000];
        new RoundInputs(200_000, clip: 0.5f, seed: 9).Load(7, 0, again);
        Assert.Equal(whole, again);
    }

    [Fact]
    public void Presets_have_the_parameters_of_their_architectures()
    {
        Assert.Equal(13 + 1, ModelPresets.All["logistic"]);
        Assert.Equal(Conv(1, 6, 5) + 6 + Conv(6, 16, 5) + 16 + Dense(400, 120) + Dense(120, 84) + Dense(84, 10),
            ModelPresets.All["lenet5"]);
        Assert.Equal(ResNet(bottleneck: false, [2, 2, 2, 2]), ModelPresets.All["resnet18"]);
        Assert.Equal(ResNet(bottleneck: true, [3, 4, 6, 3]), ModelPresets.All["resnet50"]);
        // Embeddings of 30,522 words, 512 positions, 2 segments; 12 layers of attention and a fourfold feed-forward;
        // the pooler. Each norm has 2 vectors.
        long layer = (4 * Dense(768, 768)) + Dense(768, 3072) + Dense(3072, 768) + (2 * 2 * 768);
        Assert.Equal(((30_522 + 512 + 2) * 768L) + (2 * 768) + (12 * layer) + Dense(768, 768),
            ModelPresets.All["bert-base"]);
    }

    private static long Conv(int from, int to, int width) => (long)from * to * width * width;

    private static long Dense(int from, int to) => ((long)from * to) + to;

    private static long ResNet(bool bottleneck, int[] blocks)
    {
        int expansion = bottleneck ? 4 : 1;
        long count = Conv(3, 64, 7) + (2 * 64);
        int from = 64;
        for (int stage = 0; stage < 4; stage++)
        {
            int width = 64 << stage;
            int to = width * expansion;
            for (int block = 0; block < blocks[stage]; block++)
            {
                count += bottleneck
                    ? Conv(from, width, 1) + Conv(width, width, 3) + Conv(width, to, 1) + (2 * (width + width + to))
                    : Conv(from, width, 3) + Conv(width, width, 3) + (2 * (width + width));
                count += from != to ? Conv(from, to, 1) + (2 * to) : 0;
                from = to;
            }
        }

        return count + Dense(from, 1000);
    }
}
