using SecureFL.Cli.Demo;
using SecureFL.Cli.Plans;
using SecureFL.Consortium.Plans;

namespace SecureFL.Cli.Tests.Plans;

/// <summary>Whoever approves a plan sees that nothing closes a round that a site keeps waiting.</summary>
public sealed class DeadlineWarningTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(3600, false)]
    public void A_plan_without_a_deadline_is_shown_with_a_warning(double seconds, bool warned)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("securefl-deadline-");
        try
        {
            IReadOnlyList<string> tables = HospitalFederation.WriteTables(folder.FullName);
            DemoConsortium consortium = DemoConsortium.Create(folder.FullName,
                [.. tables.Select(path => Path.GetFileNameWithoutExtension(path))], HospitalFederation.KeyHolders,
                HospitalFederation.TermsFor(tables, 2, new RoundPolicy { DeadlineSeconds = seconds }),
                HospitalFederation.Clip, HospitalFederation.Bits, threshold: 2);
            string text = PlanShowCommand.TextOf(consortium.Plan);
            Assert.Equal(warned, text.Contains("WARNING       no deadline closes a round", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
