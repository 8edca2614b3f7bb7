using System.Collections.Immutable;
using SecureFL.Learning.Settings;

namespace SecureFL.Learning.ServerOptimizers;

/// <summary>A number or a switch that server optimisers can be told beside their learning rate.</summary>
/// <param name="Name">Its name in descriptions, in camel case.</param>
/// <param name="Default">Its value where nobody says otherwise; of a switch 0 for off and 1 for on.</param>
/// <param name="Range">The numbers that it takes.</param>
/// <param name="Meaning">What it is, in a few words of help.</param>
public sealed record ServerSetting(string Name, double Default, NumberRange Range, string Meaning)
{
    /// <summary>The learning rate, which every method has and whose default is the method's.</summary>
    public static ServerSetting Rate { get; } =
        new("learningRate", 1, NumberRange.AboveZero, "the server's learning rate, above 0");

    /// <summary>Momentum.</summary>
    public static ServerSetting Momentum { get; } =
        new("momentum", 0.9, NumberRange.Share, "momentum, from 0 to below 1");

    /// <summary>Decay of the first moment.</summary>
    public static ServerSetting Beta1 { get; } =
        new("beta1", 0.9, NumberRange.Share, "decay of the first moment, from 0 to below 1");

    /// <summary>Decay of the second moment.</summary>
    public static ServerSetting Beta2 { get; } =
        new("beta2", 0.999, NumberRange.Share, "decay of the second moment, from 0 to below 1");

    /// <summary>The degree of adaptivity, added to the root.</summary>
    public static ServerSetting Tau { get; } =
        new("tau", 1e-8, NumberRange.AboveZero, "the degree of adaptivity, above 0");

    /// <summary>
    /// Divides the moments by 1 - beta^t in step t, as Adam does (Kingma and Ba 2015); the adaptive methods of Reddi et
    /// al. do not. FedAdagrad's second moment is a sum and needs none.
    /// </summary>
    public static ServerSetting BiasCorrection { get; } =
        Switch("biasCorrection", "divide the moments as Adam does, which Reddi et al. do not");

    /// <summary>
    /// The settings that terms of training always spell out, in this order, whether the method has them or not; a
    /// method's others follow.
    /// </summary>
    public static ImmutableArray<ServerSetting> Shared { get; } = [Momentum, Beta1, Beta2, Tau, BiasCorrection];

    /// <summary>Whether it is on or off, and no number.</summary>
    public bool IsSwitch { get; private init; }

    /// <summary>A setting that is on or off, by default off.</summary>
    /// <param name="name">Its name in descriptions, in camel case.</param>
    /// <param name="meaning">What it does where it is on.</param>
    public static ServerSetting Switch(string name, string meaning) =>
        new(name, 0, NumberRange.Between(0, 1), meaning) { IsSwitch = true };
}
