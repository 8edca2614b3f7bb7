using System.Numerics.Tensors;
using SecureFL.Learning.Settings;

namespace SecureFL.Learning.Models;

/// <summary>Optimisers for local training.</summary>
public enum LocalOptimizerKind
{
    /// <summary>w -= lr g.</summary>
    Sgd,

    /// <summary>m = momentum m + g; w -= lr m (Polyak 1964, in PyTorch's form).</summary>
    Momentum,

    /// <summary>Kingma and Ba 2015, with bias correction; weight decay added to the gradient.</summary>
    Adam,

    /// <summary>Loshchilov and Hutter 2019: Adam with weight decay applied to the weights themselves.</summary>
    AdamW,

    /// <summary>Tieleman and Hinton 2012: w -= lr g / (sqrt(v) + epsilon).</summary>
    RmsProp,

    /// <summary>
    /// Momentum on P g, where P is the inverse of a bound on the curvature, from second moments that are summed
    /// securely before the first round; where the objective rises, momentum starts anew (O'Donoghue and Candes 2015).
    /// For regressions.
    /// </summary>
    Preconditioned,
}

/// <summary>Settings of a local optimiser. <see cref="LocalMethods"/> says which method uses which.</summary>
public sealed record LocalOptimizerOptions
{
    /// <summary>The method.</summary>
    public LocalOptimizerKind Kind { get; init; } = LocalOptimizerKind.Sgd;

    /// <summary>Step size.</summary>
    [Within(0, Above = true)]
    public float LearningRate { get; init; } = 0.1f;

    /// <summary>
    /// Momentum of <see cref="LocalOptimizerKind.Momentum"/> and <see cref="LocalOptimizerKind.Preconditioned"/>.
    /// </summary>
    [Within(0, 1, Below = true)]
    public float Momentum { get; init; } = 0.9f;

    /// <summary>Decay of the first moment in Adam.</summary>
    [Within(0, 1, Below = true)]
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>Decay of the second moment in Adam.</summary>
    [Within(0, 1, Below = true)]
    public float Beta2 { get; init; } = 0.999f;

    /// <summary>Decay of the mean square in RMSprop.</summary>
    [Within(0, 1, Below = true)]
    public float Decay { get; init; } = 0.99f;

    /// <summary>What keeps denominators from zero.</summary>
    [Within(0, Above = true)]
    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>Decoupled weight decay of AdamW (the others take L2 through the objective).</summary>
    [Within(0)]
    public float WeightDecay { get; init; } = 0.01f;

    /// <summary>Refuses settings out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting.</exception>
    public void Check()
    {
        _ = LocalMethods.Of(Kind);
        WithinAttribute.Check(this);
    }
}

/// <summary>One optimiser with its moments, for one local training run. Not thread-safe.</summary>
internal abstract class LocalOptimizer(float learningRate)
{
    protected float LearningRate { get; } = learningRate;

    /// <summary>Moves <paramref name="weights"/> by one step against <paramref name="gradient"/>.</summary>
    public abstract void Step(Span<float> weights, ReadOnlySpan<float> gradient);

    internal sealed class GradientDescent(float learningRate) : LocalOptimizer(learningRate)
    {
        public override void Step(Span<float> weights, ReadOnlySpan<float> gradient) =>
            TensorPrimitives.FusedMultiplyAdd(gradient, -LearningRate, weights, weights);
    }

    internal sealed class HeavyBall(LocalOptimizerOptions options, int length) : LocalOptimizer(options.LearningRate)
    {
        private readonly float[] _velocity = new float[length];
        private readonly float _momentum = options.Momentum;

        public override void Step(Span<float> weights, ReadOnlySpan<float> gradient)
        {
            TensorPrimitives.FusedMultiplyAdd(_velocity, _momentum, gradient, _velocity);
            TensorPrimitives.FusedMultiplyAdd(_velocity, -LearningRate, weights, weights);
        }
    }

    /// <summary>
    /// Heavy ball on preconditioned gradients. It overshoots where the curvature falls to a fraction of its bound, as
    /// in the intercept of a rare outcome: once it moves against the gradient, it starts anew.
    /// </summary>
    internal sealed class PreconditionedHeavyBall(LocalOptimizerOptions options, int length,
        Preconditioner preconditioner)
        : LocalOptimizer(options.LearningRate)
    {
        private readonly float[] _velocity = new float[length];
        private readonly float[] _direction = new float[length];

        public override void Step(Span<float> weights, ReadOnlySpan<float> gradient)
        {
            if (DenseKernels.Dot(gradient, _velocity.AsSpan()) < 0)
            {
                Array.Clear(_velocity);
            }

            gradient.CopyTo(_direction);
            preconditioner.Apply(_direction);
            TensorPrimitives.FusedMultiplyAdd(_velocity, options.Momentum, _direction, _velocity);
            TensorPrimitives.FusedMultiplyAdd(_velocity, -LearningRate, weights, weights);
        }
    }

    internal sealed class AdaptiveMoments(LocalOptimizerOptions options, float weightDecay, int length)
        : LocalOptimizer(options.LearningRate)
    {
        private readonly float[] _first = new float[length];
        private readonly float[] _second = new float[length];
        private double _power1 = 1;
        private double _power2 = 1;

        public override void Step(Span<float> weights, ReadOnlySpan<float> gradient)
        {
            _power1 *= options.Beta1;
            _power2 *= options.Beta2;
            float stepSize = (float)(LearningRate / (1 - _power1));
            float correction = (float)(1 / Math.Sqrt(1 - _power2));
            for (int i = 0; i < weights.Length; i++)
            {
                float g = gradient[i];
                float m = _first[i] = (options.Beta1 * _first[i]) + ((1 - options.Beta1) * g);
                float v = _second[i] = (options.Beta2 * _second[i]) + ((1 - options.Beta2) * g * g);
                float decayed = weights[i] * (1 - (LearningRate * weightDecay));
                weights[i] = decayed - (stepSize * m / ((MathF.Sqrt(v) * correction) + options.Epsilon));
            }
        }
    }

    internal sealed class MeanSquare(LocalOptimizerOptions options, int length) : LocalOptimizer(options.LearningRate)
    {
        private readonly float[] _meanSquare = new float[length];

        public override void Step(Span<float> weights, ReadOnlySpan<float> gradient)
        {
            for (int i = 0; i < weights.Length; i++)
            {
                float g = gradient[i];
                float v = _meanSquare[i] = (options.Decay * _meanSquare[i]) + ((1 - options.Decay) * g * g);
                weights[i] -= LearningRate * g / (MathF.Sqrt(v) + options.Epsilon);
            }
        }
    }
}
