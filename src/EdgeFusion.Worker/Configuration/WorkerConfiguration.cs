using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace EdgeFusion.Worker.Configuration;

/// <summary>Reads and checks the configuration: file, then environment (EDGEFUSION__Section__Key).</summary>
internal static class WorkerConfiguration
{
    /// <summary>Prefix of environment variables that override the file.</summary>
    public const string EnvironmentPrefix = "EDGEFUSION__";

    /// <summary>Reads a file and the environment.</summary>
    /// <exception cref="ConfigurationException">Something is wrong; the message lists every fault.</exception>
    public static WorkerOptions Load(string path)
    {
        string full = Path.GetFullPath(path);
        if (!File.Exists(full))
        {
            throw new ConfigurationException($"There is no configuration file '{path}'.");
        }

        try
        {
            IConfigurationRoot configuration = new ConfigurationBuilder()
                .AddJsonFile(full, optional: false, reloadOnChange: false)
                .AddEnvironmentVariables(EnvironmentPrefix)
                .Build();
            return Bind(configuration, $"'{path}' and {EnvironmentPrefix}* of the environment");
        }
        catch (Exception fault) when (fault is InvalidDataException or JsonException)
        {
            throw new ConfigurationException(
                $"Cannot read '{path}': {(fault.InnerException ?? fault).Message}", fault);
        }
    }

    /// <summary>Binds and checks.</summary>
    public static WorkerOptions Bind(IConfiguration configuration, string source)
    {
        var faults = new List<string>();
        foreach (IConfigurationSection section in configuration.GetChildren())
        {
            if (section.Key != "$schema")
            {
                CheckKey(section, typeof(WorkerOptions), faults);
            }
        }

        WorkerOptions? options = null;
        if (faults.Count == 0)
        {
            options = configuration.Get<WorkerOptions>() ?? new WorkerOptions();
            OptionChecks.Check(options, faults);
        }

        return faults.Count == 0
            ? options!
            : throw new ConfigurationException(
                $"The configuration ({source}) has {faults.Count} fault(s):\n - " + string.Join("\n - ", faults));
    }

    private static void CheckKey(IConfigurationSection section, Type owner, List<string> faults)
    {
        PropertyInfo? property = owner.GetProperty(
            section.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
        if (property is null)
        {
            string name = owner.Name.Replace("Options", "", StringComparison.Ordinal);
            faults.Add($"{section.Path}: there is no such key; {name} has "
                + $"{string.Join(", ", Array.ConvertAll(owner.GetProperties(), p => p.Name))}");
            return;
        }

        Type type = property.PropertyType;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
        {
            Type item = type.GetGenericArguments()[1];
            foreach (IConfigurationSection entry in section.GetChildren())
            {
                CheckChildren(entry, item, faults);
            }
        }
        else if (!type.IsArray)
        {
            CheckChildren(section, type, faults);
        }
    }

    private static void CheckChildren(IConfigurationSection section, Type type, List<string> faults)
    {
        if (type.Namespace == typeof(WorkerOptions).Namespace)
        {
            if (section.Value is { Length: > 0 })
            {
                faults.Add($"{section.Path}: expected a section, found the value '{section.Value}'");
            }

            foreach (IConfigurationSection child in section.GetChildren())
            {
                CheckKey(child, type, faults);
            }

            return;
        }

        CheckValue(section, type, faults);
    }

    private static void CheckValue(IConfigurationSection section, Type type, List<string> faults)
    {
        if (section.Value is not { } value)
        {
            faults.Add($"{section.Path}: expected a value of type {Describe(type)}");
            return;
        }

        try
        {
            System.ComponentModel.TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or NotSupportedException)
        {
            faults.Add($"{section.Path}: '{value}' is no {Describe(type)}");
        }
    }

    private static string Describe(Type type) => Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) switch
    {
        TypeCode.Boolean => "true or false",
        TypeCode.Int32 or TypeCode.Int64 => "whole number",
        TypeCode.UInt64 => "whole number, 0 or more",
        TypeCode.Double => "number",
        _ => "text",
    };
}
