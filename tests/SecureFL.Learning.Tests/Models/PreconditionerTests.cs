using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Tests.Models;

/// <summary>Second moments, their inverse, and what descent along it gets.</summary>
public class PreconditionerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Standardised columns of two factors: all but collinear.
    private static Dataset Correlated(int rows, int width, ulong seed, LearningTask task = LearningTask.Regression,
        double scale = 1)
    {
        SeededRandom random = SeededRandom.For(seed, "correlated");
        float[] features = new float[rows * width];
        float[] labels = new float[rows];
        for (int r = 0; r < rows; r++)
        {
            double a = scale * random.NextGaussian();
            double b = scale * random.NextGaussian();
            double z = 0;
            for (int f = 0; f < width; f++)
            {
                double noise = 0.1 * random.NextGaussian();
                features[(r * width) + f] = (float)((a * Math.Cos(f)) + (b * Math.Sin(f)) + noise);
                z += (f % 2 == 0 ? 3 : -3) * noise;
            }

            z += a - b;
            labels[r] = task == LearningTask.Regression
                ? (float)(z + 0.5 + (0.1 * random.NextGaussian()))
                : random.NextDouble() < 1 / (1 + Math.Exp(-z)) ? 1 : 0;
        }

        return new Dataset(features, labels, width, task, task == LearningTask.Regression ? 0 : 2);
    }

    [Fact]
    public void Second_moments_are_means_of_products_with_the_intercept_last()
    {
        Dataset rows = new([1, 2, 3, 4], [0, 1], 2, LearningTask.Binary, 2);
        Assert.Equal([5.0, 7, 2, 10, 3, 1], SecondMoments.Of(rows, []).Packed);
        Assert.Equal([(0.5 + (2 * 9)) / 2, 12.5, 3.25, 17, 4.5, 1.25], SecondMoments.Of(rows, [0.5f, 2]).Packed);
        Assert.Throws<ArgumentException>(() => new SecondMoments(3, [1, 2]));
    }

    [Theory]
    [InlineData(LearningTask.Regression, 2.0)]
    [InlineData(LearningTask.Binary, 0.25)]
    [InlineData(LearningTask.MultiClass, 0.5)]
    public void It_is_the_inverse_of_the_bound(LearningTask task, double bound)
    {
        SecondMoments moments = SecondMoments.Of(Correlated(400, 5, 1), []);
        Preconditioner preconditioner = Preconditioner.Of(task, moments, 0.01);
        int outputs = task == LearningTask.MultiClass ? 3 : 1;
        float[] wanted = [.. Enumerable.Range(0, outputs * 6).Select(i => (i % 7) - 3f)];
        float[] gradient = new float[wanted.Length];
        double[] matrix = moments.ToMatrix();
        for (int o = 0; o < outputs; o++)
        {
            double Wanted(int i) => i < 5 ? wanted[(o * 5) + i] : wanted[(outputs * 5) + o];
            for (int i = 0; i < 6; i++)
            {
                double value = Enumerable.Range(0, 6).Sum(j => bound * matrix[(i * 6) + j] * Wanted(j))
                    + (i < 5 ? 0.01 * Wanted(i) : 0);
                gradient[i < 5 ? (o * 5) + i : (outputs * 5) + o] = (float)value;
            }
        }

        preconditioner.Apply(gradient);
        Assert.All(wanted.Zip(gradient), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
    }

    [Fact]
    public void Columns_that_are_equal_or_empty_have_one_too()
    {
        float[] rows = [.. Enumerable.Range(0, 50).SelectMany(r => new[] { r % 5, r % 5, 0f })];
        SecondMoments moments = SecondMoments.Of(new Dataset(rows, new float[50], 3, LearningTask.Regression, 0), []);
        float[] gradient = [1, 1, 0, 0];
        Preconditioner.Of(LearningTask.Regression, moments, 0).Apply(gradient);
        Assert.All(gradient, value => Assert.True(float.IsFinite(value)));
        Assert.Equal(gradient[0], gradient[1], 1e-3);
        Assert.Equal(0, gradient[2]);
    }

    /// <summary>
    /// A matrix that is not positive semidefinite, as sums of different sites may leave it: what is added is no hair's
    /// breadth.
    /// </summary>
    [Fact]
    public void A_matrix_that_no_rows_have_is_made_safely_definite()
    {
        // Eigenvalues 2.5, 1 and -0.5.
        SecondMoments moments = new(3, [1, 1.5, 0, 1, 0, 1]);
        float[] gradient = [1, -1, 0];
        Preconditioner.Of(LearningTask.Regression, moments, 0).Apply(gradient);
        Assert.InRange(gradient[0], 0.01f, 1.5f);
        Assert.Equal(-gradient[0], gradient[1], 1e-4);
    }

    /// <summary>
    /// Rows beyond a thousand times the common curvature, as where a site missed the sums: it goes less far, and stays
    /// finite.
    /// </summary>
    [Theory]
    [InlineData(false, 1e-3)]
    [InlineData(true, 5e-4)]
    public async Task A_site_of_curvature_beyond_all_bounds_does_not_diverge(bool newton, double expected)
    {
        ModelSpec spec = ModelSpec.Linear(1);
        Dataset rows = new([1000, -1000, 1000, -1000], [1, -1, 1, -1], 1, LearningTask.Regression, 0);
        GradientTrainer trainer = new(spec,
            TrainingDefaults.For(spec, newton: newton) with
            { L2 = 0, SecondMoments = new SecondMoments(2, [1e-3, 0, 1]) });
        LocalTrainingRequest request = new()
        {
            Global = trainer.CreateInitial(1),
            Train = rows,
            Site = "a",
            SiteIndex = 0,
            Round = 1,
            Seed = 1,
        };
        LocalTrainingResult result = await trainer.TrainAsync(request, Token);
        Assert.Equal(expected, result.Weights[0], 1e-5);
    }

    [Fact]
    public void The_largest_curvature_at_a_site_is_over_that_of_all()
    {
        Dataset wide = Correlated(300, 4, 2, scale: 3);
        SecondMoments moments = SecondMoments.Of(wide, []);
        Preconditioner preconditioner = Preconditioner.Of(LearningTask.Regression, moments, 0);
        Assert.Equal(1, preconditioner.LargestOn(LearningTask.Regression, moments), 1e-3);
        SecondMoments fourfold = new(moments.Size, [.. moments.Packed.Select(value => 4 * value)]);
        Assert.Equal(4, preconditioner.LargestOn(LearningTask.Regression, fourfold), 4e-3);
    }

    /// <summary>
    /// All but collinear columns, one site with ten times the spread of the others: plain descent needs thousands of
    /// rounds, local steps of the common rate diverge.
    /// </summary>
    [Theory]
    [InlineData(LearningTask.Regression)]
    [InlineData(LearningTask.Binary)]
    public async Task Federated_rounds_end_at_the_optimum_of_all_rows(LearningTask task)
    {
        Dataset[] sites = [Correlated(300, 8, 3, task), Correlated(200, 8, 4, task),
            .. Enumerable.Range(5, 6).Select(i => Correlated(60, 8, (ulong)i, task, i == 5 ? 10 : 1))];
        Dataset pooled = Dataset.Concatenate(sites);
        ModelSpec spec = task == LearningTask.Regression ? ModelSpec.Linear(8) : ModelSpec.Logistic(8);
        LocalTrainingOptions options = TrainingDefaults.For(spec) with
        { L2 = 1f / pooled.Count, SecondMoments = SecondMoments.Of(pooled, []), AllRows = pooled.Count };
        ModelParameters model = await TrainAsync(spec, options, sites);
        float[] gradient = new float[9];
        _ = new FeedForwardModel(spec).Gradient(model.Values, pooled, [.. Enumerable.Range(0, pooled.Count)],
            [], gradient);
        for (int f = 0; f < 8; f++)
        {
            gradient[f] += model.Values[f] / pooled.Count;
        }

        // The distance that a Newton step would still go, in the coefficients.
        Preconditioner.Of(task, SecondMoments.Of(pooled, []), 1.0 / pooled.Count).Apply(gradient);
        Assert.All(gradient, value => Assert.InRange(Math.Abs(value), 0, 0.02));
    }

    /// <summary>
    /// A site whose rows are all of one class would go on for ever: with a rate that has not fallen by the last round,
    /// a short run ended at a loss above that of knowing nothing, 0.6931, and some were refused as diverged.
    /// </summary>
    [Theory]
    [InlineData(3, 0.05)]
    [InlineData(5, 0.01)]
    [InlineData(10, 0.005)]
    public async Task Few_rounds_with_a_site_of_one_class_end_near_the_optimum(int rounds, double most)
    {
        Dataset one = Correlated(200, 3, 9, LearningTask.Binary);
        Dataset[] sites =
        [
            Correlated(200, 3, 7, LearningTask.Binary), Correlated(150, 3, 8, LearningTask.Binary),
            new Dataset(one.Features, new float[one.Count], 3, LearningTask.Binary, 2),
        ];
        Dataset pooled = Dataset.Concatenate(sites);
        LocalTrainingOptions options = TrainingDefaults.For(ModelSpec.Logistic(3)) with
        { L2 = 1f / pooled.Count, SecondMoments = SecondMoments.Of(pooled, []) };
        double best = await LossAsync(options, [pooled], pooled, TrainingDefaults.Rounds);
        Assert.InRange(await LossAsync(options, sites, pooled, rounds), best - 1e-3, best + most);
    }

    private static async Task<double> LossAsync(LocalTrainingOptions options, Dataset[] sites,
        Dataset pooled, int rounds)
    {
        ModelSpec spec = ModelSpec.Logistic(pooled.Width);
        ModelParameters model = await TrainAsync(spec, options with { Schedule = options.Schedule.In(rounds) },
            sites, rounds);
        return (await new GradientTrainer(spec, options).EvaluateAsync(model, pooled, Token)).MeanLoss!.Value;
    }

    [Fact]
    public async Task Without_second_moments_there_is_no_training()
    {
        ModelSpec spec = ModelSpec.Linear(2);
        LocalTrainingRequest request = new()
        {
            Global = new FeedForwardModel(spec).CreateInitial(1),
            Train = Correlated(10, 2, 1),
            Site = "a",
            SiteIndex = 0,
            Round = 1,
            Seed = 1,
        };
        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await new GradientTrainer(spec, TrainingDefaults.For(spec)).TrainAsync(request, Token));
    }

    private static async Task<ModelParameters> TrainAsync(ModelSpec spec, LocalTrainingOptions options, Dataset[] sites,
        int rounds = TrainingDefaults.Rounds)
    {
        GradientTrainer trainer = new(spec, options);
        ModelParameters model = trainer.CreateInitial(1);
        double rows = sites.Sum(site => site.Count);
        for (int round = 1; round <= rounds; round++)
        {
            double[] mean = new double[model.Values.Length];
            for (int s = 0; s < sites.Length; s++)
            {
                LocalTrainingRequest request = new()
                { Global = model, Train = sites[s], Site = $"{s}", SiteIndex = s, Round = round, Seed = 1 };
                LocalTrainingResult result = await trainer.TrainAsync(request, Token);
                for (int i = 0; i < mean.Length; i++)
                {
                    mean[i] += sites[s].Count / rows * result.Weights[i];
                }
            }

            model = new ModelParameters(model.Layout, [.. mean.Select(value => (float)value)]);
        }

        return model;
    }
}
