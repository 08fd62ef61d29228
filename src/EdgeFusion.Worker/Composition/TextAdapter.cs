using System.Collections.Immutable;
using System.Globalization;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Devices;
using EdgeFusion.Sensing.Devices.Force;

namespace EdgeFusion.Worker.Composition;

/// <summary>A sensor that prints lines: which number is which axis, in which unit.</summary>
internal static class TextAdapter
{
    private static readonly double[] TimeUnits = [1e6, 1, 1e3, 1e9];

    public static StreamDevice Create(AdapterSettings settings)
    {
        IByteEndpoint line = DeviceLines.Serial(settings, 115_200);
        string separator = settings.Text("Separator", ",");
        var format = (TextFormat)settings.Choice("Format", "csv", "json", "nmea");
        var options = new TextOptions
        {
            Format = format,
            Fields = Fields(settings, format),
            RateHz = settings.Number("RateHz", 100, 0.1, 5_000),
            TimeKey = settings.Text("Time"),
            TimeUnitsPerSecond = TimeUnits[settings.Choice("TimeUnit", "us", "s", "ms", "ns")],
            Separator = separator switch { "space" => ' ', "tab" => '\t', _ => separator[0] },
            Sentence = settings.Text("Sentence"),
            LongestLine = settings.Integer("LongestLine", 512, 16, 8_192),
        };
        return ForceDevices.Text(line, options);
    }

    /// <summary>
    /// Elements "fx,fy,fz", Keys "1,2,3" (default: in order), Units "N" or one each, Scale "1" or one each.
    /// </summary>
    private static ImmutableArray<TextField> Fields(AdapterSettings settings, TextFormat format)
    {
        string[] elements = List(settings.Text("Elements", "fx,fy,fz,tx,ty,tz"));
        bool wrench = elements.All(element => element.Length == 2 && element[0] is 'f' or 't');
        string usualUnits = wrench
            ? string.Join(',', elements.Select(element => element[0] == 'f' ? "N" : "Nm")) : "1";
        string[] units = Spread(settings, "Units", usualUnits, elements.Length);
        string[] scales = Spread(settings, "Scale", "1", elements.Length);
        string usualKeys = string.Join(',', elements.Select((element, index) => format == TextFormat.Json
            ? element : index.ToString(CultureInfo.InvariantCulture)));
        string[] keys = List(settings.Text("Keys", usualKeys));
        if (keys.Length != elements.Length)
        {
            settings.Fault($"Settings:Keys has {keys.Length} entries, but Elements {elements.Length}");
            keys = List(usualKeys);
        }

        ImmutableArray<TextField>.Builder fields = ImmutableArray.CreateBuilder<TextField>();
        for (int i = 0; i < elements.Length; i++)
        {
            if (!double.TryParse(scales[i], NumberStyles.Float, CultureInfo.InvariantCulture, out double scale))
            {
                settings.Fault($"Settings:Scale: '{scales[i]}' is no number");
            }

            fields.Add(new TextField(elements[i], keys[i], units[i], scale));
        }

        return fields.ToImmutable();
    }

    private static string[] Spread(AdapterSettings settings, string key, string fallback, int count)
    {
        string[] list = List(settings.Text(key, fallback));
        if (list.Length != 1 && list.Length != count)
        {
            settings.Fault($"Settings:{key} has {list.Length} entries; it takes one, or {count}");
            list = ["1"];
        }

        return list.Length == count ? list : [.. Enumerable.Repeat(list[0], count)];
    }

    private static string[] List(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
