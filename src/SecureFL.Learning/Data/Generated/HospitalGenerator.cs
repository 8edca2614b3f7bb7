using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Generated;

/// <summary>One of the demonstration's hospitals.</summary>
/// <param name="Name">The hospital's name, which is also its site name.</param>
/// <param name="Rows">Its patients.</param>
/// <param name="AgeShift">Years by which its patients are older than average.</param>
/// <param name="PressureShift">Its blood pressure cuff's offset in mmHg.</param>
/// <param name="CholesterolFactor">Its laboratory's calibration.</param>
/// <param name="FemaleShare">Share of women.</param>
/// <param name="MissingShare">Share of cells missing in the columns that hospitals tend to leave out.</param>
/// <param name="RiskShift">How much more often, in log-odds, the outcome occurs here than the features explain.</param>
public sealed record HospitalProfile(
    string Name,
    int Rows,
    double AgeShift,
    double PressureShift,
    double CholesterolFactor,
    double FemaleShare,
    double MissingShare,
    double RiskShift);

/// <summary>
/// Generates clinical-looking tables for four hospitals that differ as real ones do: size, age, calibration, missing
/// values, prevalence. Invented numbers with plausible ranges, no patient's data; the outcome follows a logistic model
/// of the true (unshifted) values. A function of the seed.
/// </summary>
public static class HospitalGenerator
{
    private static readonly string[] ChestPain = ["none", "atypical", "typical", "at rest"];
    private static readonly double[] ChestPainRisk = [-0.9, 0.0, 0.5, 1.3];
    private static readonly double[] ChestPainShare = [0.45, 0.3, 0.15, 0.1];

    /// <summary>The four hospitals of the demonstration: 640, 410, 220 and 130 patients.</summary>
    public static ImmutableArray<HospitalProfile> Demonstration { get; } =
    [
        new("Northfield", 640, 0, 0, 1.00, 0.48, 0.02, 0.0),
        new("Lakeside", 410, -6, 4, 1.05, 0.55, 0.08, -0.3),
        new("Saint Anna", 220, 7, -3, 0.93, 0.60, 0.05, 0.4),
        new("Harbour Veterans", 130, 10, 6, 1.02, 0.06, 0.15, 0.6),
    ];

    /// <summary>The columns of every table; the last one is the label, 1 for heart disease.</summary>
    public static ImmutableArray<string> Columns { get; } =
    [
        "age", "sex", "chest_pain", "systolic_bp", "cholesterol", "fasting_glucose", "max_heart_rate", "st_depression",
        "bmi", "smoker", "creatinine",
        "heart_disease",
    ];

    /// <summary>The name of the label column.</summary>
    public const string Label = "heart_disease";

    /// <summary>The table of one hospital. Rows carry line numbers as a CSV file with a header would.</summary>
    public static RawTable Generate(HospitalProfile profile, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(profile);
        SeededRandom random = SeededRandom.For(seed, "hospital " + profile.Name);
        RawRow[] rows = new RawRow[profile.Rows];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = new RawRow(i + 2, Patient(profile, random));
        }

        return new RawTable(profile.Name, Columns, rows);
    }

    /// <summary>
    /// Writes <paramref name="table"/> as comma-separated text with a header; cells are quoted where they need it.
    /// </summary>
    public static void WriteCsv(RawTable table, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(string.Join(',', table.Columns.Select(CsvCell.Of)));
        writer.Write('\n');
        foreach (RawRow row in table.Rows)
        {
            writer.Write(string.Join(',', row.Cells.Select(CsvCell.Of)));
            writer.Write('\n');
        }
    }

    private static string[] Patient(HospitalProfile profile, SeededRandom random)
    {
        double age = Math.Clamp(56 + profile.AgeShift + (10 * random.NextGaussian()), 25, 95);
        bool female = random.NextDouble() < profile.FemaleShare;
        int pain = Pick(ChestPainShare, random);
        double pressure = Math.Clamp(122 + (0.45 * (age - 56)) + (15 * random.NextGaussian()), 85, 220);
        double cholesterol = Math.Clamp(212 + (0.6 * (age - 56)) + (38 * random.NextGaussian()), 100, 450);
        double glucose = Math.Clamp(96 + (0.3 * (age - 56)) + (22 * Math.Abs(random.NextGaussian())), 60, 350);
        double bmi = Math.Clamp(27 + (4.5 * random.NextGaussian()), 15, 55);
        bool smoker = random.NextDouble() < (female ? 0.18 : 0.32);
        double creatinine = Math.Clamp(0.95 + (0.006 * (age - 56)) + (0.2 * random.NextGaussian()), 0.4, 4);

        // Illness shows in the exercise test: the outcome is drawn first, heart rate and ST depression follow it.
        double risk = -0.7 + (0.055 * (age - 56)) + (female ? -0.8 : 0.3) + ChestPainRisk[pain]
            + (0.018 * (pressure - 122))
            + (0.008 * (cholesterol - 212)) + (0.012 * (glucose - 110)) + (0.05 * (bmi - 27)) + (smoker ? 0.7 : 0)
            + profile.RiskShift;
        bool ill = random.NextDouble() < 1 / (1 + Math.Exp(-1.3 * risk));
        double heartRate = Math.Clamp(205 - (0.85 * age) - (ill ? 14 : 0) + (13 * random.NextGaussian()), 60, 210);
        double depression = Math.Max(0, (ill ? 1.3 : 0.35) + (0.7 * random.NextGaussian()));

        return
        [
            Number(age, 0),
            female ? "f" : "m",
            ChestPain[pain],
            Sometimes(Number(pressure + profile.PressureShift, 0), profile.MissingShare / 2, random),
            Sometimes(Number(cholesterol * profile.CholesterolFactor, 0), profile.MissingShare, random),
            Sometimes(Number(glucose, 0), profile.MissingShare, random),
            Number(heartRate, 0),
            Sometimes(Number(depression, 1), profile.MissingShare, random),
            Number(bmi, 1),
            Sometimes(smoker ? "yes" : "no", profile.MissingShare / 2, random),
            Sometimes(Number(creatinine, 2), profile.MissingShare, random),
            ill ? "1" : "0",
        ];
    }

    private static string Sometimes(string cell, double missing, SeededRandom random) =>
        random.NextDouble() < missing ? "" : cell;

    private static string Number(double value, int digits) =>
        value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static int Pick(double[] shares, SeededRandom random)
    {
        double draw = random.NextDouble();
        for (int i = 0; i < shares.Length - 1; i++)
        {
            draw -= shares[i];
            if (draw < 0)
            {
                return i;
            }
        }

        return shares.Length - 1;
    }
}
