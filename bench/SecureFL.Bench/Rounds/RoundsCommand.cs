using System.CommandLine;
using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Running;

namespace SecureFL.Bench.Rounds;

internal static class RoundsCommand
{
    internal static Command Create()
    {
        Command command = new("rounds", "x");
        command.SetAction(async (_, _) =>
        {
            RoundShape shape = new(2_000_000, 4, 16, 1f, 3, 2);
            SecureFL.Bench.Rounds.Inputs.RoundInputs inputs = new(shape.Parameters, 1f, 1);
            for (int g = 0; g < 2; g++)
            {
            await using SecureFL.Bench.Rounds.Transport.IRoundTransport transport = g == 1 ? await SecureFL.Bench.Rounds.Transport.GrpcTransport.StartAsync() : new SecureFL.Bench.Rounds.Transport.InProcessTransport();
            foreach (IRoundArm arm in ArmCatalogue.All)
            {
                using IArmSession session = arm.CreateSession(shape);
                for (int i = 0; i < 4; i++)
                {
                    var s = await RoundRunner.RunAsync(arm, session, shape, inputs, transport, 1, i);
                    double per = 1e9 / shape.Parameters / shape.Clients;
                    Console.WriteLine($"{s.Arm} {i} cpu {s.CpuSeconds * per:F2} wall {s.WallSeconds * per:F2} stages {string.Join(' ', s.StageCpuSeconds.Select(x => (x * per).ToString("F2")))} up {s.UploadBytesPerClient / (double)shape.Parameters:F3} rss {s.PeakRssBytes >> 20} {s.Verdict}");
                }
            }
            }
        });
        return command;
    }
}
