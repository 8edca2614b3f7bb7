using System.Text.Json.Nodes;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans.Descriptions;

namespace SecureFL.Cli.Runs;

/// <summary>A run goes on under the description that it began with; only its stopping rules may change.</summary>
internal static class ResumedTraining
{
    private const string Stopping = "stopping.";
    private const int Most = 5;

    /// <summary>Refuses another description, naming every member that differs.</summary>
    /// <exception cref="CliException">It differs.</exception>
    internal static void Require(byte[] stored, byte[] description, string path)
    {
        DescriptionChange[] changes = [
            .. DescriptionChange.Between(Read(stored, path), Read(description, "the description"))
                .Where(change => !change.Path.StartsWith(Stopping, StringComparison.Ordinal))];
        if (changes.Length > 0)
        {
            string more = changes.Length > Most ? $"; and {changes.Length - Most} more" : "";
            throw new CliException(
                ExitCode.Usage,
                $"--resume: the run in {Path.GetDirectoryName(path)} began otherwise: "
                + $"{string.Join("; ", changes.Take(Most).Select(change => change.ToString()))}{more}",
                $"give the options of the first run, or --training {path}; rounds, target and patience may change");
        }
    }

    private static JsonObject Read(byte[] bytes, string source) => TrainingDescription.Parse(bytes, source).Members;
}
