using System.Buffers;
using System.Text.Json;
using Grpo.Rollouts;

namespace Grpo.Engines.Tokenizers.Bpe;

/// <summary>Reads the model object of a tokenizer.json in one pass over its UTF-8, without a document tree.</summary>
internal static class BpeReader
{
    /// <summary>Reads from the object's opening brace to its end.</summary>
    public static BpeModel Read(ref Utf8JsonReader reader)
    {
        var fields = new ModelFields();
        var vocabulary = new Vocabulary();
        Utf8JsonReader mergesReader = default;
        bool hasMerges = false, hasVocabulary = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "vocab":
                    if (reader.TokenType != JsonTokenType.StartObject) throw Unsupported(fields.Type ?? "a vocabulary that is no object");
                    ReadVocabulary(ref reader, vocabulary);
                    hasVocabulary = true;
                    break;
                case "merges":
                    mergesReader = reader; // merges name tokens: they are read when the vocabulary is complete
                    reader.Skip();
                    hasMerges = true;
                    break;
                default:
                    fields.Read(name, ref reader);
                    break;
            }
        }

        fields.Refuse(hasMerges);
        if (!hasVocabulary || !hasMerges) throw new ModelLoadException("tokenizer.json: model has no vocab or no merges.");
        var merges = new MergeTable();
        bool cutBeforeMark = ReadMerges(ref mergesReader, vocabulary, merges);
        return new BpeModel(vocabulary, merges, fields.ToOptions(vocabulary, cutBeforeMark));
    }

    public static ModelLoadException Unsupported(string type) =>
        new($"tokenizer.json: model {type} is not supported; supported is BPE.");

    private static void ReadVocabulary(ref Utf8JsonReader reader, Vocabulary vocabulary)
    {
        char[] buffer = ArrayPool<char>.Shared.Rent(1 << 12);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadOnlySpan<char> token = Copy(ref reader, ref buffer);
            reader.Read();
            vocabulary.Add(token, reader.GetInt32());
        }

        ArrayPool<char>.Shared.Return(buffer);
    }

    /// <summary>Reads the merges in order of rank.</summary>
    /// <returns>Whether no merge joins another character with a space mark after it.</returns>
    private static bool ReadMerges(ref Utf8JsonReader reader, Vocabulary vocabulary, MergeTable merges)
    {
        char[] buffer = ArrayPool<char>.Shared.Rent(1 << 12);
        bool cutBeforeMark = vocabulary.IdOf([BpeOptions.Mark]) >= 0;
        int rank = 0;
        if (reader.TokenType == JsonTokenType.StartObject && reader.Read() && reader.TokenType == JsonTokenType.EndObject) return cutBeforeMark; // "merges": {} is found for none
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!CopyPair(ref reader, vocabulary, ref buffer, out int leftLength, out int length)) continue;
            ReadOnlySpan<char> merged = buffer.AsSpan(0, length);
            int left = Id(vocabulary, merged[..leftLength]), right = Id(vocabulary, merged[leftLength..]);
            merges.Add(left, right, rank++, Id(vocabulary, merged));
            cutBeforeMark = cutBeforeMark && !(merged[leftLength] == BpeOptions.Mark && merged[leftLength - 1] != BpeOptions.Mark);
        }

        ArrayPool<char>.Shared.Return(buffer);
        return cutBeforeMark;
    }

    /// <summary>Copies "a b" or ["a","b"] as "ab".</summary>
    /// <returns>False for the version line of old merge files.</returns>
    private static bool CopyPair(ref Utf8JsonReader reader, Vocabulary vocabulary, ref char[] buffer, out int leftLength, out int length)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            reader.Read();
            string left = reader.GetString()!;
            reader.Read();
            string both = left + reader.GetString();
            reader.Read();
            if (both.Length > buffer.Length) buffer = new char[both.Length];
            both.CopyTo(buffer);
            (leftLength, length) = (left.Length, both.Length);
        }
        else
        {
            int copied = Copy(ref reader, ref buffer).Length;
            Span<char> pair = buffer.AsSpan(0, copied);
            leftLength = Cut(pair, vocabulary);
            length = pair.Length - 1;
            if (pair.StartsWith("#version")) return false;
            if (leftLength > 0 && leftLength < length) pair[(leftLength + 1)..].CopyTo(pair[leftLength..]);
        }

        if (leftLength <= 0 || leftLength >= length) throw new ModelLoadException("tokenizer.json: a merge is not a pair of two tokens.");
        return true;
    }

    /// <summary>The space between two tokens; where tokens contain spaces themselves, the first that has a token on either side.</summary>
    private static int Cut(ReadOnlySpan<char> pair, Vocabulary vocabulary)
    {
        int cut = pair.IndexOf(' ');
        if (pair.LastIndexOf(' ') == cut) return cut;
        while (cut < pair.Length && !(pair[cut] == ' ' && vocabulary.IdOf(pair[..cut]) >= 0 && vocabulary.IdOf(pair[(cut + 1)..]) >= 0)) cut++;
        return cut;
    }

    private static int Id(Vocabulary vocabulary, ReadOnlySpan<char> token)
    {
        int id = vocabulary.IdOf(token);
        return id >= 0 ? id : throw new ModelLoadException($"tokenizer.json: a merge names '{token}', which is not in the vocabulary.");
    }

    private static ReadOnlySpan<char> Copy(ref Utf8JsonReader reader, ref char[] buffer)
    {
        if (reader.ValueSpan.Length > buffer.Length) buffer = new char[reader.ValueSpan.Length];
        return buffer.AsSpan(0, reader.CopyString(buffer));
    }
}
