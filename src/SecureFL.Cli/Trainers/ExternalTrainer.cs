using SecureFL.Learning;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;

namespace SecureFL.Cli.Trainers;

/// <summary>
/// Any command as a trainer. Its last argument is a folder with <c>task.json</c>; for "initialise" it leaves
/// <c>trained.safetensors</c>; for "train" it finds
/// <c>weights.safetensors</c> (to train from), <c>evaluated.safetensors</c> (to measure), <c>train.npz</c> and perhaps
/// <c>test.npz</c> (arrays x and y), and leaves
/// <c>trained.safetensors</c> and <c>result.json</c>; for "evaluate" it measures <c>evaluated.safetensors</c> on
/// <c>train.npz</c>; for "predict" it finds <c>evaluated.safetensors</c> and <c>rows.npz</c> (array x) and leaves
/// <c>predictions.npz</c> (array p). Thread-safe: every call has a folder of its own.
/// </summary>
internal sealed class ExternalTrainer : ILocalTrainer
{
    private readonly IReadOnlyList<string> _command;
    private readonly ModelParameters _initial;
    private readonly Dataset _example;
    private readonly ulong _seed;
    private readonly TimeSpan? _limit;

    private ExternalTrainer(IReadOnlyList<string> command, ModelParameters initial, Dataset example, ulong seed,
        TimeSpan? limit)
    {
        _limit = limit;
        _command = command;
        _initial = initial;
        _example = example;
        _seed = seed;
        Metrics = new MetricLayout(example.Task, example.ClassCount);
    }

    /// <inheritdoc/>
    public ModelLayout Layout => _initial.Layout;

    /// <inheritdoc/>
    public MetricLayout Metrics { get; }

    /// <summary>
    /// Asks the command for the model before the first round; the tensors' names and shapes are the command's own.
    /// </summary>
    internal static async Task<ExternalTrainer> StartAsync(string command, Dataset example, ulong seed, TimeSpan? limit,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<string> words = CommandText.Split(command);
        TrainerTask task = new("initialise", "", 0, SeedFor(seed, -1, 0), example.Width, example.ClassCount);
        ModelParameters initial = await TrainerProcess.RunAsync(
            words, folder => TrainerFiles.WriteTask(folder, task), folder => TrainerFiles.ReadWeights(folder, null),
            cancellationToken, limit: limit).ConfigureAwait(false);
        return new ExternalTrainer(words, initial, example, seed, limit);
    }

    /// <summary>A trainer of a model whose tensors are agreed on and whose first weights come from elsewhere.</summary>
    internal static ExternalTrainer For(string command, ModelLayout layout, Dataset example, ulong seed,
        TimeSpan? limit = null) =>
        new(CommandText.Split(command), new ModelParameters(layout, new float[layout.Length]), example, seed, limit);

    /// <inheritdoc/>
    public ModelParameters CreateInitial(ulong seed) => _initial.Clone();

    /// <inheritdoc/>
    public async ValueTask<LocalTrainingResult> TrainAsync(LocalTrainingRequest request,
        CancellationToken cancellationToken = default) =>
        (await TrainAndEvaluateAsync(request, request.Global, null, cancellationToken).ConfigureAwait(false)).Training;

    /// <inheritdoc/>
    public async ValueTask<EvaluationCounts> EvaluateAsync(ModelParameters model, Dataset data,
        CancellationToken cancellationToken = default)
    {
        TrainerTask task = new("evaluate", "", 0, SeedFor(_seed, -1, 0), _example.Width, _example.ClassCount);
        TrainerResult result = await TrainerProcess.RunAsync(
            _command,
            folder =>
            {
                TrainerFiles.WriteTask(folder, task);
                TrainerFiles.WriteWeights(folder, "evaluated.safetensors", model);
                TrainerFiles.WriteData(folder, "train.npz", data);
            },
            TrainerFiles.ReadResult,
            cancellationToken,
            limit: _limit).ConfigureAwait(false);
        return Count(result.Train, data, "train");
    }

    /// <inheritdoc/>
    public async ValueTask<LocalRoundResult> TrainAndEvaluateAsync(
        LocalTrainingRequest request, ModelParameters evaluated, Dataset? test,
        CancellationToken cancellationToken = default)
    {
        TrainerTask task = new(
            "train", request.Site, request.Round, SeedFor(request.Seed, request.SiteIndex, request.Round),
            _example.Width, _example.ClassCount);
        (ModelParameters trained, TrainerResult result) = await TrainerProcess.RunAsync(
            _command,
            folder =>
            {
                TrainerFiles.WriteTask(folder, task);
                TrainerFiles.WriteWeights(folder, "weights.safetensors", request.Global);
                TrainerFiles.WriteWeights(folder, "evaluated.safetensors", evaluated);
                TrainerFiles.WriteData(folder, "train.npz", request.Train);
                if (test is not null)
                {
                    TrainerFiles.WriteData(folder, "test.npz", test);
                }
            },
            folder => (TrainerFiles.ReadWeights(folder, Layout), TrainerFiles.ReadResult(folder)),
            cancellationToken,
            limit: _limit).ConfigureAwait(false);
        return result.Samples < 1
            ? throw new TrainerFaultException($"result.json: a sample count of {result.Samples}")
            : new LocalRoundResult(
                new LocalTrainingResult(trained.Values, result.Samples), Count(result.Train, request.Train, "train"),
                test is null ? null : Count(result.Test, test, "test"));
    }

    /// <summary>What <paramref name="model"/> says of the rows, by the command.</summary>
    internal static Task<Predictions> PredictAsync(string command, ModelParameters model, Dataset rows,
        CancellationToken cancellationToken)
    {
        TrainerTask task = new("predict", "", 0, 0, rows.Width, rows.ClassCount);
        return TrainerProcess.RunAsync(
            CommandText.Split(command),
            folder =>
            {
                TrainerFiles.WriteTask(folder, task);
                TrainerFiles.WriteWeights(folder, "evaluated.safetensors", model);
                TrainerFiles.WriteFeatures(folder, "rows.npz", rows);
            },
            folder => TrainerFiles.ReadPredictions(folder, rows.Count, rows.ClassCount),
            cancellationToken);
    }

    // 31 bits, which every language's generator takes.
    private static long SeedFor(ulong seed, int site, int round) =>
        (long)(SeededRandom.For(seed, "external-trainer", site, round).NextUInt64() >> 33);

    private EvaluationCounts Count(TrainerMetrics? metrics, Dataset data, string part)
    {
        if (metrics is null || metrics.Samples != data.Count || metrics.Correct < 0 || metrics.Correct > data.Count
            || !double.IsFinite(metrics.Loss))
        {
            throw new TrainerFaultException(
                $"result.json: the metrics on {part}.npz are missing, not finite, or not those of {data.Count} rows");
        }

        return EvaluationCounts.FromTotals(Metrics, data, metrics.Loss * metrics.Samples, metrics.Correct);
    }
}
