using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using SecureFL.Ring.Kernels;

namespace SecureFL.Bench.Measurement;

/// <summary>What a figure was measured on.</summary>
internal sealed record Machine(string Processor, int Cores, string Vectors, string Os, string Runtime, string Clock)
{
    internal static Machine Here { get; } = new(
        ProcessorName(),
        Environment.ProcessorCount,
        VectorWidths.Best.ToString(),
        $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}",
        RuntimeInformation.FrameworkDescription,
        ThreadClock.Kind);

    private static string ProcessorName()
    {
        if (!X86Base.IsSupported)
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }

        // CPUID 0x80000002..4 is the brand string; leaf 1 tells family and model, which the brand may hide in a virtual
        // machine.
        Span<int> words = stackalloc int[12];
        for (int i = 0; i < 3; i++)
        {
            (words[4 * i], words[(4 * i) + 1], words[(4 * i) + 2], words[(4 * i) + 3]) =
                X86Base.CpuId(unchecked((int)0x80000002) + i, 0);
        }

        int signature = X86Base.CpuId(1, 0).Eax;
        int family = ((signature >> 8) & 15) + ((signature >> 20) & 255);
        int model = ((signature >> 4) & 15) | ((signature >> 12) & 240);
        string brand = System.Text.Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words)).TrimEnd('\0', ' ');
        return $"{brand} (family {family}, model {model})";
    }
}
