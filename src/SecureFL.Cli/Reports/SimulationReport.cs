using SecureFL.Cli.Simulate;

namespace SecureFL.Cli.Reports;

/// <summary>A simulation as one HTML file that needs nothing else.</summary>
internal static class SimulationReport
{
    internal static void Write(FileInfo file, SimulationOutcome run) => File.WriteAllText(file.FullName, run.WeightsFile);
}
