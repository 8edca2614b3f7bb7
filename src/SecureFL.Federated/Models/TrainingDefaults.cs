using SecureFL.Federated.Data;

namespace SecureFL.Federated.Models;

/// <summary>
/// How a model is trained where nobody says otherwise, on tables that nobody here has seen. The one place for these numbers. Thread-safe.
/// </summary>
/// <remarks>
/// A regression is convex, and its standardised features bound its curvature: the mean of |x|^2 over all rows is the number of features, so the largest eigenvalue of the
/// Hessian is at most c (features + 1) with c = 2 for squared error, 1/4 for the logistic and 1/2 for the softmax loss. With the rate at the inverse of that bound, descent
/// cannot diverge on pooled rows, and momentum of .9 leaves a factor of 3.8 for sites whose rows spread more. Twenty steps of up to 4096 rows let flat directions
/// (correlated features, small tables) come along; since twenty steps also draw every site towards an optimum of its own, the rate falls by a twentieth a round: as it
/// falls, that pull vanishes and the mean update becomes the gradient on all rows.
/// </remarks>
public static class TrainingDefaults
{
    /// <summary>Rounds.</summary>
    public const int Rounds = 50;

    /// <summary>Local training for <paramref name="spec"/>: for regressions as the remarks say, for perceptrons plain mini-batch descent.</summary>
    public static LocalTrainingOptions For(ModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Hidden.IsEmpty
            ? new LocalTrainingOptions
            {
                Optimizer = new LocalOptimizerOptions { Kind = LocalOptimizerKind.Momentum, LearningRate = RateFor(spec) },
                Schedule = new RateSchedule { Kind = RateScheduleKind.Step, StepRounds = 1, Factor = 0.95 },
                BatchSize = 4096,
                Steps = 20,
            }
            : new LocalTrainingOptions();
    }

    /// <summary>The inverse of the bound on a regression's curvature, to three digits so that descriptions are readable.</summary>
    private static float RateFor(ModelSpec spec)
    {
        double curvature = spec.Task switch { LearningTask.Regression => 2, LearningTask.Binary => 0.25, _ => 0.5 };
        double rate = 1 / (curvature * (spec.Inputs + 1));
        double digits = Math.Pow(10, 2 - Math.Floor(Math.Log10(rate)));
        return (float)(Math.Floor(rate * digits) / digits);
    }
}
