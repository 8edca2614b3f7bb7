using SecureFL.Consortium.Courses;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Courses;

/// <summary>
/// Whoever has a version's values and the sums that follow gets the versions that follow, bit for bit.
/// </summary>
public sealed class TrainingCourseTests
{
    private const int Rounds = 5;

    /// <summary>Every method of the server, with an average and without, at one pace and at each site's own.</summary>
    public static TheoryData<string, double, bool> Ways => [.. ServerMethods.All.SelectMany(method =>
        new[] { 0, 0.9 }.SelectMany(decay =>
            new[] { false, true }.Select(paced => new TheoryDataRow<string, double, bool>(method.Key, decay, paced))))];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_course_that_begins_at_a_versions_values_ends_with_the_same_version(string method, double decay,
        bool paced)
    {
        TrainingTerms terms = Terms(method, decay, paced);
        await using TestSession session = Session(terms);
        TrainingCourse whole = new(terms, session.Plan, TrainingCourse.Start(terms, null));
        List<(int Version, float[] Values, OpenedSum Next)> course = [];
        while (whole.Next is RoundKind kind)
        {
            OpenedSum sum = OpenedSum.Of(session.Plan, terms, kind, course.Count);
            course.Add((whole.Version, whole.Values, sum));
            sum.ApplyTo(whole);
            TrainingCourse resumed = new(terms, session.Plan, whole.Save());
            Assert.Equal((whole.Stamp, whole.NextTask, whole.Stopped),
                (resumed.Stamp, resumed.NextTask, resumed.Stopped));
        }

        Assert.Equal(Rounds, whole.Version);
        Assert.Equal(paced, course.Any(step => step.Next.Kind == RoundKind.Evaluation && step.Version < Rounds));
        Assert.Equal(terms.WeightUnit is null, course[0].Next.Kind == RoundKind.Preparation);
        Assert.Equal(course.Count, course.Select(step => ModelStamp.Of(step.Version, step.Values)).Distinct().Count());
        for (int j = 0; j < course.Count; j++)
        {
            TrainingCourse late = new(terms, session.Plan,
                VersionValues.CheckpointOf(terms, session.Plan, course[j].Version, course[j].Values));
            Assert.Equal(course[j].Values, late.Values);
            Assert.Equal(course[j].Version == 0, late.KnowsHistory);
            foreach ((int version, float[] values, OpenedSum next) in course.Skip(j))
            {
                Assert.Equal((version, next.Kind), (late.Version, late.Next));
                Assert.Equal(values, late.Values);
                next.ApplyTo(late);
            }

            Assert.Equal((whole.Stamp, whole.NextTask, whole.Stopped), (late.Stamp, late.NextTask, late.Stopped));
            Assert.Equal(StopReason.Rounds, late.Stopped);
        }
    }

    [Theory]
    [InlineData("fedAvg", 0, 1)]
    [InlineData("fedAvgM", 0.9, 3)]
    [InlineData("fedYogi", 0, 3)]
    [InlineData("fedAdam", 0.9, 4)]
    public async Task A_digest_covers_every_vector_that_the_next_step_depends_on(string method, double decay,
        int vectors)
    {
        TrainingTerms terms = Terms(method, decay, paced: true);
        await using TestSession session = Session(terms);
        TrainingCourse course = new(terms, session.Plan, TrainingCourse.Start(terms, null));
        OpenedSum.Of(session.Plan, terms, RoundKind.Preparation, 1).ApplyTo(course);
        OpenedSum.Of(session.Plan, terms, RoundKind.Training, 2).ApplyTo(course);
        TrainingCheckpoint saved = course.Save();
        float[][] kept = [saved.Weights, saved.Average, saved.FirstMoment, saved.SecondMoment];
        Assert.Equal(kept.SelectMany(vector => vector), course.Values.Take(vectors * terms.Layout.Length));
        Assert.Equal(VersionValues.LengthFor(terms), course.Values.Length);
        Assert.Equal(vectors, kept.Count(vector => vector.Length == terms.Layout.Length));
        Assert.Equal(saved.Weights, VersionValues.Trained(terms, course.Values).Values);
        Assert.Equal(decay == 0 ? saved.Weights : saved.Average,
            VersionValues.Delivered(terms, course.Values).Values);
        Assert.Equal(saved.Preparation, VersionValues.Progress(terms, session.Plan, course.Values).Totals);
    }

    [Fact]
    public async Task Values_of_other_terms_and_versions_beyond_them_are_refused()
    {
        TrainingTerms terms = Terms("fedAdam", 0, paced: false);
        await using TestSession session = Session(terms);
        float[] values = new TrainingCourse(terms, session.Plan, TrainingCourse.Start(terms, null)).Values;
        foreach ((int version, float[] wrong) in new[] { (1, values[1..]), (-1, values), (Rounds + 1, values) })
        {
            Assert.ThrowsAny<ArgumentException>(
                () => VersionValues.CheckpointOf(terms, session.Plan, version, wrong));
        }
    }

    [Fact]
    public async Task A_course_without_its_history_does_not_end_by_metrics()
    {
        TrainingTerms terms = Terms("fedAvg", 0, paced: false);
        await using TestSession session = Session(terms);
        TrainingCourse whole = new(terms, session.Plan, TrainingCourse.Start(terms, null));
        OpenedSum.Of(session.Plan, terms, RoundKind.Preparation, 1).ApplyTo(whole);
        OpenedSum.Of(session.Plan, terms, RoundKind.Training, 2).ApplyTo(whole);
        TrainingCourse late = new(terms, session.Plan,
            VersionValues.CheckpointOf(terms, session.Plan, whole.Version, whole.Values));
        OpenedSum diverged = OpenedSum.Of(session.Plan, terms, RoundKind.Training, 3, diverged: true);
        diverged.ApplyTo(whole);
        diverged.ApplyTo(late);
        Assert.Equal((StopReason.Diverged, 1, true), (whole.Stopped, whole.Version, whole.KnowsHistory));
        Assert.Equal((null, 2, false), (late.Stopped, late.Version, late.KnowsHistory));
        Assert.False(new TrainingCourse(terms, session.Plan, late.Save()).KnowsHistory);
        late.GoOnFrom(whole.Save());
        Assert.True(late.KnowsHistory);
    }

    [Fact]
    public async Task A_model_that_is_no_number_any_more_has_one_digest_whatever_the_processor_calls_it()
    {
        TrainingTerms terms = Terms("fedAvg", 0, paced: false);
        await using TestSession session = Session(terms);
        TrainingCheckpoint start = TrainingCourse.Start(terms, null);
        Assert.Single(new[] { 0x7FC00000u, 0xFFC00000u, 0x7FC01234u }.Select(bits =>
        {
            float[] weights = [.. start.Weights];
            weights[1] = BitConverter.UInt32BitsToSingle(bits);
            return new TrainingCourse(terms, session.Plan, start with { Weights = weights }).Stamp;
        }).Distinct());
    }

    private static TestSession Session(TrainingTerms terms) => new(terms,
        configure: settings => settings with { BaseVersionWindow = terms.BaseVersionWindow });

    // The weight unit is found by a sum before the first round.
    private static TrainingTerms Terms(string method, double decay, bool paced) => TestSession.Terms(Rounds) with
    {
        ServerOptimizer = new ServerOptimizerOptions(ServerMethods.Of(method)) { LearningRate = 0.3 },
        AverageDecay = decay,
        WeightUnit = null,
        Asynchronous = paced ? new BufferOptions { Arrivals = 3, MaxStaleness = 2, EvaluateEvery = 2 } : null,
    };
}
