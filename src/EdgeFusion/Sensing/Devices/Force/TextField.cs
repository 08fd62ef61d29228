namespace EdgeFusion.Sensing.Devices.Force;

/// <summary>One element of a text sensor's vector: where it stands and what it means.</summary>
/// <param name="Element">Name of the element: fx.</param>
/// <param name="Key">
/// Where its number stands: a column from 0 (NMEA: 0 is the first after the sentence's name), or for JSON a key, with
/// an index for a number in an array: force[2].
/// </param>
/// <param name="Unit">Unit in the text; see <see cref="SiUnit"/>.</param>
/// <param name="Scale">Factor before the unit, e.g. -1 for an axis that points the other way.</param>
public sealed record TextField(string Element, string Key, string Unit, double Scale = 1);
