namespace EdgeFusion.Models;

/// <summary>Reads a whole regular file of limited size.</summary>
internal static class BoundedFile
{
    /// <param name="path">Path of the file.</param>
    /// <param name="maxBytes">Largest size accepted; never more is read, whatever the file does meanwhile.</param>
    /// <param name="what">What it is, for messages.</param>
    public static byte[] Read(string path, int maxBytes, string what)
    {
        try
        {
            // A pipe or device has no length, and opening one could wait for ever. The length of a link is that of
            // the path in it.
            var file = new FileInfo(path);
            long length = file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target
                ? target.Length
                : file.Length;
            if (length == 0)
            {
                throw new ModelException($"The {what} {path} is empty or no regular file.");
            }

            if (length > maxBytes)
            {
                throw new ModelException($"The {what} {path} has {length} bytes, the limit is {maxBytes}.");
            }

            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            byte[] content = new byte[length];
            stream.ReadExactly(content);
            return content;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"Cannot read the {what} {path}: {fault.Message}", fault);
        }
    }
}
