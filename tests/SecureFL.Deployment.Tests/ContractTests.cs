using Google.Protobuf;
using SecureFL.Deployment.Contracts;

namespace SecureFL.Deployment.Tests;

public sealed class ContractTests
{
    [Fact]
    public void An_upload_part_is_one_field_on_the_wire()
    {
        byte[] bytes = new UploadPart { ChunkMessage = ByteString.CopyFrom(5, 6) }.ToByteArray();
        Assert.Equal([0x12, 0x02, 5, 6], bytes);
        Assert.Equal(UploadPart.PartOneofCase.ChunkMessage, UploadPart.Parser.ParseFrom(bytes).PartCase);
    }
}
