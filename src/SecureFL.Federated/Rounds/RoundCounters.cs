using SecureFL.Aggregation;
using SecureFL.Federated.Models;

namespace SecureFL.Federated.Rounds;

/// <summary>
/// The counters of a training round, in simulations and in deployments alike: weight, clipped elements, then the evaluation counters on training rows and on test
/// rows.
/// </summary>
public static class RoundCounters
{
    /// <summary>Position of the site's weight: its training rows, or 1.</summary>
    public const int Weight = 0;

    /// <summary>Position of the number of elements of the update that were clipped.</summary>
    public const int Clipped = 1;

    /// <summary>Position of the first evaluation counter on training rows; those on test rows follow after <see cref="MetricLayout.Length"/>.</summary>
    public const int Evaluation = 2;

    /// <summary>All counters with their magnitudes; the weight is a counter like the others, and updates arrive weighted.</summary>
    public static CounterLayout LayoutOf(MetricLayout metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        const long Most = (1L << MetricLayout.CountBits) - 1;
        return new CounterLayout(
            0, [new Counter("samples", Most), new Counter("clipped", Most), .. metrics.DescribeCounters("train"), .. metrics.DescribeCounters("test")]);
    }
}
