// Each test runs eight processes: one at a time is what two cores can do.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
