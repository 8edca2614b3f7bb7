using SecureFL.Protocol.Roles;

namespace SecureFL.Local;

/// <summary>
/// How a task goes to a key holder of this process and its answer back to the server, as the bytes that travel in
/// production. To be derived from by who measures it. Not thread-safe.
/// </summary>
public class LocalExchange
{
    /// <summary>The key holder's work.</summary>
    /// <param name="holder">The holder.</param>
    /// <param name="task">The canonical task.</param>
    /// <returns>The canonical answer, empty for "done".</returns>
    public virtual byte[] Answer(KeyHolder holder, byte[] task)
    {
        ArgumentNullException.ThrowIfNull(holder);
        return holder.Handle(task);
    }

    /// <summary>The server's work on an answer.</summary>
    /// <param name="holder">Who answered.</param>
    /// <param name="task">The task.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="take">Takes it.</param>
    public virtual void Take(KeyHolder holder, byte[] task, byte[] answer, Action take)
    {
        ArgumentNullException.ThrowIfNull(take);
        take();
    }
}
