using System.Text.Json;
using System.Text.Json.Serialization;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Text;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Tests.Names;

public sealed class SuiteNamesTests
{
    private enum Sample
    {
        PlainWord,

        [JsonStringEnumMemberName("said-otherwise")]
        Named,
    }

    [Fact]
    public void Every_suite_has_one_name_and_another_number_none()
    {
        Assert.Equal(["one-time-key", "joint-key"],
            Enum.GetValues<Suite>().Select(suite => SuiteTable.Find(suite)?.Name));
        Assert.All(SuiteTable.All, suite => Assert.Same(suite, SuiteTable.Find(suite.Name)));
        Assert.Null(SuiteTable.Find((Suite)3));
        Assert.Null(SuiteTable.Find("oneTimeKey"));
    }

    [Fact]
    public void A_name_that_is_said_goes_before_the_policy()
    {
        JsonSerializerOptions options = new() { Converters = { new NamedEnumConverter(JsonNamingPolicy.CamelCase) } };
        Assert.Equal("[\"plainWord\",\"said-otherwise\"]",
            JsonSerializer.Serialize(Enum.GetValues<Sample>(), options));
        Assert.Equal(Sample.Named, JsonSerializer.Deserialize<Sample>("\"said-otherwise\"", options));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Sample>("\"named\"", options));
    }
}
