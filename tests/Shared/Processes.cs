namespace SecureFL.Testing;

/// <summary>The processes of this machine.</summary>
internal static class Processes
{
    /// <summary>Ids of the processes whose command line holds a text; empty where the system does not tell.</summary>
    internal static IReadOnlyList<int> Naming(string text)
    {
        List<int> found = [];
        foreach (string folder in Directory.Exists("/proc") ? Directory.GetDirectories("/proc") : [])
        {
            try
            {
                if (int.TryParse(Path.GetFileName(folder), out int id)
                    && File.ReadAllText(Path.Combine(folder, "cmdline")).Contains(text, StringComparison.Ordinal))
                {
                    found.Add(id);
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // It is gone, or somebody else's.
            }
        }

        return found;
    }
}
