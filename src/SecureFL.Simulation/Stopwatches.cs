using SecureFL.Learning.Rounds;

namespace SecureFL.Simulation;

/// <summary>Seconds by stage of one sum. Not thread-safe.</summary>
internal sealed class Stopwatches(TimeProvider? clock)
{
    private double _encrypt;
    private double _aggregate;
    private double _open;

    public SumCosts Costs => new() { SecondsEncrypt = _encrypt, SecondsAggregate = _aggregate, SecondsOpen = _open };

    public T Encrypt<T>(Func<T> work) => Measure(work, ref _encrypt);

    public T Open<T>(Func<T> work) => Measure(work, ref _open);

    public void Aggregate(Action work) => Measure(
        () =>
        {
            work();
            return 0;
        },
        ref _aggregate);

    private T Measure<T>(Func<T> work, ref double seconds)
    {
        long started = clock?.GetTimestamp() ?? 0;
        T result = work();
        seconds += clock?.GetElapsedTime(started).TotalSeconds ?? 0;
        return result;
    }
}
