using Grpc.Core;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Limits;

namespace SecureFL.Transport.Server.Tests.Limits;

public sealed class ByteBudgetTests
{
    [Fact]
    public async Task Messages_are_admitted_in_order_and_small_ones_pass_by()
    {
        ByteBudget budget = new(20_000, TimeSpan.FromMinutes(1), 20_000);
        ByteLease first = await budget.AcquireAsync("a", 15_000, default);
        Task<ByteLease> large = budget.AcquireAsync("a", 10_000, default).AsTask();
        Task<ByteLease> behind = budget.AcquireAsync("a", 5_000, default).AsTask();
        Assert.Equal((15_000L, 2), (budget.InUse, budget.Waiting));
        Assert.False(behind.IsCompleted, "a later message does not overtake a larger one");
        (await budget.AcquireAsync("a", ByteBudget.FreeBytes, default)).Dispose();
        first.Dispose();
        (await large).Dispose();
        (await behind).Dispose();
        Assert.Equal((0L, 0), (budget.InUse, budget.Waiting));
    }

    [Fact]
    public async Task A_peer_with_many_messages_delays_only_itself()
    {
        ByteBudget budget = new(40_000, TimeSpan.FromMinutes(1), 20_000);
        List<Task<ByteLease>> greedy =
            [.. Enumerable.Range(0, 1000).Select(_ => budget.AcquireAsync("greedy", 10_000, default).AsTask())];
        Assert.Equal((20_000L, 998), (budget.InUse, budget.Waiting));
        ByteLease first = await budget.AcquireAsync("modest", 15_000, default).AsTask()
            .WaitAsync(TimeSpan.FromSeconds(30));
        Task<ByteLease> second = budget.AcquireAsync("modest", 15_000, default).AsTask();
        Task<ByteLease> third = budget.AcquireAsync("late", 5_000, default).AsTask();
        Assert.True(third.IsCompleted, "who waits for its own share holds nobody up");
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second.WaitAsync(TimeSpan.FromSeconds(30))).Dispose();
        (await third).Dispose();
        foreach (Task<ByteLease> lease in greedy)
        {
            (await lease.WaitAsync(TimeSpan.FromSeconds(30))).Dispose();
        }

        Assert.Equal((0L, 0), (budget.InUse, budget.Waiting));
    }

    [Fact]
    public async Task Who_waits_too_long_or_gives_up_leaves_nothing_behind()
    {
        ByteBudget budget = new(10_000, TimeSpan.FromMilliseconds(50), 10_000);
        ByteLease held = await budget.AcquireAsync("a", 10_000, default);
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(
            () => budget.AcquireAsync("a", 5_000, default).AsTask());
        Assert.Equal(StatusCode.ResourceExhausted, fault.StatusCode);
        Assert.Contains(
            "10000 bytes are in flight, 10000 of them of this peer, and 5000 more waited 0.05 s; the limits are "
            + "10000 and 10000", fault.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => budget.AcquireAsync("a", 5_000, new CancellationToken(true)).AsTask());
        held.Dispose();
        Assert.Equal((0L, 0), (budget.InUse, budget.Waiting));
    }

    [Fact]
    public async Task A_stormed_budget_is_never_exceeded_and_ends_empty()
    {
        ByteBudget budget = new(100_000, TimeSpan.FromMinutes(1), 60_000);
        long highest = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            Random random = new(worker);
            for (int i = 0; i < 500; i++)
            {
                using CancellationTokenSource giveUp = new();
                if (i % 5 == 0)
                {
                    giveUp.CancelAfter(TimeSpan.FromMicroseconds(random.Next(200)));
                }

                try
                {
                    using ByteLease lease = await budget.AcquireAsync($"{worker % 5}", random.Next(5_000, 60_000),
                        giveUp.Token);
                    InterlockedMax(ref highest, budget.InUse);
                    await Task.Yield();
                }
                catch (OperationCanceledException)
                {
                }
            }
        })));
        Assert.InRange(highest, 5_000, 100_000);
        Assert.Equal((0L, 0), (budget.InUse, budget.Waiting));
    }

    private static void InterlockedMax(ref long target, long value)
    {
        long seen = Volatile.Read(ref target);
        while (value > seen)
        {
            seen = Interlocked.CompareExchange(ref target, value, seen) is { } actual && actual == seen ? value
                : Volatile.Read(ref target);
        }
    }
}
