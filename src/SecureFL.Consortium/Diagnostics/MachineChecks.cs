using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using SecureFL.Messages.Text;
using SecureFL.Storage.Devices;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace SecureFL.Consortium.Diagnostics;

/// <summary>Checks of the machine: processor, state folder, port.</summary>
internal static class MachineChecks
{
    private const long Mebibyte = 1 << 20;

    /// <summary>Which path the kernels take: all of them give the same integers, the narrow ones more slowly.</summary>
    internal static CheckResult Processor()
    {
        int width = Avx512F.IsSupported && Avx512DQ.IsSupported && Avx512BW.IsSupported ? 512
            : Avx2.IsSupported && Fma.IsSupported ? 256
            : (Sse41.IsSupported && Fma.IsSupported) || AdvSimd.Arm64.IsSupported ? 128
            : 0;
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} processors, {RuntimeInformation.ProcessArchitecture}, "
            + $"{(width == 0 ? "no vectors" : $"{width}-bit vectors")}, AES instructions "
            + $"{(X86Aes.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported ? "yes" : "no")}");
        return width >= 256 || AdvSimd.Arm64.IsSupported
            ? CheckResult.Ok("processor", text)
            : CheckResult.Warn("processor", text,
                "everything works, encryption is several times slower; a virtual machine may hide what its host has");
    }

    /// <summary>
    /// Whether the state folder keeps what is flushed, and has room for <paramref name="neededBytes"/>.
    /// </summary>
    internal static CheckResult Disk(string folder, long neededBytes)
    {
        if (!Directory.Exists(folder))
        {
            return CheckResult.Fail("disk", $"there is no folder {folder}",
                "make it, owned by the user that runs this process, mode 0700");
        }

        string probe = Path.Combine(folder, $".probe-{Environment.ProcessId}");
        try
        {
            byte[] written = RandomNumberGenerator.GetBytes(4096);
            long started = Stopwatch.GetTimestamp();
            using (IDeviceFile file = FileDevice.Instance.Create(probe))
            {
                file.Write(0, written);
                file.Flush();
            }

            FileDevice.Instance.FlushDirectory(Path.GetFullPath(folder));
            double milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            if (!File.ReadAllBytes(probe).AsSpan().SequenceEqual(written))
            {
                return CheckResult.Fail("disk", $"{folder} does not return what was written", "use another disk");
            }

            long free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
            string text = string.Create(CultureInfo.InvariantCulture,
                $"{folder}: {free / Mebibyte} MiB free, {neededBytes / Mebibyte} MiB wanted, a flush takes "
                + $"{milliseconds:F1} ms");
            return free < neededBytes ? CheckResult.Fail("disk", text,
                "make room: a full disk stops rounds, it never damages them") : CheckResult.Ok("disk", text);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return CheckResult.Fail("disk", $"{folder}: {FaultText.Of(fault)}",
                "the user that runs this process must own the folder, and the disk must have room");
        }
        finally
        {
            RemoveQuietly(probe);
        }
    }

    /// <summary>Whether the address can be listened on.</summary>
    internal static CheckResult Port(IPEndPoint endpoint)
    {
        try
        {
            using Socket socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endpoint);
            socket.Listen(1);
            return CheckResult.Ok("port", $"{endpoint} is free to listen on");
        }
        catch (SocketException fault)
        {
            return CheckResult.Fail("port", $"{endpoint}: {FaultText.Of(fault)}",
                "another process listens there, or the address is not this machine's, or the port is below 1024");
        }
    }

    private static void RemoveQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The check's verdict says what is wrong with the folder.
        }
    }
}
