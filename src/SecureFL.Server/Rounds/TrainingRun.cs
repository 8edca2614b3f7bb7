using SecureFL.Consortium.Courses;
using SecureFL.Learning.Rounds;
using SecureFL.Server.State;
using SecureFL.Transport.Formats;

namespace SecureFL.Server.Rounds;

/// <summary>The files that hold a session's <see cref="TrainingCourse"/>. Not thread-safe.</summary>
internal sealed class TrainingRun(TrainingCourse course, ServerFolder folder)
{
    /// <summary>Which round comes next, and what an opened sum makes of the model.</summary>
    public TrainingCourse Course => course;

    /// <summary>Reads a stored state.</summary>
    public static TrainingCheckpoint Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return CheckpointFormat.Read(stream, path);
    }

    /// <summary>
    /// Writes the weights as clients fetch them, and the state to go on from after <paramref name="round"/> (null:
    /// before the first).
    /// </summary>
    public void Store(ulong? round)
    {
        float[] values = course.Values;
        WholeFile.Write(folder.Model(ModelStamp.Of(course.Version, values).Digest),
            stream => FloatFile.Write(stream, values));
        WholeFile.Write(folder.Checkpoint(round), stream => CheckpointFormat.Write(stream, course.Save()));
    }

    /// <summary>
    /// Writes the model for <c>securefl predict</c>, and keeps the best one by the metric of the terms. After
    /// <see cref="Store"/> is committed.
    /// </summary>
    public void Publish()
    {
        if (course.Stopped == StopReason.Diverged)
        {
            // Nobody is to take the newest model for a good one; the best one, and the state that led here, stay.
            File.Delete(folder.NewestModel);
            return;
        }

        if (!course.Progress.IsComplete)
        {
            return;
        }

        WholeFile.Write(folder.NewestModel, course.Bundle().Write);
    }

    /// <summary>
    /// Keeps a copy of the newest published model as the best one, if the metrics just told are the best so far. Before
    /// the model advances.
    /// </summary>
    public void PublishBest(RoundRecord described)
    {
        RoundMetricInfo metric = RoundMetricInfo.Of(course.Terms.Stopping.Metric);
        if (metric.Read(described) is double now
            && course.History.Where(record => record.Round != described.Round)
            .All(record => metric.Read(record) is not double other || metric.IsBetter(now, other))
            && File.Exists(folder.NewestModel))
        {
            WholeFile.Write(folder.BestModel, stream =>
            {
                using FileStream newest = File.OpenRead(folder.NewestModel);
                newest.CopyTo(stream);
            });
        }
    }
}
