namespace SecureFL.Bench.Hotpath;

/// <summary>Chunks dealt out to threads in turn; with one thread nothing but a loop.</summary>
internal static class ChunkThreads
{
    /// <summary>Runs an action for every chunk.</summary>
    /// <param name="threads">Threads.</param>
    /// <param name="chunks">Chunks.</param>
    /// <param name="action">Of the chunk's and the thread's number.</param>
    internal static void Each(int threads, long chunks, Action<long, int> action)
    {
        if (threads == 1)
        {
            for (long chunk = 0; chunk < chunks; chunk++)
            {
                action(chunk, 0);
            }

            return;
        }

        Parallel.For(0, threads, thread =>
        {
            for (long chunk = thread; chunk < chunks; chunk += threads)
            {
                action(chunk, thread);
            }
        });
    }
}
