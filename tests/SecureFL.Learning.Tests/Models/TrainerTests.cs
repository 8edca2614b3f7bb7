using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Tests.Models;

public class TrainerTests
{
    [Fact]
    public async Task One_seed_gives_one_result_bit_for_bit()
    {
        ModelSpec spec = ModelSpec.For(TestData.Random(ModelSpec.Softmax(200, 3), 1, 1), 33);
        Dataset data = TestData.Random(spec, 150, 3);
        float[] first = await TrainAsync(spec, data, new LocalTrainingOptions { BatchSize = 16, Epochs = 3 }, 7);
        byte[] ballast = new byte[12345];
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        Assert.Equal(first, await TrainAsync(spec, data, new LocalTrainingOptions { BatchSize = 16, Epochs = 3 }, 7));
        Assert.NotEqual(first,
            await TrainAsync(spec, data, new LocalTrainingOptions { BatchSize = 16, Epochs = 3 }, 8));
        GC.KeepAlive(ballast);
    }

    [Fact]
    public void Regressions_start_at_zero_and_perceptrons_at_seeded_weights()
    {
        Assert.All(new FeedForwardModel(ModelSpec.Softmax(4, 3)).CreateInitial(1).Values,
            value => Assert.Equal(0, value));
        ModelSpec spec = ModelSpec.For(TestData.Random(ModelSpec.Logistic(400), 1, 1), 100);
        ModelParameters parameters = new FeedForwardModel(spec).CreateInitial(1);
        float[] weights = parameters["layers.0.weight"].ToArray();

        // 40,000 weights of variance 2/400: the sample variance lies within 5 standard errors (3.5%), false alarm below
        // 10^-6.
        Assert.InRange(weights.Average(w => w * (double)w), 0.005 * 0.965, 0.005 * 1.035);
        Assert.All(parameters["layers.0.bias"].ToArray(), value => Assert.Equal(0, value));
        Assert.Equal(weights, new FeedForwardModel(spec).CreateInitial(1)["layers.0.weight"].ToArray());
        Assert.NotEqual(weights, new FeedForwardModel(spec).CreateInitial(2)["layers.0.weight"].ToArray());
    }

    [Theory]
    [InlineData(LocalOptimizerKind.Sgd)]
    [InlineData(LocalOptimizerKind.Momentum)]
    [InlineData(LocalOptimizerKind.Adam)]
    [InlineData(LocalOptimizerKind.AdamW)]
    [InlineData(LocalOptimizerKind.RmsProp)]
    public void Optimisers_follow_their_published_recurrences(LocalOptimizerKind kind)
    {
        LocalOptimizerOptions options = new() { Kind = kind, LearningRate = 0.1f, WeightDecay = 0.05f };
        LocalOptimizer optimizer = LocalMethods.Of(options.Kind).Create(options, 1);
        float[] w = [1f];
        double x = 1;
        double m = 0;
        double v = 0;
        double[] gradients = [0.5, -2, 0.3, 0];
        for (int t = 1; t <= gradients.Length; t++)
        {
            double g = gradients[t - 1];
            optimizer.Step(w, [(float)g]);
            switch (kind)
            {
                case LocalOptimizerKind.Sgd:
                    x -= 0.1 * g;
                    break;
                case LocalOptimizerKind.Momentum:
                    m = (0.9 * m) + g;
                    x -= 0.1 * m;
                    break;
                case LocalOptimizerKind.RmsProp:
                    v = (0.99 * v) + (0.01 * g * g);
                    x -= 0.1 * g / (Math.Sqrt(v) + 1e-8);
                    break;
                default:
                    m = (0.9 * m) + (0.1 * g);
                    v = (0.999 * v) + (0.001 * g * g);
                    x *= kind == LocalOptimizerKind.AdamW ? 1 - (0.1 * 0.05) : 1;
                    x -= 0.1 * (m / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(v / (1 - Math.Pow(0.999, t))) + 1e-8);
                    break;
            }

            Assert.Equal(x, w[0], 2e-5);
        }
    }

    [Fact]
    public async Task The_proximal_term_and_L2_pull_as_their_gradients_say()
    {
        ModelSpec spec = ModelSpec.Linear(1);
        Dataset data = new([1, 2], [1, 3], 1, LearningTask.Regression, 0);
        LocalTrainingOptions options = new()
        {
            BatchSize = 0,
            Steps = 2,
            ProximalMu = 0.5f,
            L2 = 0.2f,
            Optimizer = new LocalOptimizerOptions { LearningRate = 0.1f },
        };
        float[] reached = await TrainAsync(spec, data, options, 1, [0.4f, -0.1f]);
        double w = 0.4;
        double b = -0.1;
        for (int step = 0; step < 2; step++)
        {
            double gw = ((2 * (w + b - 1) * 1) + (2 * ((2 * w) + b - 3) * 2)) / 2;
            double gb = ((2 * (w + b - 1)) + (2 * ((2 * w) + b - 3))) / 2;
            (w, b) = (w - (0.1 * (gw + (0.2 * w) + (0.5 * (w - 0.4)))), b - (0.1 * (gb + (0.5 * (b + 0.1)))));
        }

        Assert.Equal(w, reached[0], 1e-6);
        Assert.Equal(b, reached[1], 1e-6);
    }

    [Fact]
    public void Batches_cover_every_row_once_a_pass()
    {
        BatchSampler sampler = new(10, 4, SeededRandom.For(1, "batches"));
        Assert.Equal(3, sampler.BatchesPerPass);
        for (int pass = 0; pass < 5; pass++)
        {
            List<int> seen = [];
            int[] sizes = new int[3];
            for (int batch = 0; batch < 3; batch++)
            {
                ReadOnlySpan<int> rows = sampler.Next();
                sizes[batch] = rows.Length;
                seen.AddRange(rows);
            }

            Assert.Equal([4, 4, 2], sizes);
            Assert.Equal(Enumerable.Range(0, 10), seen.Order());
        }

        BatchSampler full = new(10, 0, SeededRandom.For(1, "batches"));
        Assert.Equal(Enumerable.Range(0, 10), full.Next().ToArray());
    }

    [Fact]
    public async Task Divergence_is_named()
    {
        ModelSpec spec = ModelSpec.Linear(3);
        LocalTrainingOptions options = new()
        { Epochs = 50, Optimizer = new LocalOptimizerOptions { LearningRate = 1e6f } };
        TrainingDivergedException fault =
            await Assert.ThrowsAsync<TrainingDivergedException>(
                () => TrainAsync(spec, TestData.Random(spec, 50, 1), options, 1));
        Assert.Contains("here", fault.Message, StringComparison.Ordinal);
        Assert.Contains("round 4", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new LocalTrainingOptions { BatchSize = -1 }.Check(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LocalTrainingOptions { Epochs = 0 }.Check(2));
        Assert.Throws<ArgumentException>(() => new LocalTrainingOptions { ClassWeights = [1] }.Check(2));
        Assert.Throws<ArgumentException>(
            () => new LocalTrainingOptions { Optimizer = new LocalOptimizerOptions { LearningRate = 0 } }.Check(2));
        Assert.Throws<ArgumentException>(() => (ModelSpec.Softmax(3, 1)).Check());
        Assert.Throws<ArgumentException>(() => (ModelSpec.Logistic(0)).Check());
    }

    [Fact]
    public void A_bundle_survives_its_file_and_bad_ones_are_refused()
    {
        RawTable table = ReadTable("age,sex,ill\n50,m,yes\n60,f,no\n70,m,no\n");
        TableSchema schema = SchemaInference.Infer([table], new SchemaOptions { Label = "ill" });
        RawDataset raw = new TableEncoder(schema).Encode(table).Data;
        Dataset data = raw.ToDataset();
        ModelSpec spec = ModelSpec.For(data, 3);
        ModelBundle bundle = new()
        {
            Parameters = new FeedForwardModel(spec).CreateInitial(4),
            Spec = spec,
            Schema = schema,
            Scalings = System.Collections.Immutable.ImmutableSortedDictionary<string, FeatureScaling>.Empty
                .Add("a", FeatureScaling.Standard(FeatureStatistics.Of(raw))),
        };
        MemoryStream file = new();
        bundle.Write(file);
        ModelBundle back = ModelBundle.Read(new MemoryStream(file.ToArray()), "model");
        Assert.Equal(bundle.Parameters.Values, back.Parameters.Values);
        Assert.Equal(schema.Digest, back.Schema!.Digest);
        Assert.Equal(bundle.ScalingFor("a")!.Apply(raw).Features, back.ScalingFor("a")!.Apply(raw).Features);
        Assert.Throws<ArgumentException>(() => back.ScalingFor("b"));
        Assert.Equal(
            new FeedForwardModel(spec).Predict(bundle.Parameters.Values, data),
            new FeedForwardModel(back.Spec!).Predict(back.Parameters.Values, data));

        MemoryStream other = new();
        (bundle with { Schema = schema with { Features = schema.Features[..1] } }).Write(other);
        Assert.Throws<DataFormatException>(() => ModelBundle.Read(new MemoryStream(other.ToArray()), "model"));
        float[] poisoned = [.. bundle.Parameters.Values];
        poisoned[1] = float.NaN;
        MemoryStream third = new();
        (bundle with { Parameters = new ModelParameters(bundle.Parameters.Layout, poisoned) }).Write(third);
        Assert.Throws<DataFormatException>(() => ModelBundle.Read(new MemoryStream(third.ToArray()), "model"));

        MemoryStream otherTask = new();
        (bundle with
        {
            Schema = schema with
            {
                Label = new LabelSchema
                { Name = "ill", Task = LearningTask.MultiClass, Classes = ["a", "b", "c"] }
            }
        }).Write(otherTask);
        Assert.Contains(
            "a Binary model of 2 classes with a MultiClass label of 3 classes",
            Assert.Throws<DataFormatException>(
                () => ModelBundle.Read(new MemoryStream(otherTask.ToArray()), "model")).Message,
                StringComparison.Ordinal);
        MemoryStream scaledClasses = new();
        (bundle with { Targets = new TargetScaling(1, 2) }).Write(scaledClasses);
        Assert.Throws<DataFormatException>(() => ModelBundle.Read(new MemoryStream(scaledClasses.ToArray()), "model"));

        // A description may ask for more memory than the file has bytes: nothing is allocated for it.
        MemoryStream huge = new();
        Safetensors.Write(
            huge, [new("layers.0.weight", TensorData.FromFloats([1, 2], 1, 2))],
            new Dictionary<string, string>
            { ["securefl.model"] = """{"Task":"Binary","Inputs":500000000,"Outputs":1,"Hidden":[]}""" });
        long before = GC.GetAllocatedBytesForCurrentThread();
        DataFormatException tooLarge =
            Assert.Throws<DataFormatException>(() => ModelBundle.Read(new MemoryStream(huge.ToArray()), "model"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
        Assert.Contains("tensor layers.0.weight has shape 1 x 2, expected 1 x 500000000", tooLarge.Message,
            StringComparison.Ordinal);

        MemoryStream weightsAlone = new();
        Safetensors.Write(weightsAlone,
            [new("conv", TensorData.FromFloats([1, 2], 2)), new("steps", TensorData.FromInt64([3], 1))]);
        ModelBundle external = ModelBundle.Read(new MemoryStream(weightsAlone.ToArray()), "model");
        Assert.Null(external.Spec);
        Assert.Equal([1, 2], external.Parameters.Values);
    }

    private static RawTable ReadTable(string text) => CsvTableReader.Read(new StringReader(text), "t.csv");

    private static async Task<float[]> TrainAsync(ModelSpec spec, Dataset data, LocalTrainingOptions options,
        ulong seed, float[]? from = null)
    {
        GradientTrainer trainer = new(spec, options);
        LocalTrainingRequest request = new()
        {
            Global = from is null ? trainer.CreateInitial(1) : new ModelParameters(trainer.Layout, from),
            Train = data,
            Site = "here",
            SiteIndex = 0,
            Round = 4,
            Seed = seed,
        };
        return (await trainer.TrainAsync(request, TestContext.Current.CancellationToken)).Weights;
    }

    [Fact]
    public void Every_kind_has_one_row_whose_settings_exist_and_an_unknown_one_is_refused()
    {
        Assert.Equal(Enum.GetValues<LocalOptimizerKind>(), LocalMethods.All.Select(method => method.Kind));
        Assert.All(LocalMethods.All,
            method => Assert.All(method.Uses, name => Assert.NotNull(typeof(LocalOptimizerOptions).GetProperty(name))));
        Assert.All(LocalMethods.All, method => method.Defaults.Check());
        LocalTrainingOptions unknown = new()
        { Optimizer = new LocalOptimizerOptions { Kind = (LocalOptimizerKind)99 } };
        Assert.Throws<ArgumentException>(() => unknown.Check(2));
    }
}
