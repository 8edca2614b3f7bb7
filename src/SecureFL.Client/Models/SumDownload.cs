using System.Globalization;
using Grpc.Core;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;

namespace SecureFL.Client.Models;

/// <summary>Fetches what made a model version, resumed where a former attempt stopped. Not thread-safe.</summary>
internal sealed class SumDownload(AggregationPlan plan, ServerLink link, string folder)
{
    private const string Suffix = ".sum.part";

    /// <summary>The sum that made a version, with its evidence; neither is checked.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">The server sent what is none.</exception>
    /// <exception cref="GrpcException">The transfer broke off, or the server does not keep it.
    /// </exception>
    internal async Task<OpenedSum> FetchAsync(ulong version, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        string draft = Path.Combine(folder, version.ToString(CultureInfo.InvariantCulture) + Suffix);
        foreach (string other in Directory.EnumerateFiles(folder, "*" + Suffix).Where(file => file != draft).ToArray())
        {
            File.Delete(other);
        }

        try
        {
            await PartialFile.TransferAsync(draft, offset => link.GetSumAsync(version, offset, cancellationToken),
                least: sizeof(int), OpenedSumLimits.FileBytes(plan), cancellationToken).ConfigureAwait(false);
        }
        catch (GrpcException fault) when (fault.StatusCode == StatusCode.OutOfRange)
        {
            // More came before than there is: what is here is nothing to go on from.
            File.Delete(draft);
            throw new GrpcException(StatusCode.Unavailable, fault.Message);
        }

        return OpenedSum.Open(draft, plan);
    }
}
