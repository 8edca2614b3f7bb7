using System.Collections.Immutable;
using SecureFL.Learning.Models;
using SecureFL.Learning.Settings;

namespace SecureFL.Learning.Tests.Settings;

public sealed class WithinAttributeTests
{
    private sealed record Sample
    {
        [Within(0, 1, Below = true)]
        public float Share { get; init; }

        [Within(1)]
        public int? Count { get; init; }

        [Within(0, Above = true)]
        public ImmutableArray<double> Values { get; init; } = [];

        public double Free { get; init; } = double.NaN;
    }

    [Fact]
    public void A_number_or_an_element_out_of_its_range_is_told_by_name_value_and_range()
    {
        WithinAttribute.Check(new Sample { Share = 0.999f, Count = 1, Values = [double.Epsilon, double.MaxValue] });
        Assert.Equal("share is 1: at least 0 and below 1", Refused(new Sample { Share = 1 }));
        Assert.Equal("share is NaN: at least 0 and below 1", Refused(new Sample { Share = float.NaN }));
        Assert.Equal("count is 0: at least 1", Refused(new Sample { Count = 0 }));
        Assert.Equal("values is 0: above 0", Refused(new Sample { Values = [1, 0] }));
        Assert.Equal("values is Infinity: above 0", Refused(new Sample { Values = [double.PositiveInfinity] }));
    }

    [Fact]
    public void The_settings_of_local_training_are_held_to_theirs()
    {
        new LocalTrainingOptions().Check(2);
        Assert.Equal("batchSize is -1: at least 0", Refused(() => new LocalTrainingOptions { BatchSize = -1 }.Check(2)));
        Assert.Equal("l2 is -1: at least 0", Refused(() => new LocalTrainingOptions { L2 = -1 }.Check(2)));
        Assert.Equal("beta2 is 1: at least 0 and below 1",
            Refused(() => new LocalOptimizerOptions { Beta2 = 1 }.Check()));
        Assert.Equal("factor is 0: above 0 and at most 1", Refused(() => new RateSchedule { Factor = 0 }.Check()));
    }

    private static string Refused(Sample sample) => Refused(() => WithinAttribute.Check(sample));

    private static string Refused(Action check) => Assert.Throws<ArgumentException>(check).Message;
}
