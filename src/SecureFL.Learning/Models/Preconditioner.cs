using System.Numerics.Tensors;
using SecureFL.Learning.Data;

namespace SecureFL.Learning.Models;

/// <summary>
/// The inverse of a bound on the curvature of a regression's objective: descent along P g takes correlated features as
/// easily as independent ones. Thread-safe.
/// </summary>
/// <remarks>
/// The Hessian of the mean loss is at most c S in the order of symmetric matrices, with S the second moments and c = 2
/// for squared error (where it is the Hessian), 1/4 for the logistic and 1/2, output by output, for the softmax loss
/// (Boehning and Lindsay 1988, Boehning 1992). Ridge terms are added, and at least a hundred-thousandth of c:
/// along directions that no row has, rounding would decide. The intercept has no ridge.
/// </remarks>
internal sealed class Preconditioner
{
    private const double LeastRidge = 1e-5;
    private readonly int _size;
    private readonly float[] _inverse;

    private Preconditioner(int size, float[] inverse)
    {
        _size = size;
        _inverse = inverse;
    }

    /// <summary>The preconditioner of the objective.</summary>
    /// <param name="task">Its loss.</param>
    /// <param name="moments">Second moments of all sites' rows.</param>
    /// <param name="ridge">Factor of |w|^2 / 2 in the objective, proximal terms included.</param>
    internal static Preconditioner Of(LearningTask task, SecondMoments moments, double ridge)
    {
        double bound = CurvatureOf(task);
        double added = Math.Max(ridge, LeastRidge * bound);
        const int Most = 60;
        bool definite = true;
        for (int attempt = 0; attempt < Most; attempt++, added *= 2)
        {
            double[] matrix = moments.ToMatrix();
            TensorPrimitives.Multiply(matrix, bound, matrix);

            // The intercept needs none, unless sums of different sites do not fit each other: then twice what makes the
            // matrix definite is added, so that its least eigenvalue is no matter of chance.
            for (int i = 0; i < (attempt == 0 ? moments.Size - 1 : moments.Size); i++)
            {
                matrix[(i * moments.Size) + i] += added;
            }

            bool inverted = TryInvert(matrix, moments.Size, out double[] inverse);
            if (inverted && definite)
            {
                return new Preconditioner(moments.Size, [.. inverse.Select(value => (float)value)]);
            }

            definite = inverted;
        }

        throw new ArgumentException("second moments that no rows have", nameof(moments));
    }

    /// <summary>The largest second derivative of the loss by an output.</summary>
    internal static double CurvatureOf(LearningTask task) =>
        task switch { LearningTask.Regression => 2, LearningTask.Binary => 0.25, _ => 0.5 };

    /// <summary>Replaces a gradient, weights [outputs, inputs] and then biases [outputs], by P times it.</summary>
    internal void Apply(Span<float> gradient)
    {
        int inputs = _size - 1;
        int outputs = gradient.Length / _size;
        Span<float> biases = gradient[(outputs * inputs)..];
        Span<float> column = stackalloc float[_size];
        for (int o = 0; o < outputs; o++)
        {
            Span<float> weights = gradient.Slice(o * inputs, inputs);
            weights.CopyTo(column);
            column[inputs] = biases[o];
            for (int i = 0; i < inputs; i++)
            {
                weights[i] = DenseKernels.Dot<float>(_inverse.AsSpan(i * _size, _size), column);
            }

            biases[o] = DenseKernels.Dot<float>(_inverse.AsSpan(inputs * _size, _size), column);
        }
    }

    /// <summary>
    /// The largest eigenvalue of P times the curvature's bound on one site's rows: how many times faster than on all
    /// rows together the objective may bend there.
    /// </summary>
    internal double LargestOn(LearningTask task, SecondMoments site)
    {
        const int Iterations = 30;
        double[] matrix = site.ToMatrix();
        double[] vector = new double[_size];
        double[] product = new double[_size];
        Array.Fill(vector, 1);
        vector[0] = 2;
        double largest = 0;
        for (int k = 0; k < Iterations; k++)
        {
            double length = Math.Sqrt(DenseKernels.Dot<double>(vector, vector));
            if (!(length > 0))
            {
                return 0;
            }

            TensorPrimitives.Divide(vector, length, vector);
            for (int i = 0; i < _size; i++)
            {
                product[i] = DenseKernels.Dot<double>(matrix.AsSpan(i * _size, _size), vector);
            }

            for (int i = 0; i < _size; i++)
            {
                double sum = 0;
                for (int j = 0; j < _size; j++)
                {
                    sum += _inverse[(i * _size) + j] * product[j];
                }

                vector[i] = sum;
            }

            largest = Math.Sqrt(DenseKernels.Dot<double>(vector, vector));
        }

        return largest * CurvatureOf(task);
    }

    // By Cholesky factors; false where the matrix is not positive definite.
    private static bool TryInvert(double[] matrix, int size, out double[] inverse)
    {
        inverse = new double[size * size];
        double[] factor = matrix;
        for (int j = 0; j < size; j++)
        {
            Span<double> row = factor.AsSpan(j * size, size);
            double diagonal = row[j] - DenseKernels.Dot<double>(row[..j], row[..j]);
            if (!(diagonal > 0) || !double.IsFinite(diagonal))
            {
                return false;
            }

            row[j] = Math.Sqrt(diagonal);
            for (int i = j + 1; i < size; i++)
            {
                Span<double> lower = factor.AsSpan(i * size, size);
                lower[j] = (lower[j] - DenseKernels.Dot<double>(lower[..j], row[..j])) / row[j];
            }
        }

        double[] column = new double[size];
        for (int c = 0; c < size; c++)
        {
            for (int i = 0; i < size; i++)
            {
                double sum = i == c ? 1 : 0;
                for (int k = 0; k < i; k++)
                {
                    sum -= factor[(i * size) + k] * column[k];
                }

                column[i] = sum / factor[(i * size) + i];
            }

            for (int i = size - 1; i >= 0; i--)
            {
                double sum = column[i];
                for (int k = i + 1; k < size; k++)
                {
                    sum -= factor[(k * size) + i] * column[k];
                }

                column[i] = sum / factor[(i * size) + i];
            }

            for (int i = 0; i < size; i++)
            {
                inverse[(i * size) + c] = column[i];
            }
        }

        return true;
    }
}
