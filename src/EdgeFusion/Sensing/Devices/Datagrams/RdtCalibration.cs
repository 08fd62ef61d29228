using System.Globalization;
using System.Net.Http;
using System.Xml;

namespace EdgeFusion.Sensing.Devices.Datagrams;

/// <summary>Newtons and newton metres per count.</summary>
/// <param name="NewtonPerCount">Force.</param>
/// <param name="NewtonMetrePerCount">Torque.</param>
internal sealed record RdtCalibration(double NewtonPerCount, double NewtonMetrePerCount)
{
    public const double OnRobotCountsPerNewton = 10_000;
    public const double OnRobotCountsPerNewtonMetre = 100_000;

    private const int LargestPage = 65_536;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The calibration that holds for a box: stated, fixed, or asked for.</summary>
    /// <exception cref="SensorException">The box does not tell it.</exception>
    public static RdtCalibration For(RdtOptions options, CancellationToken stopping)
    {
        if (options.CountsPerNewton > 0 && options.CountsPerNewtonMetre > 0)
        {
            return new RdtCalibration(1 / options.CountsPerNewton, 1 / options.CountsPerNewtonMetre);
        }

        return options.OnRobot
            ? new RdtCalibration(1 / OnRobotCountsPerNewton, 1 / OnRobotCountsPerNewtonMetre)
            : Parse(Download(options, stopping), options.Host);
    }

    /// <summary>Reads netftapi2.xml: counts per unit and the units.</summary>
    public static RdtCalibration Parse(string xml, string host)
    {
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
            using var text = new StringReader(xml);
            using var reader = XmlReader.Create(text, settings);
            var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            string element = "";
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element)
                {
                    element = reader.LocalName;
                }
                else if (reader.NodeType == XmlNodeType.Text)
                {
                    found[element] = reader.Value.Trim();
                }
            }

            return new RdtCalibration(
                Scale(found, "cfgcpf", "scfgfu", "N"), Scale(found, "cfgcpt", "scfgtu", "Nm"));
        }
        catch (Exception fault) when (fault is XmlException or ConfigurationException)
        {
            throw new SensorException(
                $"The calibration page of {host} (netftapi2.xml) is no use: {fault.Message}. State CountsPerNewton "
                + "and CountsPerNewtonMetre instead.", fault);
        }
    }

    private static double Scale(Dictionary<string, string> found, string countsTag, string unitTag, string si)
    {
        string unit = found.GetValueOrDefault(unitTag, "");
        if (!found.TryGetValue(countsTag, out string? text)
            || !double.TryParse(text, CultureInfo.InvariantCulture, out double counts) || !(counts > 0))
        {
            throw new ConfigurationException($"{countsTag} is missing or no number above 0");
        }

        (string got, double factor) = SiUnit.Find(unit);
        return got == si ? factor / counts : throw new ConfigurationException($"{unitTag} is '{unit}', not in {si}");
    }

    private static string Download(RdtOptions options, CancellationToken stopping)
    {
        string url = FormattableString.Invariant($"http://{options.Host}:{options.HttpPort}/netftapi2.xml");
        try
        {
            using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
            using var client = new HttpClient(handler)
            {
                Timeout = Patience,
                MaxResponseContentBufferSize = LargestPage,
            };
            return client.GetStringAsync(new Uri(url), stopping).GetAwaiter().GetResult();
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            stopping.ThrowIfCancellationRequested();
            throw new SensorException(
                $"Cannot read the calibration of the force sensor at {url}: {fault.Message} Check the address, or "
                + "state CountsPerNewton and CountsPerNewtonMetre.", fault);
        }
    }
}
