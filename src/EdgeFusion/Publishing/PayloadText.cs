using System.Text;
using System.Text.Json;

namespace EdgeFusion.Publishing;

/// <summary>A name or word of payloads, encoded once for each encoding.</summary>
internal readonly struct PayloadText
{
    public PayloadText(string text)
    {
        Json = JsonEncodedText.Encode(text);
        Utf8 = Encoding.UTF8.GetBytes(text);
    }

    public JsonEncodedText Json { get; }

    public byte[] Utf8 { get; }

    public static PayloadText[] Of(params ReadOnlySpan<string> words)
    {
        var texts = new PayloadText[words.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = new PayloadText(words[i]);
        }

        return texts;
    }
}
