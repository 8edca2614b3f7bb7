namespace SecureFL.Consortium.Courses;

/// <summary>Faults while a sum is applied: of the sum, the same for everybody who applies it, or of this machine.
/// </summary>
internal static class CourseFaults
{
    /// <summary>Disk, memory and the end of the process say nothing about a sum: the step is done again.</summary>
    internal static bool IsOfTheMachine(Exception fault) =>
        fault is IOException or UnauthorizedAccessException or OutOfMemoryException or OperationCanceledException
            or ObjectDisposedException;
}
