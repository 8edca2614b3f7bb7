using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Text;

namespace SecureFL.Cli.Clients;

/// <summary>How much of a vector lies beyond its clips, before it is sent.</summary>
/// <param name="Clipped">Elements beyond.</param>
/// <param name="Elements">All of them.</param>
/// <param name="Largest">The largest magnitude over its clip: 1 is the clip itself.</param>
/// <param name="Tensor">Where that one is; null for an array without a name.</param>
internal sealed record ClippedShare(long Clipped, long Elements, double Largest, string? Tensor)
{
    private double Share => (double)Clipped / Elements;

    /// <summary>Looks at a vector in the plan's scale.</summary>
    internal static ClippedShare Of(ReadOnlySpan<float> vector, float clip, SumTerms? terms)
    {
        long clipped = 0;
        int at = 0;
        float largest = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            float magnitude = Math.Abs(vector[i]);
            clipped += magnitude > clip ? 1 : 0;
            if (magnitude > largest)
            {
                (largest, at) = (magnitude, i);
            }
        }

        return new ClippedShare(clipped, vector.Length, largest / (double)clip,
            terms?.Layout?.Tensors.Last(slot => slot.Offset <= at).Name);
    }

    /// <summary>For people.</summary>
    public override string ToString()
    {
        string place = Tensor is null ? "" : $", in {PrintableText.Name(Tensor)}";
        return Clipped == 0
            ? string.Create(CultureInfo.InvariantCulture,
                $"no element is clipped: the largest is {Largest:G3} of its clip{place}")
            : string.Create(CultureInfo.InvariantCulture,
                $"{Clipped} of {Elements} elements ({Share:P2}) are clipped: the largest is {Largest:G3} times its "
                + $"clip{place}");
    }

    /// <summary>Refuses to send a vector of which more is clipped than may be.</summary>
    /// <exception cref="CliException">More than <paramref name="most"/>.</exception>
    internal void Require(double most)
    {
        if (Share > most)
        {
            throw new CliException(
                ExitCode.Usage,
                string.Create(CultureInfo.InvariantCulture, $"{this}; at most {most:P2} may be, nothing was sent"),
                "scale the values down, or agree on a plan with a larger --clip");
        }
    }
}
