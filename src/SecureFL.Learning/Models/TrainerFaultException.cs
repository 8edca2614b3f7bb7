using System.Globalization;

namespace SecureFL.Learning.Models;

/// <summary>A site's own trainer failed: which site, in which round, why, and the last lines that it wrote.</summary>
public sealed class TrainerFaultException : Exception
{
    /// <summary>A fault of a trainer that does not know for whom it works; <see cref="At"/> adds that.</summary>
    public TrainerFaultException(string problem, IReadOnlyList<string>? lastLines = null, Exception? inner = null)
        : this(problem, "", 0, lastLines ?? [], inner)
    {
    }

    private TrainerFaultException(string problem, string site, int round, IReadOnlyList<string> lastLines,
        Exception? inner)
        : base(Describe(problem, site, round), inner)
    {
        Problem = problem;
        Site = site;
        Round = round;
        LastLines = lastLines;
    }

    /// <summary>What went wrong, without the place.</summary>
    public string Problem { get; }

    /// <summary>The site; empty where it is not known.</summary>
    public string Site { get; }

    /// <summary>The round that stands for the preparation, in which sites train once before the first round.</summary>
    public const int Preparation = -1;

    /// <summary>
    /// The round, from 1; 0 where it is none of a round; <see cref="Preparation"/> before the first one.
    /// </summary>
    public int Round { get; }

    /// <summary>The last lines that the trainer wrote, whole.</summary>
    public IReadOnlyList<string> LastLines { get; }

    /// <summary>The same fault with its place; a place that is known already stays.</summary>
    public TrainerFaultException At(string site, int round) =>
        Site.Length > 0 ? this : new TrainerFaultException(Problem, site, round, LastLines, this);

    private static string Describe(string problem, string site, int round) => site.Length == 0 ? problem
        : round == 0 ? $"site {site}: {problem}"
        : round == Preparation ? $"site {site}, before round 1: {problem}"
        : string.Create(CultureInfo.InvariantCulture, $"site {site}, round {round}: {problem}");
}
