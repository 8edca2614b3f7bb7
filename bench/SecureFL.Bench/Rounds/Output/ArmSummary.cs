using SecureFL.Bench.Measurement;
using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Bench.Rounds.Output;

/// <summary>Medians and spreads of an arm's rounds.</summary>
internal static class ArmSummary
{
    internal static ArmFigures Of(ArmRun run, RoundsSettings settings, string transport)
    {
        RoundShape shape = run.Shape;
        List<RoundSample> rounds = run.Samples;
        double values = (double)shape.Parameters * shape.Clients;
        double cpu = Median(rounds, sample => sample.CpuSeconds);
        double encrypt = Median(rounds, sample => sample.EncryptCpuSeconds);
        RoundSample last = rounds[^1];
        double Cpu(Stage stage) => Median(rounds, sample => sample.StageCpuSeconds[(int)stage]);
        double Wall(Stage stage) => Median(rounds, sample => sample.StageWallSeconds[(int)stage]);
        return new ArmFigures
        {
            Arm = run.Arm.Name,
            MeasuredParameters = shape.Parameters,
            MeasuredClients = shape.Clients,
            RequestedParameters = settings.Shape.Parameters,
            RequestedClients = settings.Shape.Clients,
            Bits = shape.Bits,
            KeyHolders = shape.KeyHolders,
            Threshold = shape.Threshold,
            CpuSeconds = cpu,
            CpuSpread = Spread(rounds, sample => sample.CpuSeconds),
            EncryptCpuSeconds = encrypt,
            EncryptSpread = Spread(rounds, sample => sample.EncryptCpuSeconds),
            WallSeconds = Median(rounds, sample => sample.WallSeconds),
            WallSpread = Spread(rounds, sample => sample.WallSeconds),
            WanWallSeconds = run.WanSeconds.Count > 0 ? MedianOf(run.WanSeconds) : null,
            WanSpread = SpreadOf(run.WanSeconds),
            WanMeasuredClients = run.WanSeconds.Count > 0 ? run.WanClients : null,
            WanMegabitsPerSecond = run.WanSeconds.Count > 0 ? settings.Link?.MegabitsPerSecond : null,
            WanDelayMilliseconds = run.WanSeconds.Count > 0 ? settings.Link?.Delay.TotalMilliseconds : null,
            WanLoss = run.WanSeconds.Count > 0 ? settings.Link?.Loss : null,
            UploadBytesPerClient = last.UploadBytesPerClient,
            UploadBytesPerParameter = (double)last.UploadBytesPerClient / shape.Parameters,
            FloorBytesPerParameter = FloorBytes(shape.MaxClients, shape.Bits),
            SumIsExact = rounds.All(sample => sample.Verdict.SumIsExact),
            ClaimsExactness = rounds.All(sample => sample.Verdict.HasIntegers),
            MaxError = rounds.Max(sample => sample.Verdict.MaxError),
            RmsError = rounds.Max(sample => sample.Verdict.RmsError),
            PeakRssBytes = rounds.Max(sample => sample.PeakRssBytes),
            ServerPeakRssBytes = run.RoleMemory?.Server,
            ClientPeakRssBytes = run.RoleMemory?.Client,
            KeyHolderPeakRssBytes = run.RoleMemory?.KeyHolder,
            IdleRssBytes = run.RoleMemory?.Idle,
            SecurityBits = run.Security.Bits,
            SecurityRule = run.Security.Rule,
            ParameterSet = run.ParameterSet,
            Description = run.Arm.Description,
            Transport = transport,
            Threads = settings.Threads,
            Rounds = rounds.Count,
            QuantiseCpuSeconds = Cpu(Stage.Quantise),
            EncryptOnlyCpuSeconds = Cpu(Stage.Encrypt),
            HashCpuSeconds = Cpu(Stage.Hash),
            UploadCpuSeconds = Cpu(Stage.Upload),
            AddCpuSeconds = Cpu(Stage.Add),
            KeyHoldersCpuSeconds = Cpu(Stage.KeyHolders),
            OpenCpuSeconds = Cpu(Stage.Open),
            DownloadCpuSecondsPerClient = Cpu(Stage.Download),
            VerifyCpuSecondsPerClient = Cpu(Stage.Verify),
            QuantiseWallSeconds = Wall(Stage.Quantise),
            EncryptOnlyWallSeconds = Wall(Stage.Encrypt),
            HashWallSeconds = Wall(Stage.Hash),
            UploadWallSeconds = Wall(Stage.Upload),
            AddWallSeconds = Wall(Stage.Add),
            KeyHoldersWallSeconds = Wall(Stage.KeyHolders),
            OpenWallSeconds = Wall(Stage.Open),
            DownloadWallSecondsPerClient = Wall(Stage.Download),
            VerifyWallSecondsPerClient = Wall(Stage.Verify),
            DownloadBytesPerParameter = (double)last.DownloadBytes / shape.Parameters,
            ClientReceivedBytes = last.Bytes.ClientReceived,
            ServerReceivedBytes = last.Bytes.ServerReceived,
            ServerSentBytes = last.Bytes.ServerSent,
            KeyHolderReceivedBytes = last.Bytes.KeyHolderReceived,
            KeyHolderSentBytes = last.Bytes.KeyHolderSent,
            CpuNanosecondsPerParameterAndClient = cpu * 1e9 / values,
            EncryptNanosecondsPerParameterAndClient = encrypt * 1e9 / values,
            ScaledCpuSeconds = cpu * (settings.Shape.Parameters * (double)settings.Shape.Clients / values),
            ScaledUploadBytesPerClient = last.UploadBytesPerClient
                * ((double)settings.Shape.Parameters / shape.Parameters),
        };
    }

    /// <summary>log2(B)/8 with B = 2 n (2^(b-1) - 1) + 1 values of a sum.</summary>
    internal static double FloorBytes(int clients, int bits) =>
        double.Log2((double)AggregationParameters.LaneRadix(clients, bits)) / 8;

    private static double Median(List<RoundSample> rounds, Func<RoundSample, double> figure) =>
        MedianOf([.. rounds.Select(figure)]);

    private static double? Spread(List<RoundSample> rounds, Func<RoundSample, double> figure) =>
        SpreadOf([.. rounds.Select(figure)]);

    private static double MedianOf(List<double> values)
    {
        Samples samples = new();
        foreach (double value in values)
        {
            samples.Add(value);
        }

        return samples.Median;
    }

    private static double? SpreadOf(List<double> values) =>
        values.Count > 1 && MedianOf(values) > 0 ? (values.Max() - values.Min()) / MedianOf(values) : null;
}
