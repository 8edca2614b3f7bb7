using SecureFL.Learning.Data;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Learning.Tests.Rounds;

/// <summary>What is made of an opened sum, whoever took part in it.</summary>
public sealed class RoundReadingTests
{
    private const float WireClip = 2;
    private static readonly RoundCounters Counters = new(new MetricLayout(LearningTask.Binary, 2));

    [Fact]
    public void A_mean_within_the_clip_is_as_it_was()
    {
        RoundReading reading = Read([6, -6, 0.5f, 0], weight: 3);
        Assert.Equal([2, -2, 0.5f / 3, 0], reading.MeanUpdate);
        Assert.Equal(0, reading.BeyondClip);
    }

    /// <summary>Three of weight 1, and one that says -2: the rest of the weights makes three times their updates.
    /// </summary>
    [Fact]
    public void A_negative_weight_makes_no_more_of_an_update_than_the_clip()
    {
        RoundReading reading = Read([6, -4.5f, 1.5f, 0], weight: 3 - 2);
        Assert.Equal([2, -2, 1.5f, 0], reading.MeanUpdate);
        Assert.Equal(2, reading.BeyondClip);
        Assert.Contains("2 elements of the mean update were beyond the clip",
            Assert.Single(QuantisationNotes.OfMean(reading.BeyondClip)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_clip_is_that_of_each_tensor()
    {
        ModelLayout layout = new([("small", [2]), ("large", [2])]);
        RoundReading reading = Read([9, 1, -9, 1], weight: 1, new TensorClips(layout, [0.5f, 8]));
        Assert.Equal([0.5f, 0.25f, -8, 4], reading.MeanUpdate);
        Assert.Equal(2, reading.BeyondClip);
    }

    [Fact]
    public void Without_a_clip_nothing_is_changed()
    {
        RoundReading reading = RoundReading.Of(Counters, [1e6f], Counters.Compose(1, 0, null, null), weightUnit: 1);
        Assert.Equal([1e6f], reading.MeanUpdate);
        Assert.Equal(0, reading.BeyondClip);
    }

    private static RoundReading Read(float[] sum, long weight, TensorClips? clips = null) =>
        RoundReading.Of(Counters, sum, Counters.Compose(weight, 0, null, null), weightUnit: 1, clips, WireClip);
}
