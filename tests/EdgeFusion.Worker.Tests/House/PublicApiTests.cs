using System.Reflection;
using System.Text;

namespace EdgeFusion.Worker.Tests.House;

/// <summary>
/// The public API of the core as a text file: a change to it shows in the diff of a commit. To accept a change run the
/// tests
/// with EDGEFUSION_UPDATE_API=1.
/// </summary>
public sealed class PublicApiTests
{
    private const string Snapshot = "tests/EdgeFusion.Worker.Tests/House/PublicApi.txt";

    [Fact]
    public void The_public_api_of_the_core_is_the_one_on_record()
    {
        string actual = Describe(typeof(EdgeFusionException).Assembly);
        string path = Path.Combine(Repository.Root, Snapshot);
        if (Environment.GetEnvironmentVariable("EDGEFUSION_UPDATE_API") == "1")
        {
            File.WriteAllText(path, actual);
        }

        string[] recorded = File.ReadAllText(path).Split('\n');
        string[] now = actual.Split('\n');
        string[] gone = [.. recorded.Except(now).Select(line => "- " + line)];
        string[] added = [.. now.Except(recorded).Select(line => "+ " + line)];
        Assert.True(
            gone.Length + added.Length == 0,
            "The public API has changed; EDGEFUSION_UPDATE_API=1 accepts it:\n"
            + string.Join('\n', gone.Concat(added)));
    }

    private static string Describe(Assembly assembly)
    {
        var lines = new List<string>();
        foreach (Type type in assembly.GetExportedTypes())
        {
            lines.Add(type.FullName!);
            const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static
                | BindingFlags.DeclaredOnly;
            foreach (MemberInfo member in type.GetMembers(Declared))
            {
                if (member is MethodInfo { IsSpecialName: true } || member.Name.Contains('<', StringComparison.Ordinal))
                {
                    continue;
                }

                lines.Add($"{type.FullName}: {member}");
            }
        }

        lines.Sort(StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (string line in lines.Distinct())
        {
            text.Append(line).Append('\n');
        }

        return text.ToString();
    }
}
