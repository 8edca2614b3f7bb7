using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using SecureFL.Learning.Models;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Text;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Formats;

namespace SecureFL.Consortium.Plans;

/// <summary>One tensor of a plan of plain sums.</summary>
/// <param name="Name">Its name in every site's file.</param>
/// <param name="Shape">The length of every axis; none for a single number.</param>
/// <param name="Clip">Its elements are clipped to [-Clip, Clip]; null for the plan's own clip.</param>
public sealed record SumTensor(string Name, ImmutableArray<int> Shape, float? Clip = null);

/// <summary>
/// What the parties of plain sums agree on beside the plan: which named tensors the vector is made of, so that every
/// site's elements mean the same whatever the order in its file, which ones stay out, and how much may be clipped. The
/// plan's digest covers <see cref="Digest"/>, the SHA-256 of <see cref="ToBytes"/>. Immutable and thread-safe.
/// </summary>
public sealed record SumTerms
{
    /// <summary>What tells these terms from those of a training.</summary>
    public const string KindName = "sum";

    /// <summary>The version that this program writes, and the newest that it reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The share of its elements that a site may clip where nothing else is said.</summary>
    public const double DefaultMaxClipped = 0.01;

    /// <summary>Longest vector.</summary>
    public const long MaxElements = 1_000_000_000;

    /// <summary>Always <see cref="KindName"/>.</summary>
    public string Kind { get; init; } = KindName;

    /// <summary>The version of the shape.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Elements of the vector.</summary>
    public required long Elements { get; init; }

    /// <summary>The tensors in the order of the vector; empty for one array without a name.</summary>
    public ImmutableArray<SumTensor> Tensors { get; init; } = [];

    /// <summary>Tensors that sites' files may have and that are not summed, such as counters of batches.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];

    /// <summary>
    /// The largest share of a site's elements that may lie beyond their clip, 0 to 1: a site beyond sends nothing.
    /// </summary>
    public double MaxClipped { get; init; } = DefaultMaxClipped;

    /// <summary>Where the tensors lie in the vector; null for one array without a name.</summary>
    [JsonIgnore]
    public ModelLayout? Layout => Tensors.IsEmpty ? null
        : new ModelLayout(Tensors.Select(tensor => (tensor.Name, tensor.Shape)));

    /// <summary>SHA-256 of <see cref="ToBytes"/>: what the plan carries.</summary>
    [JsonIgnore]
    public Digest Digest => new(SHA256.HashData(ToBytes()));

    /// <summary>
    /// The canonical form: one line of UTF-8 JSON, members in the order of this type, numbers in their shortest form.
    /// </summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, DeploymentJson.Compact);

    /// <summary>Reads a canonical form and checks it.</summary>
    /// <exception cref="FormatException">Not of this shape, contradicting itself, or not canonical.</exception>
    /// <exception cref="NewerVersionException">A newer version.</exception>
    public static SumTerms Parse(ReadOnlySpan<byte> bytes)
    {
        SumTerms terms = Checked(DeploymentJson.Read<SumTerms>(bytes, "terms", CurrentVersion));
        return bytes.SequenceEqual(terms.ToBytes()) ? terms
            : throw new FormatException("the terms are not in their canonical form");
    }

    /// <summary>Refuses terms that contradict themselves.</summary>
    /// <exception cref="ArgumentException">Names the rule that was broken.</exception>
    public void Check()
    {
        if (Kind != KindName || Version != CurrentVersion)
        {
            throw new ArgumentException(
                $"terms of kind {Kind}, version {Version}: {KindName}, version {CurrentVersion}");
        }

        if (Tensors.IsDefault || LeftOut.IsDefault || Tensors.Any(tensor => tensor is null || tensor.Shape.IsDefault))
        {
            throw new ArgumentException("tensors, their shapes and leftOut are lists");
        }

        if (Elements is < 1 or > MaxElements)
        {
            throw new ArgumentException($"{Elements} elements: 1 to {MaxElements}");
        }

        if (Layout is ModelLayout layout && layout.Length != Elements)
        {
            throw new ArgumentException($"the tensors have {layout.Length} elements, the vector {Elements}");
        }

        HashSet<string> names = new(Tensors.Select(tensor => tensor.Name), StringComparer.Ordinal);
        foreach (string name in LeftOut)
        {
            PrintableText.RequireName(name, "the tensor's name");
            if (!names.Add(name))
            {
                throw new ArgumentException($"tensor {name} is named twice");
            }
        }

        if (Tensors.FirstOrDefault(tensor => tensor.Clip is float clip && !(clip > 0 && float.IsNormal(clip)))
            is SumTensor unusable)
        {
            throw new ArgumentException(
                $"tensor {unusable.Name}: a clip of {unusable.Clip} is not finite and positive");
        }

        if (!(MaxClipped is >= 0 and <= 1))
        {
            throw new ArgumentException($"maxClipped is {MaxClipped}: 0 to 1");
        }
    }

    /// <summary>Refuses a plan that these terms do not belong to.</summary>
    /// <exception cref="ArgumentException">Names what does not fit.</exception>
    public void CheckFits(PlanSettings plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Terms != Digest)
        {
            throw new ArgumentException(
                $"the plan holds the terms {plan.Terms.ToShortString()}, these are {Digest.ToShortString()}");
        }

        if (plan.Parameters.FloatLength != Elements)
        {
            throw new ArgumentException(
                $"the plan sums vectors of {plan.Parameters.FloatLength} elements, its terms have {Elements}");
        }
    }

    /// <summary>Brings every tensor's clip to the plan's: what a site quantises. In place.</summary>
    public void ToPlanScale(Span<float> vector, float planClip) => Scale(vector, clip => planClip / (double)clip);

    /// <summary>Undoes <see cref="ToPlanScale"/> on an opened sum. In place.</summary>
    public void FromPlanScale(Span<float> sum, float planClip) => Scale(sum, clip => (double)clip / planClip);

    internal static SumTerms Checked(SumTerms terms, string what = "terms")
    {
        try
        {
            terms.Check();
            return terms;
        }
        catch (Exception fault) when (fault is ArgumentException or OverflowException)
        {
            throw new FormatException($"{what}: {FaultText.Of(fault)}", fault);
        }
    }

    private void Scale(Span<float> values, Func<float, double> factorOf)
    {
        if (Layout is not ModelLayout layout)
        {
            return;
        }

        for (int t = 0; t < Tensors.Length; t++)
        {
            if (Tensors[t].Clip is not float clip)
            {
                continue;
            }

            double factor = factorOf(clip);
            foreach (ref float value in values.Slice(layout.Tensors[t].Offset, layout.Tensors[t].Length))
            {
                value = (float)(value * factor);
            }
        }
    }
}
