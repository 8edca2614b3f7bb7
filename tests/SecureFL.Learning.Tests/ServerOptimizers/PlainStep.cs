using SecureFL.Learning.ServerOptimizers;

namespace SecureFL.Learning.Tests.ServerOptimizers;

/// <summary>
/// The server's optimisers written down once more, one scalar operation after another: what every machine must get.
/// </summary>
internal sealed class PlainStep(ServerOptimizerOptions options, int length)
{
    private readonly float[] _first = new float[length];
    private readonly float[] _second = new float[length];
    private double _beta1Power = 1;
    private double _beta2Power = 1;

    internal IEnumerable<float> Moments => [.. _first, .. _second];

    /// <summary>One step. Powers grow by one multiplication a step, which is not the order of the optimisers: they are
    /// compared where both are exact.</summary>
    internal void Take(float[] weights, float[] mean)
    {
        string method = options.Method.Key;
        double rate = options.LearningRate;
        bool corrected = options[ServerSetting.BiasCorrection] != 0;
        double beta1 = options[ServerSetting.Beta1];
        double beta2 = options[ServerSetting.Beta2];
        _beta1Power *= beta1;
        _beta2Power *= beta2;
        for (int i = 0; i < length; i++)
        {
            double d = mean[i];
            if (method == "fedAvg")
            {
                double product = rate * d;
                weights[i] = (float)(weights[i] + product);
                continue;
            }

            if (method == "fedAvgM")
            {
                double kept = options[ServerSetting.Momentum] * _first[i];
                _first[i] = (float)(kept + d);
                double along = rate * _first[i];
                weights[i] = (float)(weights[i] + along);
                continue;
            }

            double old = beta1 * _first[i];
            double fresh = (1 - beta1) * d;
            double m = old + fresh;
            double square = d * d;
            double share = (1 - beta2) * square;
            double v = method switch
            {
                "fedAdagrad" => _second[i] + square,
                "fedAdam" => (beta2 * _second[i]) + share,
                _ => _second[i] > square ? _second[i] - share : _second[i] < square ? _second[i] + share : _second[i],
            };
            _first[i] = (float)m;
            _second[i] = (float)v;
            double first = corrected ? m / (1 - _beta1Power) : m;
            double spread = corrected && method != "fedAdagrad" ? v / (1 - _beta2Power) : v;
            double root = Math.Sqrt(spread) + options[ServerSetting.Tau];
            double step = rate * first / root;
            weights[i] += (float)step;
        }
    }
}
