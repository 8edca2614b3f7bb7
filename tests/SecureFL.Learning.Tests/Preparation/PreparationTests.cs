using System.Collections.Immutable;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Simulation;

namespace SecureFL.Learning.Tests.Preparation;

public class PreparationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static RawDataset Rows(int site, int rows, LearningTask task = LearningTask.Regression)
    {
        SeededRandom random = SeededRandom.For(9, "preparation", site);
        double[] features = [.. Enumerable.Range(0, rows).SelectMany(_ => new[]
        {
            1.7e9 + (1e6 * random.NextGaussian()) + (1e6 * site), 5e-5 + (1e-5 * random.NextGaussian()),
                random.NextDouble() < 0.2 ? double.NaN : 1980 + (15 * random.NextGaussian()), 7,
        })];
        double[] labels =
            [
                .. Enumerable.Range(0, rows).Select(
                    _ => task == LearningTask.Regression ? 200_000 + random.NextGaussian() : random.NextDouble() < 0.3
                        ? 1.0 : 0)];
        return new RawDataset(features, labels, 4, task, task == LearningTask.Regression ? 0 : 2);
    }

    private static PreparingSite[] Sites(IEnumerable<RawDataset> rows, Func<int, float[]>? update = null) =>
        [.. rows.Select((data, i) => new PreparingSite($"s{i}", data, (_, _) => ValueTask.FromResult(update!(i))))];

    [Theory]
    [InlineData(8, 24)]
    [InlineData(16, 4096)]
    public async Task Scaling_of_targets_and_features_is_that_of_the_pooled_rows(int bits, int counters)
    {
        RawDataset[] rows = [Rows(0, 40), Rows(1, 600), Rows(2, 7)];
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Federated, null, 4, LearningTask.Regression, 0) with
        { Targets = true };
        PreparationSteps steps = PreparationSteps.For(terms, counters);
        Assert.Equal(counters == 24 ? 3 : 1, steps.Steps.Length);
        PreparedState state = await PreparationRun.RunAsync(steps, Sites(rows), TestData.Quantised(3, 1f, bits), 1,
            cancellationToken: Token);
        RawDataset pooled = RawDataset.Concatenate(rows);
        FeatureScaling expected = FeatureScaling.Standard(FeatureStatistics.Of(pooled));
        for (int f = 0; f < 4; f++)
        {
            Assert.Equal(expected.Offset[f], state.Shared!.Offset[f], 1e-9 * expected.Offset[f]);
            Assert.Equal(expected.Factor[f], state.Shared.Factor[f], 1e-9 * expected.Factor[f]);
        }

        Assert.Equal(0, state.Shared!.Factor[3]);
        Assert.Equal((3, 647), (state.Sites, state.Rows));
        Assert.Equal(647 / 3.0, state.WeightUnit);
        Assert.Equal(FeatureScaling.OfTargets(FeatureStatistics.OfLabels(pooled)), state.Targets);
    }

    [Fact]
    public async Task Encrypted_sums_prepare_as_those_in_the_clear()
    {
        RawDataset[] rows = [Rows(0, 40, LearningTask.Binary), Rows(1, 60, LearningTask.Binary),
            Rows(2, 7, LearningTask.Binary)];
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Federated, null, 4, LearningTask.Binary, 2) with
        { ClassCounts = true, Clips = new ModelLayout([("w", [4]), ("b", [1])]) };
        PreparationSteps steps = PreparationSteps.For(terms, 64);
        PreparingSite[] sites = Sites(rows, i => [0.1f * i, 0, 0, 0, 3]);
        using EncryptedSum sum = new(new EncryptedSumOptions { Sites = 3, Clip = 1 });
        PreparedState encrypted = await PreparationRun.RunAsync(steps, sites, sum, 1, cancellationToken: Token);
        PreparedState clear = await PreparationRun.RunAsync(steps, sites, new PlaintextSum(), 1,
            cancellationToken: Token);
        Assert.Equal(clear.Shared!.Offset, encrypted.Shared!.Offset);
        Assert.Equal(clear.Shared.Factor, encrypted.Shared.Factor);
        Assert.Equal(clear.ClassCounts, encrypted.ClassCounts);
        Assert.Equal(rows.Sum(data => data.CountClasses()[1]), encrypted.ClassCounts[1]);
        Assert.Equal([0.5f, 8], encrypted.Clips!.Values);
        Assert.Equal(clear.Clips!.Values, encrypted.Clips.Values);
    }

    [Theory]
    [InlineData(64, false)]
    [InlineData(8, true)]
    public async Task Second_moments_are_those_of_the_pooled_scaled_rows(int counters, bool equal)
    {
        RawDataset[] rows = [Rows(0, 40, LearningTask.Binary), Rows(1, 600, LearningTask.Binary),
            Rows(2, 7, LearningTask.Binary)];
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Federated, null, 4, LearningTask.Binary, 2) with
        {
            ClassCounts = true,
            SecondMoments = true,
            EqualSites = equal,
        };
        PreparationSteps steps = PreparationSteps.For(terms, counters);
        Assert.Equal(counters == 8 ? 3 : 1, steps.Steps.Count(step => step.Name == "second moments"));
        using EncryptedSum sum = new(new EncryptedSumOptions { Sites = 3, Clip = 1 });
        PreparedState state = await PreparationRun.RunAsync(steps, Sites(rows), sum, 1, cancellationToken: Token);
        double[] expected = new double[15];
        foreach (RawDataset data in rows)
        {
            SecondMoments own = SecondMoments.Of(state.Scale(state.Shared, data, "a site"),
                state.ClassWeights.AsSpan());
            double share = equal ? 1 / 3.0 : data.Count / 647.0;
            expected = [.. expected.Zip(own.Packed, (sum, value) => sum + (share * value))];
        }

        Assert.All(expected.Zip(state.SecondMoments!.Packed), pair => Assert.Equal(pair.First, pair.Second, 3e-9));
        Assert.Null(steps.Read(PreparationProgress.Of(steps, []).Totals.AsSpan(), 0).SecondMoments);
    }

    [Fact]
    public async Task Second_moments_of_few_rows_are_not_summed()
    {
        RawDataset[] rows = [Rows(0, 5, LearningTask.Binary), Rows(1, 5, LearningTask.Binary),
            Rows(2, 4, LearningTask.Binary)];
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Federated, null, 4, LearningTask.Binary, 2) with
        { SecondMoments = true };
        PreparationSteps steps = PreparationSteps.For(terms, 4096);
        PreparingSite[] sites = Sites(rows);
        PreparedState state = await PreparationRun.RunAsync(steps, sites, new PlaintextSum(), 1,
            cancellationToken: Token);
        Assert.Equal(SecondMoments.Bound(5).Packed, state.SecondMoments!.Packed);
        long[] few = await steps.Steps[1].ContributeAsync(sites[0], state, Token);
        Assert.Equal([1, 5, .. new long[15]], few);
        long[] enough = await steps.Steps[1].ContributeAsync(sites[0], state with { Rows = 15 }, Token);
        Assert.Contains(enough[2..], counter => counter != 0);
    }

    /// <summary>A product with a category that one patient has would be that patient's number.</summary>
    [Theory]
    [InlineData(9, 0)]
    [InlineData(10, 1)]
    public async Task Products_of_rare_categories_and_of_two_categories_are_not_summed(int patients, int summed)
    {
        TableSchema schema = new()
        {
            Features =
            [
                new ColumnSchema { Name = "ward", Kind = ColumnKind.Categorical, Categories = ["a", "b"] },
                new ColumnSchema { Name = "age", Kind = ColumnKind.Numeric },
            ],
            Label = new LabelSchema { Name = "y", Task = LearningTask.Binary, Classes = ["0", "1"] },
        };
        double[] features = [.. Enumerable.Range(0, 200)
            .SelectMany(r => new double[] { r < patients ? 1 : 0, r < patients ? 0 : 1, 0, r })];
        RawDataset rows = new(features, new double[200], 4, LearningTask.Binary, 2);
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Federated, schema, 4, LearningTask.Binary, 2) with
        { SecondMoments = true };
        PreparationSteps steps = PreparationSteps.For(terms, 4096);
        PreparedState state = await PreparationRun.RunAsync(steps, Sites([rows]), new PlaintextSum(), 1,
            cancellationToken: Token);
        double[] matrix = state.SecondMoments!.ToMatrix();
        SecondMoments all = SecondMoments.Of(state.Scale(state.Shared, rows, "a site"), []);
        Assert.Equal(summed * all.Packed[3], matrix[3], 1e-8);

        // Of two categories of one column the means tell it.
        Assert.Equal(all.Packed[1], matrix[1], 1e-6);
        Assert.Equal([summed == 0, summed == 0, true, false], state.Rare);
        Assert.Equal(1, matrix[^1], 1e-8);
    }

    /// <summary>
    /// Totals that no rows have, from a site or a server that makes them up: refused before anything is inverted or
    /// divided.
    /// </summary>
    [Theory]
    [InlineData(0, 0L, "0 sites")]
    [InlineData(1, 0L, "0 rows")]
    [InlineData(2, -1L, "mean square")]
    [InlineData(3, 1L << 40, "mean product")]
    [InlineData(4, 0L, "mean square")]
    public void Second_moments_that_no_rows_have_are_refused(int counter, long value, string message)
    {
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Federated, null, 1, LearningTask.Regression, 0) with
        { SecondMoments = true };
        PreparationSteps steps = PreparationSteps.For(terms, 4096);
        long[] statistics = [3, 100, 100, .. new long[10]];
        long[] moments = [3, 100, 1L << 30, 0, 1L << 30];
        Assert.NotNull(steps.Read([.. statistics, .. moments], 2).SecondMoments);
        moments[counter] = value;
        ArgumentException fault = Assert.Throws<ArgumentException>(() => steps.Read([.. statistics, .. moments], 2));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// Sums that closed with different sites, of equal rows: nobody can tell by the counters. Products of nearly
    /// collinear columns then exceed the squares of the other sum, which is no forgery; the same within one sum is.
    /// </summary>
    [Fact]
    public async Task Sums_of_different_sites_are_fitted_to_each_other_and_train_and_forged_ones_are_refused()
    {
        const int Width = 70;
        RawDataset[] rows =
            [.. Enumerable.Range(0, 5).Select(site => NearlyCollinear(site, 100, Width, spread: site == 0 ? 4 : 1))];
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Federated, null, Width, LearningTask.Regression,
            0) with
        { SecondMoments = true, Rows = true };
        PreparationSteps steps = PreparationSteps.For(terms, 2048);
        Assert.Equal(["statistics", "second moments", "second moments"], steps.Steps.Select(step => step.Name));
        PreparingSite[] sites = Sites(rows);
        List<long> totals = [];
        int[][] closedWith = [[0, 1, 2, 3, 4], [0, 1, 2, 3], [1, 2, 3, 4]];
        PreparedState state = steps.Read([], 0);
        for (int step = 0; step < 3; step++)
        {
            long[] sum = new long[steps.Steps[step].Length];
            foreach (int site in closedWith[step])
            {
                sum = [.. sum.Zip(await steps.Steps[step].ContributeAsync(sites[site], state, Token), (x, y) => x + y)];
            }

            totals.AddRange(sum);
            state = steps.Read(totals.ToArray(), step + 1);
        }

        Assert.InRange(state.LoweredMoments, 1, state.SecondMoments!.Packed.Length / 2);
        Assert.Contains($"{state.LoweredMoments} of 2556 products did not fit", state.Note, StringComparison.Ordinal);
        await AssertTrainsAsync(terms, state, rows);

        // The same product within one sum, and one that is beyond all bounds in another.
        int first = steps.Steps[0].Length + 2;
        totals[first + 1] = 2 * totals[first];
        Assert.Contains("mean product", Assert.Throws<ArgumentException>(() => steps.Read(totals.ToArray(), 3)).Message,
            StringComparison.Ordinal);
        totals[first + 1] = 0;
        totals[first + Width - 1] = 1L << 40;
        PreparedState forged = steps.Read(totals.ToArray(), 3);
        double[] matrix = forged.SecondMoments!.ToMatrix();
        Assert.Equal(matrix[0] * matrix[(Width - 1) * (Width + 2)], matrix[Width - 1] * matrix[Width - 1], 1e-6);
    }

    private static RawDataset NearlyCollinear(int site, int rows, int width, double spread)
    {
        SeededRandom random = SeededRandom.For(5, "collinear", site);
        double[] features = new double[rows * width];
        double[] labels = new double[rows];
        for (int r = 0; r < rows; r++)
        {
            double common = spread * random.NextGaussian();
            labels[r] = common + (0.1 * random.NextGaussian());
            for (int f = 0; f < width; f++)
            {
                features[(r * width) + f] = common + (0.01 * random.NextGaussian());
            }
        }

        return new RawDataset(features, labels, width, LearningTask.Regression, 0);
    }

    private static async Task AssertTrainsAsync(PreparationTerms terms, PreparedState state, RawDataset[] rows)
    {
        ModelSpec spec = ModelSpec.Linear(rows[0].Width);
        GradientTrainer trainer = new(spec,
            TrainingDefaults.For(spec) with { SecondMoments = state.SecondMoments, L2 = 1f / state.Rows });
        Dataset[] scaled = [.. rows.Select((data, i) => state.Scale(terms, new RawSite($"s{i}", data, null)).Train)];
        Dataset pooled = Dataset.Concatenate(scaled);
        ModelParameters model = trainer.CreateInitial(1);
        double before = (await trainer.EvaluateAsync(model, pooled, Token)).MeanLoss!.Value;
        for (int round = 1; round <= 5; round++)
        {
            double[] mean = new double[model.Values.Length];
            for (int s = 0; s < scaled.Length; s++)
            {
                LocalTrainingRequest request = new()
                { Global = model, Train = scaled[s], Site = $"s{s}", SiteIndex = s, Round = round, Seed = 1 };
                LocalTrainingResult result = await trainer.TrainAsync(request, Token);
                mean = [.. mean.Zip(result.Weights, (sum, weight) => sum + (weight / (double)scaled.Length))];
            }

            model = new ModelParameters(model.Layout, [.. mean.Select(value => (float)value)]);
        }

        Assert.InRange((await trainer.EvaluateAsync(model, pooled, Token)).MeanLoss!.Value, 0, 0.1 * before);
    }

    [Theory]
    [InlineData(0L, 0L, 0L, 0L)]
    [InlineData(100L, -5L, 105L, 100L)]
    [InlineData(100L, 50L, 51L, 100L)]
    [InlineData(100L, 50L, 50L, 101L)]
    [InlineData(100L, 50L, 50L, -1L)]
    public void Counts_that_no_rows_have_are_refused(long rows, long first, long second, long values)
    {
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Federated, null, 1, LearningTask.Binary, 2) with
        { ClassCounts = true };
        PreparationSteps steps = PreparationSteps.For(terms, 4096);
        _ = steps.Read([3, 100, 50, 50, 100, .. new long[10]], 1);
        Assert.Throws<ArgumentException>(() => steps.Read([3, rows, first, second, values, .. new long[10]], 1));
    }

    [Fact]
    public async Task A_site_whose_trainer_fails_is_left_out_of_the_clips_alone()
    {
        RawDataset[] rows = [Rows(0, 40), Rows(1, 60), Rows(2, 7), Rows(3, 9)];
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Federated, null, 4, LearningTask.Regression, 0) with
        { Rows = true, Clips = new ModelLayout([("w", [4]), ("b", [1])]) };
        PreparationSteps steps = PreparationSteps.For(terms, 64);
        PreparingSite[] sites = Sites(rows,
            i => i == 1 ? throw new TrainerFaultException("no memory left") : [0.1f * i, 0, 0, 0, 3]);
        TrainerFaultException stopped =
            await Assert.ThrowsAsync<TrainerFaultException>(
                () => PreparationRun.RunAsync(steps, sites, new PlaintextSum(), 1, cancellationToken: Token));
        Assert.Contains("no memory left", stopped.Message, StringComparison.Ordinal);

        List<string> told = [];
        using EncryptedSum sum = new(new EncryptedSumOptions { Sites = 4, Clip = 1, MinClients = 3 });
        PreparedState state = await PreparationRun.RunAsync(steps, sites, sum, 1,
            leaveOut: new PreparationLeaveOut(3, fault => told.Add(fault.Message)), cancellationToken: Token);
        Assert.Equal("site s1, before round 1: no memory left", told[0]);
        Assert.Equal((4, 116), (state.Sites, state.Rows));
        Assert.Equal([1f, 8], state.Clips!.Values);

        TooFewContributorsException few =
            await Assert.ThrowsAsync<TooFewContributorsException>(() => PreparationRun.RunAsync(
            steps, sites, new PlaintextSum(), 1, leaveOut: new PreparationLeaveOut(4, _ => { }),
            cancellationToken: Token));
        Assert.Contains("before round 1: 3 sites whose trainers did not fail, at least 4 are needed", few.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Indicators_take_one_counter_and_get_the_scaling_of_numbers()
    {
        TableSchema schema = new()
        {
            Features = [new ColumnSchema { Name = "ward", Kind = ColumnKind.Categorical, Categories = ["a", "b"] },
                new ColumnSchema { Name = "age", Kind = ColumnKind.Numeric }],
            Label = new LabelSchema { Name = "y", Task = LearningTask.Regression },
        };
        RawDataset[] rows = [new([1, 0, 0, 50, 0, 1, 0, 60], [0, 1], 4, LearningTask.Regression, 0),
            new([1, 0, 0, 70, 1, 0, 0, 20, 1, 0, 0, 30], [0, 0, 0], 4, LearningTask.Regression, 0)];
        PreparationSteps steps = PreparationSteps.For(
            PreparationTerms.For(ScalingKind.Federated, schema, 4, LearningTask.Regression, 0), 4096);
        Assert.Equal(2 + 3 + 11, steps.Length);
        PreparedState state = await PreparationRun.RunAsync(steps, Sites(rows), new PlaintextSum(), 1,
            cancellationToken: Token);
        FeatureScaling expected = FeatureScaling.Standard(FeatureStatistics.Of(RawDataset.Concatenate(rows)));
        Assert.Equal(expected.Offset, state.Shared!.Offset);
        Assert.All(Enumerable.Range(0, 4), f => Assert.Equal(expected.Factor[f], state.Shared.Factor[f], 1e-12));
    }

    [Fact]
    public async Task Scaling_by_site_has_a_shared_one_for_unknown_sites()
    {
        RawDataset[] rows = [new([1, 5, 3, 5], [0, 0], 2, LearningTask.Regression, 0),
            new([10, double.NaN, 20, double.NaN], [0, 0], 2, LearningTask.Regression, 0)];
        PreparationTerms terms = PreparationTerms.For(ScalingKind.MinMax, null, 2, LearningTask.Regression, 0);
        PreparedState state = await PreparationRun.RunAsync(PreparationSteps.For(terms, 4096), Sites(rows),
            new PlaintextSum(), 1, cancellationToken: Token);

        // The mean of the sites' least values and of their largest ones.
        Assert.Equal([5.5, 5], state.Shared!.Offset);
        Assert.Equal(1 / (11.5 - 5.5), state.Shared.Factor[0], 1e-12);
        Assert.Equal(0, state.Shared.Factor[1]);
        Assert.Equal([0f, 0, 1, 0], state.Scale(terms, new RawSite("b", rows[1], null)).Train.Features);

        PreparationTerms own = PreparationTerms.For(ScalingKind.Site, null, 2, LearningTask.Regression, 0);
        state = await PreparationRun.RunAsync(PreparationSteps.For(own, 4096), Sites(rows), new PlaintextSum(), 1,
            cancellationToken: Token);
        Assert.Equal(8.5, state.ScalingOf(own, null)!.Offset[0]);
        Assert.Equal(15, state.ScalingOf(own, rows[1])!.Offset[0]);
        Assert.Equal(5, state.ScalingOf(own, rows[1])!.Offset[1]);
    }

    [Fact]
    public async Task Numbers_that_cannot_be_summed_are_refused_by_column()
    {
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Federated, null, 1, LearningTask.Regression, 0) with
        { Names = ["income"] };
        RawDataset rows = new([1, 1e30], [0, 0], 1, LearningTask.Regression, 0);
        DataFormatException fault = await Assert.ThrowsAsync<DataFormatException>(() =>
            PreparationRun.RunAsync(PreparationSteps.For(terms, 4096), Sites([rows]), new PlaintextSum(), 1,
                cancellationToken: Token));
        Assert.Contains("income", fault.Message, StringComparison.Ordinal);
        Assert.Contains("1E+30", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_find_out_takes_no_step()
    {
        FeatureScaling given = FeatureScaling.Declared([0], [1]);
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Fixed, null, 1, LearningTask.Binary, 2) with
        { Fixed = given };
        PreparationSteps steps = PreparationSteps.For(terms, 512);
        Assert.Empty(steps.Steps);
        Assert.Same(given, steps.Read([], 0).Shared);
        PreparationSteps counted = PreparationSteps.For(terms with { Rows = true }, 512);
        Assert.Equal(2, counted.Length);
        PreparedState state = counted.Read([4, 100], 1);
        Assert.Equal(25, state.WeightUnit);
        Assert.Same(given, state.Shared);
        Assert.Throws<ArgumentException>(() => counted.Read([0, 0], 1));
        Assert.Throws<ArgumentException>(() => counted.Read([4], 1));
    }

    [Fact]
    public void Missing_numbers_without_scaling_are_refused_in_arrays()
    {
        RawDataset rows = new([1, double.NaN], [0, 0], 1, LearningTask.Regression, 0);
        Assert.Throws<DataFormatException>(() => PreparedState.Empty.Scale(null, rows, "x.npz"));
    }

    [Fact]
    public void Clips_are_brought_to_the_wire_and_back()
    {
        ModelLayout layout = new([("w", ImmutableArray.Create(2)), ("b", [1])]);
        TensorClips clips = new(layout, [0.25f, 4]);
        float[] update = [0.125f, -0.25f, 2];
        clips.Scale(update, 1);
        Assert.Equal([0.5f, -1, 0.5f], update);
        clips.Unscale(update, 1);
        Assert.Equal([0.125f, -0.25f, 2], update);
        QuantisationGrain grain = clips.Coarsest([0.125f, -0.125f, 2e-4f], 16)!;
        Assert.Equal("b", grain.Tensor);
        Assert.Equal(4 / 32767.0 / 2e-4, grain.StepOverUpdate, 1e-3);
        Assert.Null(clips.Coarsest(new float[3], 16));
        Assert.Equal([2f, 2], new TensorClips(layout, [2]).Values);
        Assert.Throws<ArgumentException>(() => new TensorClips(layout, [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => new TensorClips(layout, [0]));
    }

    /// <summary>
    /// A bias whose updates cancel over the sites is rightly still; one that rounding moves more than training moves
    /// anything is not.
    /// </summary>
    [Theory]
    [InlineData(0.01f, 6e-10f, 16, 0f, "w")]
    [InlineData(0.01f, 2e-5f, 16, 0f, "b")]
    [InlineData(0.01f, 6e-10f, 8, 0f, "b")]
    [InlineData(1e-8f, 1e-8f, 24, 1f, null)]
    [InlineData(1e-8f, 1e-8f, 8, 1f, "b")]
    public void A_step_is_told_only_where_it_could_matter(float weight, float bias, int bits, float own, string? tensor)
    {
        TensorClips clips = new(new ModelLayout([("w", ImmutableArray.Create(2)), ("b", [1])]), [0.25f, 4]);
        Assert.Equal(tensor, clips.Coarsest([weight, -weight, bias], bits, [own, own, own])?.Tensor);
    }

    [Fact]
    public void The_most_clipped_tensor_is_found_in_the_units_of_the_weights()
    {
        TensorClips clips = new(new ModelLayout([("w", ImmutableArray.Create(2)), ("b", [1])]), [0.25f, 4]);
        float[][] updates = [[1, -0.5f, 6], [0.5f, 0.25f, 1], [-0.75f, 0.25f, 2]];
        Assert.Null(clips.MostClipped([[0.25f, 0.25f, 4]], 4));
        foreach (float[] update in updates)
        {
            clips.Scale(update, 1);
        }

        ClippedTensor most = clips.MostClipped(updates, 1)!;
        Assert.Equal(("w", 4 / 6.0, 6.0), (most.Tensor, most.Share, most.Largest));
    }

    /// <summary>
    /// Ten million rows of a column that starts in 1970, generated site by site: the sums add up to the exact ones of
    /// the whole.
    /// </summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Ten_million_rows_keep_nine_digits()
    {
        const int Sites = 10;
        const int RowsPerSite = 1_000_000;
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Federated, null, 1, LearningTask.Regression, 0);
        PreparationSteps steps = PreparationSteps.For(terms, 4096);
        long[] totals = new long[steps.Length];
        for (int s = 0; s < Sites; s++)
        {
            double[] values = new double[RowsPerSite];
            for (int i = 0; i < RowsPerSite; i++)
            {
                // 1.7e12 + k for k = 0 .. 10^7 - 1, dealt out: mean and variance are known exactly.
                values[i] = 1.7e12 + ((long)i * Sites) + s;
            }

            RawDataset data = new(values, new double[RowsPerSite], 1, LearningTask.Regression, 0);
            long[] counters = await steps.Steps[0].ContributeAsync(new PreparingSite($"s{s}", data, null!),
                PreparedState.Empty, Token);
            totals = [.. totals.Zip(counters, (a, b) => a + b)];
        }

        double n = (double)Sites * RowsPerSite;
        double expectedMean = 1.7e12 + ((n - 1) / 2);
        double deviation = Math.Sqrt(((n * n) - 1) / 12 * (n / (n - 1)));
        FeatureScaling scaling = steps.Read(totals, 1).Shared!;
        Assert.Equal(0, (scaling.Offset[0] / expectedMean) - 1, 1e-12);
        Assert.Equal(0, (scaling.Factor[0] * deviation) - 1, 1e-9);
    }
}
