using SecureFL.Cli.Shell;

Terminal.Guard();
ParentPipe.Watch();
return CommandLine.Run(Commands.Create(), args);
