using SecureFL.Messages.Violations;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;

namespace SecureFL.Client.Models;

/// <summary>A file that the server sends in parts, resumed where a former attempt stopped.</summary>
internal static class PartialFile
{
    /// <summary>Brings the file to its whole length.</summary>
    /// <param name="draft">The file; what came before stays in it.</param>
    /// <param name="ask">Asks for the parts from an offset on.</param>
    /// <param name="least">Fewest bytes that it can have.</param>
    /// <param name="most">Most bytes that it can have.</param>
    /// <param name="cancellationToken">Ends the transfer; what came stays for the next one.</param>
    /// <exception cref="ProtocolViolationException">The server sends another length, parts out of order, or fewer than
    /// it says; nothing of it stays.</exception>
    /// <exception cref="GrpcException">The transfer broke off, or the server does not have the file.</exception>
    internal static async Task TransferAsync(string draft, Func<ulong, IAsyncEnumerable<ModelPart>> ask, ulong least,
        ulong most, CancellationToken cancellationToken)
    {
        FileStream file = new(draft, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        await using (file.ConfigureAwait(false))
        {
            if ((ulong)file.Length > most)
            {
                file.SetLength(0);
            }

            file.Position = file.Length;
            if (least == most && (ulong)file.Position == most)
            {
                return;
            }

            ulong? total = null;
            await foreach (ModelPart part in ask((ulong)file.Position)
                .WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                ulong at = (ulong)file.Position;
                if (part.TotalBytes < least || part.TotalBytes > most || part.TotalBytes != (total ?? part.TotalBytes)
                    || part.Offset != at || part.TotalBytes < at || (ulong)part.Data.Length > part.TotalBytes - at)
                {
                    file.SetLength(0);
                    throw new ProtocolViolationException(
                        ViolationCode.Oversized,
                        Party.Server,
                        $"bytes {at} on of {(least == most ? $"{most}" : $"{least} to {most}")} bytes",
                        $"{part.Data.Length} bytes at {part.Offset} of {part.TotalBytes}");
                }

                total = part.TotalBytes;
                await file.WriteAsync(part.Data.Memory, cancellationToken).ConfigureAwait(false);
            }

            // A line that breaks is a fault of the call; this the server calls the whole file.
            if ((ulong)file.Position != total)
            {
                long sent = file.Position;
                file.SetLength(0);
                throw new ProtocolViolationException(ViolationCode.Truncated, Party.Server,
                    $"all of {total ?? most} bytes", $"the end of the transfer at byte {sent}");
            }
        }
    }
}
