using SecureFL.Learning.Settings;

namespace SecureFL.Learning.Models;

/// <summary>How the sites' learning rate changes from round to round.</summary>
public enum RateScheduleKind
{
    /// <summary>It does not.</summary>
    Constant,

    /// <summary>
    /// Times <see cref="RateSchedule.Factor"/> after every <see cref="RateSchedule.StepRounds"/> rounds.
    /// </summary>
    Step,

    /// <summary>
    /// Along half a cosine from the full rate in round 1 to the floor in round <see cref="RateSchedule.Rounds"/>, and
    /// stays there.
    /// </summary>
    Cosine,

    /// <summary>
    /// Divided by 1 + decay (round - 1): the rates whose sum diverges and whose squares' sum does not (Robbins and
    /// Monro 1951).
    /// </summary>
    Inverse,

    /// <summary>
    /// By one factor a round, from the full rate in round 1 to the floor in round <see cref="RateSchedule.Rounds"/>,
    /// and stays there.
    /// </summary>
    Exponential,
}

/// <summary>
/// The factor on the sites' learning rate, by round; a round is the model version that is trained from, plus one.
/// Immutable.
/// </summary>
public sealed record RateSchedule
{
    /// <summary>The course.</summary>
    public RateScheduleKind Kind { get; init; }

    /// <summary>Rounds of one step of <see cref="RateScheduleKind.Step"/>.</summary>
    [Within(1)]
    public int StepRounds { get; init; } = 10;

    /// <summary>The factor after each step, in (0, 1].</summary>
    [Within(0, 1, Above = true)]
    public double Factor { get; init; } = 0.5;

    /// <summary>The decay of <see cref="RateScheduleKind.Inverse"/>, at least 0.</summary>
    [Within(0)]
    public double Decay { get; init; } = 0.1;

    /// <summary>
    /// The round in which <see cref="RateScheduleKind.Cosine"/> and <see cref="RateScheduleKind.Exponential"/> reach
    /// their floor; 0 for the last round that the stopping rules allow (<see cref="In"/>), or the default's where there
    /// are no rules.
    /// </summary>
    [Within(0)]
    public int Rounds { get; init; }

    /// <summary>
    /// The lowest factor of <see cref="RateScheduleKind.Cosine"/>, in [0, 1], and of
    /// <see cref="RateScheduleKind.Exponential"/>, in (0, 1].
    /// </summary>
    [Within(0, 1)]
    public double Floor { get; init; } = 0.01;

    /// <summary>
    /// Rounds over which the rate rises to its full height, in equal steps: round r of W has r / W of it. 0 for none.
    /// </summary>
    [Within(0)]
    public int WarmUpRounds { get; init; }

    /// <summary>The factor in <paramref name="round"/>, counted from 1.</summary>
    public double FactorIn(int round)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(round);
        double factor = Kind switch
        {
            RateScheduleKind.Constant => 1,
            RateScheduleKind.Step => Math.Pow(Factor, (round - 1) / StepRounds),
            RateScheduleKind.Cosine => Floor + ((1 - Floor) * (1 + Math.Cos(Math.PI * Progress(round))) / 2),
            RateScheduleKind.Inverse => 1 / (1 + (Decay * (round - 1))),
            RateScheduleKind.Exponential => Rounds == 1
                ? 1 : Math.Pow(Floor, In(TrainingDefaults.Rounds).Progress(round)),
            _ => throw new InvalidOperationException($"no schedule is called {Kind}"),
        };
        return WarmUpRounds > 0 ? factor * Math.Min(1, (double)round / WarmUpRounds) : factor;
    }

    /// <summary>
    /// The same in a run of that many rounds: where <see cref="Rounds"/> is 0, it is this. So a run of other rounds,
    /// resumed or new, has its rate.
    /// </summary>
    public RateSchedule In(int rounds) => Rounds == 0 ? this with { Rounds = rounds } : this;

    /// <summary>Refuses settings out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting.</exception>
    public void Check()
    {
        if (!Enum.IsDefined(Kind))
        {
            throw new ArgumentException($"no schedule is called {Kind}");
        }

        WithinAttribute.Check(this);
        if (Kind == RateScheduleKind.Exponential && !(Floor > 0))
        {
            throw new ArgumentException($"an exponential schedule that falls to {Floor}: it takes a floor above 0");
        }
    }

    private double Progress(int round) => Rounds <= 1 ? 1 : Math.Min(1, (round - 1.0) / (Rounds - 1));
}
