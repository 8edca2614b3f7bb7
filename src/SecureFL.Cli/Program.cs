using SecureFL.Cli;
using SecureFL.Cli.Shell;

using Interruption interruption = Interruption.Watch();
Terminal.Guard();
ParentPipe.Watch();
return CommandLine.Run(Commands.Create(), args, interruption.Token);
