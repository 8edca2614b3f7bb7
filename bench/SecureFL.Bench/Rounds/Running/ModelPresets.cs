namespace SecureFL.Bench.Rounds.Running;

/// <summary>Models by their true parameter counts.</summary>
internal static class ModelPresets
{
    /// <summary>
    /// logistic: 13 weights and a bias (heart disease). LeNet-5: LeCun et al. 1998 in its common form. ResNet: He et
    /// al. 2016, ImageNet heads, counted without running statistics. BERT-base: Devlin et al. 2019, uncased, with
    /// pooler.
    /// </summary>
    internal static IReadOnlyDictionary<string, long> All { get; } =
        new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase)
        {
            ["logistic"] = 14,
            ["lenet5"] = 61_706,
            ["resnet18"] = 11_689_512,
            ["resnet50"] = 25_557_032,
            ["bert-base"] = 109_482_240,
        };
}
