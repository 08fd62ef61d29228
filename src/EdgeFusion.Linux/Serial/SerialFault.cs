using EdgeFusion.Linux.Interop.Libc;

namespace EdgeFusion.Linux.Serial;

/// <summary>One sentence on why a line could not be opened, and one on what to do.</summary>
internal static class SerialFault
{
    public static string OnOpen(string device, int error) => error switch
    {
        LibcTerminal.ErrorNoEntry or LibcTerminal.ErrorNoDevice or LibcTerminal.ErrorNoAddress =>
            $"There is no serial device '{device}'. Plug it in. {SerialNames.Describe()}.",
        LibcTerminal.ErrorAccess or LibcTerminal.ErrorPermission =>
            $"No permission for {device}. Add the user to its group: sudo usermod -aG dialout $USER, then log in "
            + "again.",
        LibcTerminal.ErrorBusy or LibcTerminal.ErrorAgain =>
            $"{device} is in use by another program. Stop that one (lsof {device} names it).",
        LibcTerminal.ErrorNoTerminal => $"'{device}' is no serial device. {SerialNames.Describe()}.",
        _ => $"Cannot open {device}: {LibcTerminal.Describe(error)}.",
    };
}
