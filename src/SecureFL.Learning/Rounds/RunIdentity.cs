using System.Security.Cryptography;
using SecureFL.Learning.Models;
using SecureFL.Learning.ServerOptimizers;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// What tells one run from another: a checkpoint carries the digest and only continues the run that it is of. The
/// stopping rules are no part of it. Numbers are little-endian, texts and lists preceded by their length.
/// </summary>
internal static class RunIdentity
{
    private const string Domain = "SecureFL run 2";

    /// <summary>The digest, 64 hexadecimal digits.</summary>
    /// <param name="options">The settings; their <see cref="FederationOptions.Identity"/> stands for them where there
    /// is one.</param>
    /// <param name="buffer">Asynchronous rounds; null for synchronous ones.</param>
    /// <param name="sites">The sites.</param>
    /// <param name="layout">The model's tensors.</param>
    internal static string DigestOf(FederationOptions options, BufferOptions? buffer,
        IReadOnlyList<FederatedSite> sites, ModelLayout layout)
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        writer.Write(Domain);
        writer.Write(buffer is not null);
        if (buffer is not null)
        {
            writer.Write(buffer.Arrivals);
            writer.Write(buffer.StalenessExponent);
            writer.Write(buffer.MaxStaleness);
        }

        writer.Write(options.Identity is not null);
        if (options.Identity is string identity)
        {
            writer.Write(identity);
        }
        else
        {
            Write(writer, options);
        }

        writer.Write(sites.Count);
        foreach (FederatedSite site in sites)
        {
            writer.Write(site.Name);
            writer.Write(site.Train.Count);
            writer.Write(site.Test?.Count ?? -1);
        }

        writer.Write(options.Clips?.Values.Length ?? 0);
        foreach (float clip in options.Clips?.Values ?? [])
        {
            writer.Write(clip);
        }

        writer.Write(layout.Tensors.Length);
        foreach (TensorSlot slot in layout.Tensors)
        {
            writer.Write(slot.Name);
            writer.Write(slot.Shape.Length);
            foreach (int axis in slot.Shape)
            {
                writer.Write(axis);
            }
        }

        writer.Flush();
        return Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()));
    }

    private static void Write(BinaryWriter writer, FederationOptions options)
    {
        writer.Write(options.Seed);
        writer.Write((int)options.Weighting);
        writer.Write(options.WeightUnit ?? 0);
        writer.Write(options.MaxWeight);
        writer.Write(options.ServerOptimizer.Method.Key);
        writer.Write(options.ServerOptimizer.LearningRate);
        foreach (ServerSetting setting in options.ServerOptimizer.Method.Spelled)
        {
            writer.Write(setting.Name);
            writer.Write(options.ServerOptimizer[setting]);
        }

        writer.Write(options.AverageDecay);
        writer.Write(options.SitesPerRound);
        writer.Write(options.DeadlineSeconds ?? 0);
        writer.Write(options.ErrorFeedback);
    }
}
