using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;

namespace SecureFL.Learning.ServerOptimizers;

/// <summary>A server optimiser and its settings. Immutable; equal if all settings are.</summary>
[JsonConverter(typeof(ServerOptimizerJson))]
public sealed record ServerOptimizerOptions
{
    /// <summary>Plain averaging.</summary>
    public ServerOptimizerOptions()
        : this(ServerMethods.All[0])
    {
    }

    /// <summary>A method at its own learning rate, its settings by default.</summary>
    public ServerOptimizerOptions(ServerMethod method)
    {
        ArgumentNullException.ThrowIfNull(method);
        Method = method;
        LearningRate = method.LearningRate;
    }

    /// <summary>The method.</summary>
    public ServerMethod Method { get; }

    /// <summary>Step size, above 0.</summary>
    public double LearningRate { get; init; }

    private ImmutableSortedDictionary<string, double> Given { get; init; } =
        ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>The value of a setting; of a switch 0 for off and 1 for on.</summary>
    public double this[ServerSetting setting]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(setting);
            return Given.GetValueOrDefault(setting.Name, setting.Default);
        }
    }

    /// <summary>The same with another value of a setting; of a switch 0 for off and 1 for on.</summary>
    /// <exception cref="ArgumentException">Neither the method nor <see cref="ServerSetting.Shared"/> has
    /// it.</exception>
    public ServerOptimizerOptions With(ServerSetting setting, double value)
    {
        ArgumentNullException.ThrowIfNull(setting);
        if (!Method.Spelled.Contains(setting))
        {
            throw new ArgumentException($"{Method.Name} has no setting {setting.Name}: it has "
                + string.Join(", ", Method.Spelled.Select(one => one.Name)));
        }

        return this with
        {
            Given = value.Equals(setting.Default) ? Given.Remove(setting.Name) : Given.SetItem(setting.Name, value)
        };
    }

    /// <summary>A setting's value in words.</summary>
    public string TextOf(ServerSetting setting) => setting is { IsSwitch: true } ? this[setting] != 0 ? "on" : "off"
        : this[setting].ToString(CultureInfo.InvariantCulture);

    /// <summary>Refuses settings out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting.</exception>
    public void Check()
    {
        foreach (ServerSetting setting in Method.Spelled.Prepend(ServerSetting.Rate))
        {
            double value = setting == ServerSetting.Rate ? LearningRate : this[setting];
            if (!setting.Range.Holds(value))
            {
                throw new ArgumentException(FormattableString.Invariant(
                    $"serverOptimizer.{setting.Name} is {value}: {setting.Range.Words}"));
            }
        }
    }

    /// <inheritdoc/>
    public bool Equals(ServerOptimizerOptions? other) => other is not null && Method.Name == other.Method.Name
        && LearningRate.Equals(other.LearningRate) && Given.SequenceEqual(other.Given);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Method.Name, LearningRate, Given.Count);
}
