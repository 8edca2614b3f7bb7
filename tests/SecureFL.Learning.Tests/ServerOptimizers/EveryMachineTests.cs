using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using SecureFL.Learning.Data;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;

namespace SecureFL.Learning.Tests.ServerOptimizers;

/// <summary>
/// From an opened sum to the next model, every machine gets the same bits: clients work out for themselves what the
/// server signs.
/// </summary>
public class EveryMachineTests
{
    private const int Steps = 6;

    private static readonly float[] Awkward =
    [
        0, -0f, float.Epsilon, -float.Epsilon, 3e-45f, 1e-40f, -1.1754942e-38f, 1.1754944e-38f, 1e-20f, -1e-10f, 0.1f,
        1 / 3f, -0.5f, 1, 1 + 1.1920929e-7f, -2, 1e7f, 16777217, -1e19f, 1.8446744e19f, 1e30f, -1e38f,
        float.MaxValue, float.MinValue,
    ];

    public static TheoryData<string, bool> Methods => [.. ServerMethods.All.SelectMany(method =>
        new[] { false, true }.Select(corrected => new TheoryDataRow<string, bool>(method.Key, corrected)))];

    /// <summary>Vectors of an odd length, so that whatever is done in blocks has a rest.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void A_step_is_plain_arithmetic_one_element_after_another(string key, bool corrected)
    {
        ServerOptimizerOptions options = Options(key, corrected);
        int length = (Awkward.Length * Awkward.Length) + 7;
        float[] weights = [.. Enumerable.Range(0, length).Select(i => Awkward[i % Awkward.Length])];
        float[] plain = [.. weights];
        ServerOptimizer optimizer = new(options, length);
        PlainStep reference = new(options, length);
        for (int t = 0; t < Steps; t++)
        {
            float[] mean = [.. Enumerable.Range(0, length)
                .Select(i => Awkward[((i / Awkward.Length) + (t * 5)) % Awkward.Length])];
            optimizer.Step(weights, mean);
            reference.Take(plain, mean);
            Assert.Equal(Bits(plain), Bits(weights));
            Assert.Equal(Bits(reference.Moments.Take(optimizer.FirstMoment.Length + optimizer.SecondMoment.Length)),
                Bits([.. optimizer.FirstMoment, .. optimizer.SecondMoment]));
        }
    }

    /// <summary>Unscaled by the tensors' clips, taken as a mean, stepped along, averaged: the whole way.</summary>
    [Theory]
    [InlineData("fedAvg", "dcf42a29")]
    [InlineData("fedAvgM", "1af7fad8")]
    [InlineData("fedAdagrad", "17cf5041")]
    [InlineData("fedAdam", "d359aeb0")]
    [InlineData("fedYogi", "aa7ede3a")]
    public void Every_machine_gets_these_values(string key, string due)
    {
        RequireWhatTheSettingsSay();
        ModelLayout layout = new([("one", [Awkward.Length]), ("two", [Awkward.Length + 3])]);
        TensorClips clips = new(layout, [0.3f, 7]);
        RoundCounters counters = new(new MetricLayout(LearningTask.Binary, 2));
        FederationOptions options = new()
        {
            Stopping = new StoppingRules { Rounds = Steps },
            ServerOptimizer = Options(key, corrected: true),
            AverageDecay = 0.9,
        };
        GlobalModel model = new(options, layout, new TrainingCheckpoint
        {
            RunDigest = "",
            Version = 0,
            Weights = [.. Enumerable.Range(0, layout.Length).Select(i => Awkward[i % Awkward.Length])],
            WeightUnit = 37.0 / 3,
        });
        for (int t = 0; t < Steps; t++)
        {
            float[] sum = [.. Enumerable.Range(0, layout.Length).Select(i => Awkward[((i * 7) + t) % Awkward.Length])];
            RoundReading reading = RoundReading.Of(
                counters, sum, counters.Compose(101 + t, 0, null, null), model.WeightUnit, clips, 8);
            model.Advance(reading.MeanUpdate, new RoundRecord { Round = 0, Contributors = [] });
        }

        float[] values = [.. model.Current.Values, .. model.Delivered.Values, .. model.FirstMoment,
            .. model.SecondMoment];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = float.IsNaN(values[i]) ? float.NaN : values[i];
        }

        Assert.Equal(due, ModelStamp.Of(model.Version, values).Digest.ToShortString());
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("DOTNET_EnableAVX512", "DOTNET_EnableAVX512F")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableFMA")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    [InlineData("DOTNET_TieredCompilation")]
    public async Task Values_are_the_same_at_every_width_of_vectors(params string[] off)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true };
        foreach (string argument in new[]
            { typeof(EveryMachineTests).Assembly.Location, "-class", typeof(EveryMachineTests).FullName!, "-trait-",
                "Category=Slow" })
        {
            start.ArgumentList.Add(argument);
        }

        foreach (string setting in off)
        {
            start.Environment[setting] = "0";
        }

        using Process process = Process.Start(start)!;
        string text = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, text);
        Assert.Contains("Total: 15,", text, StringComparison.Ordinal);
    }

    // A setting that the runtime does not know would show nothing.
    private static void RequireWhatTheSettingsSay()
    {
        static bool IsOff(string name) => Environment.GetEnvironmentVariable($"DOTNET_Enable{name}") == "0";
        Assert.False(IsOff("HWIntrinsic") && Vector128.IsHardwareAccelerated);
        Assert.False(IsOff("AVX2") && Avx2.IsSupported);
        Assert.False(IsOff("AVX512") && Avx512F.IsSupported);
    }

    private static ServerOptimizerOptions Options(string key, bool corrected) =>
        new ServerOptimizerOptions(ServerMethods.Of(key)) { LearningRate = 0.3 }
            .With(ServerSetting.Momentum, 0.7).With(ServerSetting.Beta1, 0.75).With(ServerSetting.Beta2, 0.9375)
            .With(ServerSetting.Tau, 1e-3).With(ServerSetting.BiasCorrection, corrected ? 1 : 0);

    private static uint[] Bits(IEnumerable<float> values) =>
        [.. values.Select(value => BitConverter.SingleToUInt32Bits(float.IsNaN(value) ? float.NaN : value))];
}
