using BenchmarkDotNet.Running;

// Without a filter it asks which; --filter '*' runs all; --job dry runs each once, to see that it works.
// In process: the project that BenchmarkDotNet would generate inherits this repository's artifacts folder and is then
// not found where BenchmarkDotNet looks for it.
const string InProcess = "--inProcess";
BenchmarkSwitcher.FromAssembly(typeof(EdgeFusion.Benchmarks.RingBenchmark).Assembly)
    .Run(args.Contains(InProcess) ? args : [.. args, InProcess]);
