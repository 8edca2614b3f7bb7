using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SecureFL.Grpc.Framing;

namespace SecureFL.Grpc.Tests.Framing;

/// <summary>Header values: percent encoding, timeouts, metadata, statuses.</summary>
public sealed class FormatTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100%", "100%25")]
    [InlineData("a\r\nb", "a%0D%0Ab")]
    [InlineData("ü€😀", "%C3%BC%E2%82%AC%F0%9F%98%80")]
    [InlineData("~\u007f", "~%7F")]
    public void Percent_encoding_escapes_what_no_header_may_hold(string text, string encoded)
    {
        Assert.Equal(encoded, PercentEncoding.Encode(text));
        Assert.Equal(text, PercentEncoding.Decode(encoded));
    }

    [Theory]
    [InlineData("100%", "100%")]
    [InlineData("%zz%4", "%zz%4")]
    [InlineData("%41%4a%4A", "AJJ")]
    [InlineData("%ff", "\ufffd")]
    [InlineData("ü", "ü")]
    public void Percent_decoding_never_fails(string received, string text) =>
        Assert.Equal(text, PercentEncoding.Decode(received));

    [Fact]
    public void Percent_encoding_round_trips_and_is_printable() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
    {
        string wellFormed = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get));
        string encoded = PercentEncoding.Encode(wellFormed);
        return encoded.All(c => c is >= ' ' and <= '~') && PercentEncoding.Decode(encoded) == wellFormed;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Long_details_are_cut() =>
        Assert.Equal(PercentEncoding.MaxCharacters + 3, PercentEncoding.Encode(new string('x', 1_000_000)).Length);

    [Theory]
    [InlineData("1H", 3_600_000_000)]
    [InlineData("2M", 120_000_000)]
    [InlineData("3S", 3_000_000)]
    [InlineData("99999999m", 99_999_999_000)]
    [InlineData("5u", 5)]
    [InlineData("7000n", 7)]
    [InlineData("0n", 0)]
    public void Timeouts_parse(string text, long microseconds)
    {
        Assert.True(TimeoutHeader.TryParse(text, out TimeSpan timeout));
        Assert.Equal(TimeSpan.FromMicroseconds(microseconds), timeout);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("5")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData("1 S")]
    [InlineData("1x")]
    [InlineData("1.5S")]
    [InlineData("123456789S")]
    public void Broken_timeouts_do_not_parse(string text) => Assert.False(TimeoutHeader.TryParse(text, out _));

    [Fact]
    public void Timeouts_round_trip_never_shorter_and_at_most_a_unit_longer() =>
        Prop.ForAll(Gen.Choose(0, 62).SelectMany(
        bits => Gen.Choose(0, int.MaxValue).Select(low => (1L << bits) + (low % (1L << bits)))).ToArbitrary(), ticks =>
    {
        TimeSpan timeout = new(ticks);
        if (TimeoutHeader.Format(timeout) is not { } text)
        {
            return ticks > 99_999_999L * TimeSpan.TicksPerHour;
        }

        return text.Length <= 9 && TimeoutHeader.TryParse(text, out TimeSpan parsed) && parsed >= timeout
            && parsed.Ticks - ticks <= Math.Max(10, ticks / 90_000);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_timeout_that_has_passed_is_still_positive_on_the_wire() =>
        Assert.Equal("1u", TimeoutHeader.Format(TimeSpan.FromSeconds(-5)));

    [Fact]
    public void Binary_metadata_round_trips_with_and_without_padding() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        string sent = new GrpcMetadata().Add("x-bin", bytes.AsSpan()).Get("x-bin")!;
        return !sent.Contains('=') &&
            MetadataFormat.TryDecodeBinary(sent, out byte[] bare) && bare.AsSpan().SequenceEqual(bytes) &&
            MetadataFormat.TryDecodeBinary(Convert.ToBase64String(bytes), out byte[] padded)
            && padded.AsSpan().SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("a")]
    [InlineData("****")]
    [InlineData("aaaaa")]
    public void What_is_no_base64_is_no_value(string text) => Assert.False(MetadataFormat.TryDecodeBinary(text, out _));

    [Fact]
    public void Metadata_takes_no_name_or_value_that_breaks_out_of_a_header()
    {
        GrpcMetadata metadata = new();
        Assert.Throws<ArgumentException>(() => metadata.Add("grpc-status", "0"));
        Assert.Throws<ArgumentException>(() => metadata.Add(":path", "/"));
        Assert.Throws<ArgumentException>(() => metadata.Add("content-type", "x"));
        Assert.Throws<ArgumentException>(() => metadata.Add("a b", "x"));
        Assert.Throws<ArgumentException>(() => metadata.Add("a", "x\r\nb: y"));
        Assert.Throws<ArgumentException>(() => metadata.Add("a", "ü"));
        Assert.Throws<ArgumentException>(() => metadata.Add("a-bin", "text"));
        Assert.Throws<ArgumentException>(() => metadata.Add("a", [1]));
        Assert.Empty(metadata);
    }

    [Theory]
    [InlineData("0", GrpcStatusCode.Ok)]
    [InlineData("16", GrpcStatusCode.Unauthenticated)]
    [InlineData("17", GrpcStatusCode.Unknown)]
    [InlineData("-1", GrpcStatusCode.Unknown)]
    [InlineData("ok", GrpcStatusCode.Unknown)]
    [InlineData("99999999999999", GrpcStatusCode.Unknown)]
    public void Statuses_parse_and_strange_ones_are_unknown(string text, GrpcStatusCode status) =>
        Assert.Equal(status, StatusFormat.Parse(text));

    [Theory]
    [InlineData(400, GrpcStatusCode.Internal)]
    [InlineData(401, GrpcStatusCode.Unauthenticated)]
    [InlineData(403, GrpcStatusCode.PermissionDenied)]
    [InlineData(404, GrpcStatusCode.Unimplemented)]
    [InlineData(429, GrpcStatusCode.Unavailable)]
    [InlineData(502, GrpcStatusCode.Unavailable)]
    [InlineData(503, GrpcStatusCode.Unavailable)]
    [InlineData(504, GrpcStatusCode.Unavailable)]
    [InlineData(500, GrpcStatusCode.Unknown)]
    [InlineData(302, GrpcStatusCode.Unknown)]
    public void Http_statuses_map_as_the_specification_says(int http, GrpcStatusCode status) =>
        Assert.Equal(status, StatusFormat.OfHttp((HttpStatusCode)http));

    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("application/grpc;charset=utf-8", true)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/grpc+json", false)]
    [InlineData("application/json", false)]
    [InlineData(null, false)]
    public void Content_types(string? type, bool grpc) => Assert.Equal(grpc, WireNames.IsGrpc(type));
}
