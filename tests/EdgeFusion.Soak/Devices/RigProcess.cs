using System.Diagnostics;
using System.Globalization;

namespace EdgeFusion.Soak.Devices;

/// <summary>A process with simulated devices.</summary>
internal sealed class RigProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts a rig and waits until it is there.</summary>
    /// <param name="arguments">Its verb and what follows.</param>
    public RigProcess(params string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo(
            "dotnet", ["exec", typeof(RigProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        string? port = _process.StandardOutput.ReadLine();
        if (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            Dispose();
            throw new SensorException($"The simulated devices ({arguments[0]}) did not start: '{port}'.");
        }

        Port = number;
    }

    /// <summary>TCP port of its robot or camera.</summary>
    public int Port { get; }

    /// <summary>Gives a command and waits until it is done.</summary>
    public void Do(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        if (_process.StandardOutput.ReadLine() != "done")
        {
            throw new SensorException($"The simulated devices did not '{command}'.");
        }
    }

    /// <summary>Stops the process in its tracks, as a machine that hangs; its connections stay half open.</summary>
    public void Freeze() => Signal("-STOP");

    /// <summary>Lets it go on.</summary>
    public void Thaw() => Signal("-CONT");

    /// <summary>Kills it: nothing is said to anybody.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private void Signal(string signal)
    {
        using Process kill = Process.Start(
            "kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
