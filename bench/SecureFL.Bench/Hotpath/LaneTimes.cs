using SecureFL.Bench.Measurement;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Bench.Hotpath;

/// <summary>What every arm of quantised integers measures.</summary>
internal sealed class LaneTimes
{
    internal Samples Encrypt { get; } = new();

    internal Samples Online { get; } = new();

    internal Samples Add { get; } = new();

    internal Samples FloatAdd { get; } = new();

    internal Samples Open { get; } = new();

    /// <summary>The arm's figures.</summary>
    /// <param name="arm">Its name.</param>
    /// <param name="parameters">The plan's.</param>
    /// <param name="clients">Clients that were measured.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="exact">Whether the opened sum was the integer sum.</param>
    /// <param name="allocated">Bytes that a chunk allocates.</param>
    internal HotpathArm Figures(string arm, AggregationParameters parameters, int clients, int threads, bool exact,
        double allocated) => new()
        {
            Arm = arm,
            MeasuredParameters = parameters.VectorLength,
            MeasuredClients = clients,
            UploadBytesPerParameter = (double)parameters.UploadBytes / parameters.VectorLength,
            ClientEncryptNsPerParameter = Encrypt.Median,
            ClientOnlineNsPerParameter = Online.Count > 0 ? Online.Median : null,
            ServerAddNsPerParameterPerClient = Add.Median,
            Float32AddNsPerParameter = FloatAdd.Median,
            OpenNsPerParameter = Open.Median,
            SumIsExact = exact,
            AllocatedBytesPerChunk = allocated,
            SecurityBits = parameters.SecurityBits,
            Threads = threads,
            ParameterSet =
            $"{parameters.Ckks}, {parameters.Lanes} "
            + $"lanes{(parameters.JointKey is null ? "" : $", {parameters.JointKey}")}",
            ClientEncryptSpread = Encrypt.Spread,
            ServerAddSpread = Add.Spread,
            Float32AddSpread = FloatAdd.Spread,
        };
}
