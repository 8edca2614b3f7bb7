using SecureFL.Learning.Data;

namespace SecureFL.Learning.Models;

/// <summary>
/// How a model is trained where nobody says otherwise, on tables that nobody here has seen. The one place for these
/// numbers. Thread-safe.
/// </summary>
/// <remarks>
/// A regression of up to <see cref="MaxPreconditioned"/> scaled features takes steps on all rows, preconditioned by the
/// inverse of a bound on the curvature of the objective over all sites' rows: a rate of 1 cannot diverge there, and
/// forty steps a round with momentum get to the optimum whatever the features' correlations are. Since they also draw
/// every site towards an optimum of its own, without end where all its rows are of one class, the rate falls by one
/// factor a round to a thousandth in the last one, however many there are: as it falls, that pull vanishes and the mean
/// update becomes the gradient on all rows. The three numbers were chosen together, by the distance to the optimum on
/// correlated, skewed, separable and rare data, and with sites of one class: fewer steps leave flat directions
/// unfinished, a rate that has not fallen by the end leaves the sites' own pull.
/// <para>
/// With squared error the bound is the curvature itself. Where every round has the rows of all sites, one step a round
/// is then enough: the mean of the sites' steps is Newton's step on all rows, at the optimum after the first round
/// whatever the sites' sizes and columns are, or after some where products of categories are only bounded. Forty would
/// first go to each site's own optimum, and what only a small site's rows tell would reach the mean by its small weight
/// alone.
/// </para>
/// <para>
/// With more features, or features that are not scaled, the mean of |x|^2 over all rows stands for the curvature: it is
/// the number of features where they are standardised, so that the largest eigenvalue of the Hessian is at most c
/// (features + 1) with c = 2 for squared error, 1/4 for the logistic and 1/2 for the softmax loss. The rate is the
/// inverse of that and falls to a twelfth in the last round.
/// </para>
/// </remarks>
public static class TrainingDefaults
{
    /// <summary>Rounds.</summary>
    public const int Rounds = 50;

    /// <summary>
    /// The most features of a regression whose second moments are summed, some half a million numbers then.
    /// </summary>
    public const int MaxPreconditioned = 1024;

    /// <summary>
    /// Local training for <paramref name="spec"/>: for regressions as the remarks say, for perceptrons plain mini-batch
    /// descent.
    /// </summary>
    /// <param name="spec">The model.</param>
    /// <param name="scaled">Whether features are scaled to about 1.</param>
    /// <param name="newton">
    /// Whether the mean update of every round is that of all sites' rows, so that one step on all rows does with
    /// squared error.
    /// </param>
    public static LocalTrainingOptions For(ModelSpec spec, bool scaled = true, bool newton = true)
    {
        ArgumentNullException.ThrowIfNull(spec);
        newton &= spec.Task == LearningTask.Regression;
        return !spec.Hidden.IsEmpty ? new LocalTrainingOptions()
            : scaled && spec.Inputs <= MaxPreconditioned
            ? new LocalTrainingOptions
            {
                Optimizer = LocalMethods.Of(LocalOptimizerKind.Preconditioned).Defaults,
                Schedule = new RateSchedule { Kind = RateScheduleKind.Exponential, Floor = 0.001 },
                BatchSize = 0,
                Steps = 40,
                Newton = newton,
            }
            : new LocalTrainingOptions
            {
                Optimizer = new LocalOptimizerOptions
                { Kind = LocalOptimizerKind.Momentum, LearningRate = RateFor(spec) },
                Schedule = new RateSchedule { Kind = RateScheduleKind.Exponential, Floor = 0.08 },
                BatchSize = 4096,
                Steps = 20,
            };
    }

    /// <summary>
    /// The inverse of the bound on a regression's curvature, to three digits so that descriptions are readable.
    /// </summary>
    private static float RateFor(ModelSpec spec)
    {
        double rate = 1 / (Preconditioner.CurvatureOf(spec.Task) * (spec.Inputs + 1));
        double digits = Math.Pow(10, 2 - Math.Floor(Math.Log10(rate)));
        return (float)(Math.Floor(rate * digits) / digits);
    }
}
