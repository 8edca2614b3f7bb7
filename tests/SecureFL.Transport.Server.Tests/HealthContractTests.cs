using Google.Protobuf;
using SecureFL.Transport.Health;

namespace SecureFL.Transport.Server.Tests;

public sealed class HealthContractTests
{
    [Fact]
    public void The_numbers_on_the_wire_are_the_standards()
    {
        Assert.Equal([0x08, 0x01], new HealthCheckResponse
        { Status = HealthCheckResponse.Types.ServingStatus.Serving }.ToByteArray());
        Assert.Equal([0x0a, 0x01, (byte)'x'], new HealthCheckRequest { Service = "x" }.ToByteArray());
    }
}
