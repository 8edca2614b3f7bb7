using SecureFL.Consortium.Plans;
using SecureFL.Learning.Rounds;
using SecureFL.Rlwe.Quantization;
using SecureFL.Simulation;

namespace SecureFL.Cli.Runs;

/// <summary>
/// Makes the sums of a simulation's stages and arms; <paramref name="run"/> begins the names of all transcripts of one
/// run.
/// </summary>
internal sealed class SumFactory(SimulationSettings settings, RunFolder folder, string run = "")
{
    /// <summary>
    /// The sum that the user chose, over <paramref name="sites"/> sites; <paramref name="stage"/> begins the names of
    /// its transcripts.
    /// </summary>
    internal ISecureSum Create(string stage, int sites, float clip, TrainingTerms? terms = null) =>
        settings.Sum.IsEncrypted
        ? new EncryptedSum(OptionsFor(sites, clip, terms) with
        {
            Transcripts = session => folder.OpenTranscript($"{run}{stage}-{session}"),
            Uploads = settings.KeepCiphertexts
                ? (session, round) => folder.OpenUploads($"{run}{stage}-{session}", round) : null,
        })
        : settings.Sum.IsFloat ? new PlaintextSum() : Reference(sites, clip, terms);

    /// <summary>The integer sum in the clear.</summary>
    internal QuantizedReferenceSum Reference(int sites, float clip, TrainingTerms? terms = null) =>
        new(OptionsFor(sites, clip, terms));

    /// <summary>Closes a sum's transcripts, where it has any, and erases its keys.</summary>
    internal static void Finish(ISecureSum sum, ModelStamp? final)
    {
        if (sum is EncryptedSum encrypted)
        {
            encrypted.Complete(final);
            encrypted.Dispose();
        }
    }

    private EncryptedSumOptions OptionsFor(int sites, float clip, TrainingTerms? terms) => new()
    {
        Suite = settings.Sum.Protocol,
        Wire = settings.Wire,
        Sites = sites,
        Clip = clip,
        Bits = settings.Bits,
        MinClients = settings.MinClients(sites),
        InsecureTwoSites = settings.InsecureTwoSites && sites == 2,
        KeyHolders = settings.KeyHolders,
        Threshold = settings.Threshold,
        BaseVersionWindow = terms?.BaseVersionWindow ?? 1,
        Rounding = terms?.Rounding ?? Rounding.Stochastic,
        Clock = TimeProvider.System,
    };
}
