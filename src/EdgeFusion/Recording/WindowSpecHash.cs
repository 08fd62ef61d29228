using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EdgeFusion.Models;

namespace EdgeFusion.Recording;

/// <summary>
/// Identifies how a model's windows are cut and bound: two models with the same hash take the same decisions on the
/// same samples, so that recorded cuts of the one serve the other.
/// </summary>
internal static class WindowSpecHash
{
    /// <summary>SHA-256 in hex over everything that decides windows and presence.</summary>
    public static string Of(ModelManifest manifest)
    {
        var text = new StringBuilder();
        WindowShape window = manifest.Window;
        text.Append(CultureInfo.InvariantCulture,
            $"{window.LengthNanoseconds}/{window.HopNanoseconds}/{window.DeadlineNanoseconds}");
        foreach (ModelInput input in manifest.Inputs)
        {
            text.Append(CultureInfo.InvariantCulture,
                $";{input.Modality},{input.Kind},{input.Steps},{input.RateHz:R},{input.Anchor},{input.Interpolation},"
                + $"{input.MaxGapNanoseconds},{input.MinCoverage:R}");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
