using System.Globalization;
using SecureFL.Reports.Axes;

namespace SecureFL.Bench.Rounds.Sweeps;

/// <summary>
/// Judges a sweep: is the cost by parameter flat, the key holders' flat in the parameters, the server's linear in the
/// clients? Computed from its points alone.
/// </summary>
internal static class Scaling
{
    /// <summary>Flat from here on: below, the fixed cost of a round shows.</summary>
    internal const long FlatFrom = 1_000_000;

    /// <summary>To here the claims go.</summary>
    internal const long FlatTo = 100_000_000;

    /// <summary>To here the claim on clients goes.</summary>
    internal const int MostClients = 1000;

    private const double Limit = 0.15;

    internal static IReadOnlyList<ScalingVerdict> Of(IReadOnlyList<SweepPoint> sizes, IReadOnlyList<SweepPoint> clients)
    {
        List<ScalingVerdict> verdicts = [];
        foreach (SweepPoint[] arm in ByArm(sizes))
        {
            SweepPoint[] large = [.. arm.Where(point => point.Parameters >= FlatFrom)];
            if (large.Length > 1)
            {
                verdicts.Add(Flat("CPU of clients and server by parameter and client is flat", large,
                    [.. large.Select(point => point.CpuNanosecondsPerParameterAndClient)], "ns"));
                verdicts.Add(FurtherParameter(large));
            }
        }

        // The ring decides, and small models get smaller ones: flat is the cost in the ring that the largest model has.
        foreach (SweepPoint[] arm in ByArm(sizes))
        {
            SweepPoint[] ring = [.. arm.Where(point => point.RingDegree == arm[^1].RingDegree)];
            if (ring.Length > 1 && ring.All(
                point => point.RingDegree is not null && point.KeyHolderBytes > 0 && point.KeyHoldersCpuSeconds > 0))
            {
                string where = string.Create(CultureInfo.InvariantCulture,
                    $"flat in the parameters, N = {ring[0].RingDegree}");
                verdicts.Add(Flat($"CPU of all key holders is {where}", ring,
                    [.. ring.Select(point => point.KeyHoldersCpuSeconds * 1e3)], "ms"));
                verdicts.Add(Flat($"a key holder's bytes are {where}", ring,
                    [.. ring.Select(point => point.KeyHolderBytes / 1e3)], "kB"));
            }
        }

        verdicts.AddRange(ByArm(clients).Where(arm => arm.Length > 2).Select(Linear));
        return verdicts;
    }

    /// <summary>
    /// a + b x by least squares of the relative residuals, so that small values count like large ones: the weighted
    /// normal equations with weights 1 / y^2.
    /// </summary>
    internal static (double Fixed, double Slope) Fit(IReadOnlyList<(double X, double Y)> points)
    {
        double w = 0, x = 0, y = 0, xx = 0, xy = 0;
        foreach ((double px, double py) in points)
        {
            double weight = 1 / (py * py);
            w += weight;
            x += weight * px;
            y += weight * py;
            xx += weight * px * px;
            xy += weight * px * py;
        }

        double slope = ((w * xy) - (x * y)) / ((w * xx) - (x * x));
        return ((y - (slope * x)) / w, slope);
    }

    private static IEnumerable<SweepPoint[]> ByArm(IReadOnlyList<SweepPoint> points) =>
        points.GroupBy(point => point.Arm).Select(arm => arm.ToArray());

    private static ScalingVerdict Flat(string claim, SweepPoint[] points, double[] figures, string unit) => new(
        claim,
        points[0].Arm,
        $"{AxisFormat.Compact(points[0].Parameters)} to {AxisFormat.Compact(points[^1].Parameters)} parameters",
        $"{string.Join(", ", figures.Select(figure => figure.ToString(figure >= 100 ? "0" : figure >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture)))} {unit}",
        figures.Min() > 0 ? (figures.Max() / figures.Min()) - 1 : null,
        Limit);

    /// <summary>
    /// From each size to the next: what is left when the fixed cost of a round and its clients, which the fit finds, is
    /// taken away.
    /// </summary>
    private static ScalingVerdict FurtherParameter(SweepPoint[] points)
    {
        (double X, double Y)[] clientsShare =
            [
                .. points.Select(
                    point => ((double)point.Parameters, point.CpuNanosecondsPerParameterAndClient * point.Parameters))];
        double[] further = [.. clientsShare.Zip(clientsShare.Skip(1), (from, to) => (to.Y - from.Y) / (to.X - from.X))];
        ScalingVerdict flat = Flat("what each further parameter adds is flat", points, further, "ns");
        return flat with
        {
            Figures = string.Create(CultureInfo.InvariantCulture,
                $"{flat.Figures}, beyond {Fit(clientsShare).Fixed * 1e-6:0.0} ms a client")
        };
    }

    private static ScalingVerdict Linear(SweepPoint[] points)
    {
        (double fixedCost, double slope) =
            Fit([.. points.Select(point => ((double)point.Clients, point.ServerCpuSeconds))]);
        double worst =
            points.Max(point => Math.Abs((point.ServerCpuSeconds / (fixedCost + (slope * point.Clients))) - 1));
        return new ScalingVerdict(
            "CPU of the server's adding is linear in the clients",
            points[0].Arm,
            $"{points[0].Clients} to {points[^1].Clients} clients",
            string.Create(CultureInfo.InvariantCulture, $"{fixedCost * 1e3:0.00} ms + {slope * 1e3:0.000} ms a client"),
            slope > 0 ? worst : null,
            Limit);
    }
}
