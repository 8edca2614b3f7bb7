using System.Collections.Immutable;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// The simulated clock of asynchronous training: which site delivers next, from which model version, and who waits for
/// a new version. Ties go to the lower site index. Not thread-safe.
/// </summary>
internal sealed class Timeline
{
    private readonly ISiteTiming _timing;
    private readonly PriorityQueue<InFlightTask, (double Finish, int Site)> _queue = new();
    private readonly SortedDictionary<int, ModelParameters> _versions = [];
    private readonly List<InFlightTask> _waiting = [];
    private readonly List<InFlightTask> _delivered = [];

    public Timeline(ISiteTiming timing, int sites, TrainingCheckpoint checkpoint, ModelParameters current)
    {
        _timing = timing;
        Now = checkpoint.SimulatedSeconds;
        _versions[checkpoint.Version] = current;
        foreach ((int version, float[] weights) in checkpoint.OlderVersions)
        {
            _versions[version] = new ModelParameters(current.Layout, weights);
        }

        if (checkpoint.InFlight.Length > 0)
        {
            foreach (InFlightTask task in checkpoint.InFlight)
            {
                if (task.SiteIndex < 0 || task.SiteIndex >= sites || !_versions.ContainsKey(task.BaseVersion))
                {
                    throw new ArgumentException(
                        $"the checkpoint has a task of site {task.SiteIndex} on version {task.BaseVersion}, which "
                        + $"it does not hold");
                }

                Enqueue(task);
            }

            return;
        }

        for (int site = 0; site < sites; site++)
        {
            Begin(site, 1, checkpoint.Version);
        }
    }

    public double Now { get; private set; }

    /// <summary>Moves the clock to the next delivery.</summary>
    public InFlightTask Next()
    {
        InFlightTask task = _queue.Dequeue();
        Now = Math.Max(Now, task.FinishSeconds);
        return task;
    }

    public ModelParameters VersionOf(InFlightTask task) => _versions[task.BaseVersion];

    /// <summary>
    /// The site has contributed and begins anew at once from <paramref name="newest"/>; where that is what it
    /// contributed on, it waits for the next version, since a site contributes once for a base version.
    /// </summary>
    public void Deliver(InFlightTask delivered, int newest)
    {
        if (newest > delivered.BaseVersion)
        {
            Restart(delivered, newest);
        }
        else
        {
            _waiting.Add(delivered);
        }
    }

    /// <summary>The site is done while the sum has a contribution of it already: it delivers to the next sum.</summary>
    public void Defer(InFlightTask done) => _delivered.Add(done);

    /// <summary>The site begins its next task from <paramref name="version"/>.</summary>
    public void Restart(InFlightTask delivered, int version) => Begin(delivered.SiteIndex, delivered.Task + 1, version);

    /// <summary>
    /// A new version is there: waiting sites begin with it, what came too late for the last sum is delivered, versions
    /// nobody works on are forgotten.
    /// </summary>
    public void Release(int version, ModelParameters model)
    {
        _versions[version] = model;
        foreach (InFlightTask task in _waiting)
        {
            Restart(task, version);
        }

        _waiting.Clear();
        _delivered.ForEach(Enqueue);
        _delivered.Clear();
        HashSet<int> needed = [version, .. _queue.UnorderedItems.Select(item => item.Element.BaseVersion)];
        foreach (int old in _versions.Keys.Where(key => !needed.Contains(key)).ToArray())
        {
            _versions.Remove(old);
        }
    }

    /// <summary>
    /// Adds tasks in flight, and the versions they need, to a checkpoint. Between sums: nobody waits then.
    /// </summary>
    public TrainingCheckpoint Save(TrainingCheckpoint checkpoint) => checkpoint with
    {
        InFlight = [.. _queue.UnorderedItems.Select(item => item.Element).OrderBy(task => task.FinishSeconds)
            .ThenBy(task => task.SiteIndex)],
        OlderVersions = _versions.Where(pair => pair.Key != checkpoint.Version)
            .ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value.Values),
    };

    private void Begin(int site, int task, int version)
    {
        double seconds = _timing.SecondsFor(site, task);
        if (!(seconds > 0) || !double.IsFinite(seconds))
        {
            throw new ArgumentException($"task {task} of site {site} takes {seconds} s, it must be positive");
        }

        Enqueue(new InFlightTask(site, task, version, Now + seconds));
    }

    private void Enqueue(InFlightTask task) => _queue.Enqueue(task, (task.FinishSeconds, task.SiteIndex));
}
