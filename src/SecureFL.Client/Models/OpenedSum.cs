using System.Buffers.Binary;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Client.Models;

/// <summary>
/// What made a model version, as the server sends it: summed ciphertexts, evidence, the evidence's length. Nothing of
/// it is believed before <see cref="Verify"/>. Disposing it removes the file.
/// </summary>
internal sealed class OpenedSum : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;

    private OpenedSum(string path, FileStream file, SumEvidence evidence)
    {
        _path = path;
        _file = file;
        Evidence = evidence;
    }

    /// <summary>Opening, certificate, releases, and the versions before and after; not checked yet.</summary>
    internal SumEvidence Evidence { get; }

    /// <summary>Reads a file that has come whole.</summary>
    /// <exception cref="ProtocolViolationException">It is no such file.</exception>
    internal static OpenedSum Open(string path, AggregationPlan plan)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1 << 16);
        try
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            file.Position = Math.Max(0, file.Length - length.Length);
            file.ReadAtLeast(length, length.Length, throwOnEndOfStream: false);
            int bytes = BinaryPrimitives.ReadInt32LittleEndian(length);
            long ciphertexts = file.Length - length.Length - bytes;
            if (bytes < 0 || bytes > OpenedSumLimits.EvidenceBytes(plan) || ciphertexts < 0)
            {
                throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.Server,
                    $"evidence of at most {OpenedSumLimits.EvidenceBytes(plan)} bytes at the end of a sum",
                    $"{bytes} bytes in a file of {file.Length}");
            }

            byte[] evidence = new byte[bytes];
            file.Position = ciphertexts;
            file.ReadExactly(evidence);
            SumEvidence parsed = SumEvidence.Parse(evidence, plan.Limits);

            // Ciphertexts that are too short shall end, and not go on in the evidence.
            file.SetLength(ciphertexts);
            return new OpenedSum(path, file, parsed);
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Opens the sums.</summary>
    /// <exception cref="ProtocolViolationException">They are not those of the certified contributions.</exception>
    internal AggregationResult Verify(AggregationClient client, ModelVersion head, ISumSink sink)
    {
        _file.Position = 0;
        AggregationResult result = client.VerifySum(head, Evidence, _file, sink)
            ?? throw new InvalidOperationException("clients of this suite take the server's word");
        return _file.Position == _file.Length ? result
            : throw new ProtocolViolationException(ViolationCode.TrailingBytes, Party.Server,
                $"summed ciphertexts of {_file.Position} bytes", $"{_file.Length} bytes");
    }

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_path);
    }
}
