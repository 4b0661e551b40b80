using System.Text;
using System.Xml;

namespace Grpo.Jobs.Evaluations;

/// <summary>A report as JUnit XML, which CI systems show: one test case per gate, and one for the samples that failed.</summary>
public static class EvaluationJunit
{
    /// <summary>Writes it.</summary>
    public static string Write(EvaluationReport report)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true }))
        {
            var failures = report.Gates.Count(gate => !gate.Passed);
            var errors = report.TooManyErrors ? 1 : 0;
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", Clean(report.Name ?? report.Dataset.Source));
            xml.WriteAttributeString("tests", (report.Gates.Count + 1).ToString());
            xml.WriteAttributeString("failures", failures.ToString());
            xml.WriteAttributeString("errors", errors.ToString());
            xml.WriteAttributeString("time", Seconds(report));
            xml.WriteAttributeString("timestamp", report.FinishedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss"));
            xml.WriteStartElement("properties");
            foreach (var (name, value) in Properties(report))
            {
                xml.WriteStartElement("property");
                xml.WriteAttributeString("name", name);
                xml.WriteAttributeString("value", Clean(value));
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
            foreach (var gate in report.Gates) Case(xml, report, $"{gate.Metric}: {gate.Message}", gate.Passed ? null : ("failure", gate.Message));
            Case(xml, report, "samples drawn", report.TooManyErrors ? ("error", $"{report.Counts.Errored} of {report.Counts.Total} samples failed") : null);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text + "\n";
    }

    private static void Case(XmlWriter xml, EvaluationReport report, string name, (string Kind, string Message)? problem)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Clean(report.Dataset.Source));
        xml.WriteAttributeString("name", Clean(name));
        xml.WriteAttributeString("time", Seconds(report));
        if (problem is { } wrong)
        {
            xml.WriteStartElement(wrong.Kind);
            xml.WriteAttributeString("message", Clean(wrong.Message));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static IEnumerable<(string Name, string Value)> Properties(EvaluationReport report)
    {
        yield return ("policy", report.Policy);
        yield return ("policy_versions", string.Join(", ", report.PolicyVersions.Keys));
        if (report.Engine is { } engine) yield return ("engine", $"{engine.Name} on {engine.Provider}, {engine.Dtype}");
        if (report.Commit is { } commit) yield return ("commit", commit);
        yield return ("dataset_hash", report.Dataset.Hash);
        yield return ("seed", report.Seed.ToString());
        foreach (var (name, metric) in report.Metrics) yield return (name, metric.Value?.ToString("R") ?? "undefined");
    }

    private static string Seconds(EvaluationReport report) => report.StartedAt is { } started ? (report.FinishedAt - started).TotalSeconds.ToString("0.###") : "0";

    // Completions and names may hold characters that XML has no way to write.
    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString()));
}
