using SecureFL.Learning.Data;

namespace SecureFL.Cli.Tests.Acceptance;

/// <summary>
/// What a statistician gets from all rows in one table: ordinary least squares, or logistic and softmax regression by
/// Newton's method with scikit-learn's default penalty (1/n of half the squared weights on the mean loss, the intercept
/// free). In doubles, from the definitions; shares nothing with the program.
/// </summary>
internal sealed class PooledFit
{
    private readonly LearningTask _task;
    private readonly int _outputs;
    private readonly int _width;
    private readonly double[] _weights;

    /// <summary>Fits standardised rows; a 1 is appended to each for the intercept.</summary>
    public PooledFit(LearningTask task, int classes, double[][] rows, double[] labels)
    {
        _task = task;
        _outputs = task == LearningTask.MultiClass ? classes : 1;
        _width = rows[0].Length + 1;
        _weights = new double[_outputs * _width];
        double ridge = task == LearningTask.Regression ? 1e-9 : 1.0 / rows.Length;
        for (int iteration = 0; iteration < (task == LearningTask.Regression ? 1 : 40); iteration++)
        {
            double[] step = NewtonStep(rows, labels, ridge);
            double length = Math.Sqrt(step.Sum(value => value * value));
            for (int i = 0; i < step.Length; i++)
            {
                _weights[i] -= step[i] * (task == LearningTask.Regression ? 1 : Math.Min(1, 10 / length));
            }

            if (length < 1e-9)
            {
                break;
            }
        }
    }

    /// <summary>R squared of a regression, else accuracy.</summary>
    public double Score(double[][] rows, double[] labels)
    {
        double[][] scores = [.. rows.Select(Scores)];
        if (_task != LearningTask.Regression)
        {
            return
                scores.Zip(labels,
                    (z, y) => (_task == LearningTask.Binary ? (z[0] > 0 ? 1 : 0) : Array.IndexOf(z, z.Max())) == (int)y
                        ? 1.0 : 0).Average();
        }

        double mean = labels.Average();
        return 1 - (scores.Zip(labels, (z, y) => Math.Pow(z[0] - y, 2)).Sum() / labels.Sum(y => Math.Pow(y - mean, 2)));
    }

    private double[] Scores(double[] row)
    {
        double[] z = new double[_outputs];
        for (int o = 0; o < _outputs; o++)
        {
            z[o] = _weights[(o * _width) + _width - 1];
            for (int f = 0; f < row.Length; f++)
            {
                z[o] += _weights[(o * _width) + f] * row[f];
            }
        }

        return z;
    }

    // (H + ridge)^-1 (g + ridge w) of the mean loss.
    private double[] NewtonStep(double[][] rows, double[] labels, double ridge)
    {
        int size = _weights.Length;
        double[,] hessian = new double[size, size];
        double[] gradient = new double[size];
        for (int r = 0; r < rows.Length; r++)
        {
            double[] x = [.. rows[r], 1];
            double[] z = Scores(rows[r]);
            double[] p = Probabilities(z);
            for (int o = 0; o < _outputs; o++)
            {
                double residual = (_task == LearningTask.Regression ? z[0] - labels[r]
                    : p[o] - (_task == LearningTask.Binary ? labels[r] : (int)labels[r] == o ? 1 : 0)) / rows.Length;
                for (int f = 0; f < _width; f++)
                {
                    gradient[(o * _width) + f] += residual * x[f];
                }

                for (int q = 0; q < _outputs; q++)
                {
                    double curvature = _task switch
                    {
                        LearningTask.Regression => 1,
                        LearningTask.Binary => p[0] * (1 - p[0]),
                        _ => p[o] * ((o == q ? 1 : 0) - p[q]),
                    } / rows.Length;
                    AddOuter(hessian, o * _width, q * _width, x, curvature);
                }
            }
        }

        for (int i = 0; i < size; i++)
        {
            double penalty = i % _width == _width - 1 ? 1e-9 : ridge;
            hessian[i, i] += penalty;
            gradient[i] += penalty * _weights[i];
        }

        return Solve(hessian, gradient);
    }

    private double[] Probabilities(double[] z)
    {
        if (_task == LearningTask.Binary)
        {
            return [1 / (1 + Math.Exp(-z[0]))];
        }

        double[] e = [.. z.Select(value => Math.Exp(value - z.Max()))];
        return [.. e.Select(value => value / e.Sum())];
    }

    private static void AddOuter(double[,] target, int row, int column, double[] x, double factor)
    {
        for (int i = 0; i < x.Length; i++)
        {
            double scaled = factor * x[i];
            for (int j = 0; j < x.Length; j++)
            {
                target[row + i, column + j] += scaled * x[j];
            }
        }
    }

    // Cholesky; directions without curvature (collinear columns) get none of the step.
    private static double[] Solve(double[,] matrix, double[] right)
    {
        int n = right.Length;
        double[,] root = new double[n, n];
        double[] solution = new double[n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = matrix[i, j];
                for (int k = 0; k < j; k++)
                {
                    sum -= root[i, k] * root[j, k];
                }

                root[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-13)) : sum / root[j, j];
            }

            solution[i] = right[i];
            for (int k = 0; k < i; k++)
            {
                solution[i] -= root[i, k] * solution[k];
            }

            solution[i] /= root[i, i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < n; k++)
            {
                solution[i] -= root[k, i] * solution[k];
            }

            solution[i] /= root[i, i];
        }

        return solution;
    }
}
