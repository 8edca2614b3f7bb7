using SecureFL.Server.Uploads;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>One stream at a time, and whoever is told to leave leaves, whether it had come in yet or not.</summary>
public sealed class UploadSlotTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_that_waits_at_the_door_is_told_to_leave_too()
    {
        using UploadSlot slot = new();
        UploadSlot.Turn first = await slot.EnterAsync(Token);
        Task<UploadSlot.Turn> waiting = slot.EnterAsync(Token);
        Assert.True(first.IsEvicted);
        slot.Evict();
        first.Dispose();
        using UploadSlot.Turn second = await waiting;
        Assert.True(second.IsEvicted && second.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task The_newest_stream_takes_over_from_all_others()
    {
        using UploadSlot slot = new();
        UploadSlot.Turn first = await slot.EnterAsync(Token);
        Task<UploadSlot.Turn> second = slot.EnterAsync(Token);
        Task<UploadSlot.Turn> third = slot.EnterAsync(Token);
        first.Dispose();
        Task<UploadSlot.Turn> next = await Task.WhenAny(second, third);
        while (next != third)
        {
            using UploadSlot.Turn passing = await next;
            Assert.True(passing.IsEvicted);
            next = third;
        }

        using UploadSlot.Turn last = await third;
        Assert.False(last.IsEvicted);
    }
}
