using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Models;

/// <summary>
/// A party's view of the signed model chain: one version after the other, no branch. Not thread-safe.
/// </summary>
public sealed class ModelChain
{
    private readonly AggregationPlan _plan;
    private readonly List<ModelVersion> _versions = [];
    private readonly Dictionary<Digest, int> _positions = [];

    /// <summary>An empty chain of <paramref name="plan"/>.</summary>
    public ModelChain(AggregationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _plan = plan;
    }

    /// <summary>The newest version, or null.</summary>
    public ModelVersion? Head => _versions.Count == 0 ? null : _versions[^1];

    /// <summary>All versions, oldest first.</summary>
    public IReadOnlyList<ModelVersion> Versions => _versions;

    /// <summary>Whether a version was made of the sum of a round.</summary>
    public bool HasSumOf(ulong round)
    {
        for (int i = _versions.Count - 1; i > 0 && _versions[i].Context.Round >= round; i--)
        {
            if (_versions[i].Context.Round == round)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Appends the next version; one that is there already is skipped.</summary>
    /// <returns>Whether it was new.</returns>
    /// <exception cref="ProtocolViolationException">It does not follow from the head, or the server did not sign
    /// it.</exception>
    public bool Append(ModelVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (_positions.ContainsKey(version.Hash))
        {
            return false;
        }

        if (Head is null)
        {
            RequireFirst(version);
        }
        else
        {
            RequireNext(Head, version);
        }

        version.RequireSignature(_plan.Enrolment.Server);
        _positions.Add(version.Hash, _versions.Count);
        _versions.Add(version);
        return true;
    }

    /// <summary>The base version, if it is among the last K that end at <paramref name="head"/>.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.WrongHead"/>,
    /// <see cref="ViolationCode.WrongBaseVersion"/>.</exception>
    public ModelVersion RequireBase(Digest baseVersion, Digest head, Party sender)
    {
        if (!_positions.TryGetValue(head, out int headPosition))
        {
            throw new ProtocolViolationException(ViolationCode.WrongHead, sender, "a head of the known chain",
                head.ToShortString());
        }

        int window = _plan.Settings.BaseVersionWindow;
        return _positions.TryGetValue(baseVersion, out int position) && position <= headPosition
            && headPosition - position < window
            ? _versions[position]
            : throw new ProtocolViolationException(
                ViolationCode.WrongBaseVersion, sender,
                $"one of the last {window} versions up to the head {head.ToShortString()}",
                baseVersion.ToShortString());
    }

    /// <summary>The last K versions.</summary>
    public IReadOnlyList<ModelVersion> Window() =>
        _versions[Math.Max(0, _versions.Count - _plan.Settings.BaseVersionWindow)..];

    /// <summary>
    /// Refuses 0 or more than K versions, ones that do not follow from each other, and ones that the server did not
    /// sign.
    /// </summary>
    internal static void RequireLinked(IReadOnlyList<ModelVersion> versions, AggregationPlan plan)
    {
        if (versions.Count < 1 || versions.Count > plan.Settings.BaseVersionWindow)
        {
            throw new ProtocolViolationException(
                ViolationCode.BrokenModelChain, Party.Server, $"1 to {plan.Settings.BaseVersionWindow} model versions",
                $"{versions.Count}");
        }

        for (int i = 0; i < versions.Count; i++)
        {
            versions[i].RequireSignature(plan.Enrolment.Server);
            if (i > 0)
            {
                RequireNext(versions[i - 1], versions[i]);
            }
        }
    }

    /// <summary>Refuses a version that is not the next one, or that the server did not sign.</summary>
    internal static void RequireFollows(ModelVersion previous, ModelVersion version, AggregationPlan plan)
    {
        previous.RequireSignature(plan.Enrolment.Server);
        version.RequireSignature(plan.Enrolment.Server);
        RequireNext(previous, version);
    }

    private static void RequireFirst(ModelVersion version)
    {
        if (version.Number != 0 || version.Previous != default || version.Sum != default || version.Context.Round != 0)
        {
            throw new ProtocolViolationException(ViolationCode.BrokenModelChain, Party.Server, "version 0 first",
                $"version {version.Number}");
        }
    }

    private static void RequireNext(ModelVersion previous, ModelVersion version)
    {
        bool laterRound = previous.Number == 0 || version.Context.Round > previous.Context.Round;
        if (version.Number != previous.Number + 1 || version.Previous != previous.Hash || !laterRound)
        {
            throw new ProtocolViolationException(
                ViolationCode.BrokenModelChain,
                Party.Server,
                $"version {previous.Number + 1} after {previous.Hash.ToShortString()}, made by a later round than "
                + $"{previous.Context.Round}",
                $"version {version.Number} after {version.Previous.ToShortString()}, made by round "
                + $"{version.Context.Round}");
        }
    }
}
