using EdgeFusion.Worker.Commands;

return await CommandLine.RunAsync(args).ConfigureAwait(false);
