using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using SecureFL.Client.Logging;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Formats;

namespace SecureFL.Client.Models;

/// <summary>
/// Fetches the weights of model versions: resumed where a former attempt stopped, kept under their digest, and believed
/// only if the client computes that digest from them itself. Not thread-safe.
/// </summary>
internal sealed class ModelDownload
{
    private const string Suffix = ".f32";
    private const string Draft = ".part";
    private readonly ServerLink _link;
    private readonly string _folder;
    private readonly ILogger _logger;

    internal ModelDownload(ServerLink link, string folder, ILogger logger)
    {
        _link = link;
        _folder = Directory.CreateDirectory(folder).FullName;
        _logger = logger;
    }

    /// <summary>The version that a session ended with, as the server says.</summary>
    /// <exception cref="ProtocolViolationException">It names none.</exception>
    internal static ModelStamp StampOf(RoundState ended) =>
        ended.ModelDigest.Length == Digest.Size && ended.ModelVersion <= int.MaxValue
        ? new ModelStamp((int)ended.ModelVersion, new Digest(ended.ModelDigest.Span))
        : throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.Server,
            $"a version up to {int.MaxValue} and a model digest of {Digest.Size} bytes at the session's end",
            $"version {ended.ModelVersion}, {ended.ModelDigest.Length} bytes");

    /// <summary>The weights of one version.</summary>
    /// <param name="stamp">Its number and digest.</param>
    /// <param name="length">Weights of the model.</param>
    /// <param name="cancellationToken">Ends the transfer; what came stays for the next one.</param>
    /// <exception cref="ProtocolViolationException">The server sent something else.</exception>
    /// <exception cref="GrpcException">The transfer broke off, or the server does not have it.</exception>
    internal async Task<float[]> FetchAsync(ModelStamp stamp, int length, CancellationToken cancellationToken)
    {
        string path = Path.Combine(_folder, stamp.Digest + Suffix);
        if (File.Exists(path) && Read(path, stamp, length) is float[] kept)
        {
            return kept;
        }

        string draft = path + Draft;
        ulong total = checked((ulong)length * sizeof(float));
        await PartialFile.TransferAsync(draft, offset => _link.GetModelAsync(stamp.Digest, offset, cancellationToken),
            total, total, cancellationToken).ConfigureAwait(false);
        if (Read(draft, stamp, length) is not float[] weights)
        {
            File.Delete(draft);
            throw new ProtocolViolationException(
                ViolationCode.WrongBaseVersion, Party.Server,
                $"the weights of version {stamp.Version}, model {stamp.Digest.ToShortString()}", "other weights");
        }

        File.Move(draft, path, overwrite: true);
        ForgetOthers(path);
        ClientLog.ModelFetched(_logger, stamp.Digest.ToShortString(), (long)length * sizeof(float));
        return weights;
    }

    /// <summary>Keeps values that the client has made itself, as if they had been fetched.</summary>
    internal void Keep(ModelStamp stamp, float[] values)
    {
        string path = Path.Combine(_folder, stamp.Digest + Suffix);
        WholeFile.Write(path, MemoryMarshal.AsBytes<float>(values));
        ForgetOthers(path);
    }

    private static float[]? Read(string path, ModelStamp stamp, int length)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length != (long)length * sizeof(float))
        {
            return null;
        }

        float[] weights = new float[length];
        for (int i = 0; i < length; i++)
        {
            weights[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        }

        return ModelStamp.Of(stamp.Version, weights) == stamp ? weights : null;
    }

    private void ForgetOthers(string kept)
    {
        foreach (string other in Directory.EnumerateFiles(_folder)
            .Where(file => file != kept && Path.GetFileName(file).Contains(Suffix, StringComparison.Ordinal)))
        {
            File.Delete(other);
        }
    }
}
