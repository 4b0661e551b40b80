namespace Grpo.Engines.Tests.Oracle;

/// <summary>
/// Random templates of what chat templates are made of: loops, conditions, assignments, filters, white space control. Nothing in which transformers.js leaves
/// Jinja2, as ours does not: it prints true for True, has another idea of title case and of capitalize, and takes "x is none if y".
/// </summary>
internal static class RandomTemplate
{
    /// <summary>A template.</summary>
    public static string Of(Random random) => Body(random, depth: 3);

    private static string Body(Random random, int depth) => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Piece(random, depth)));

    private static string Piece(Random random, int depth) => random.Next(depth > 0 ? 7 : 3) switch
    {
        0 => Pick(random, "text", " ", "\n", "\n  ", "<|im_start|>", "é"),
        1 or 2 => $"{Open(random, "{{")} {Expression(random, 2)} {Close(random, "}}")}",
        3 => $"{Open(random, "{%")} if {Condition(random, 2)} {Close(random, "%}")}{Body(random, depth - 1)}{Open(random, "{%")} else {Close(random, "%}")}{Body(random, depth - 1)}{Open(random, "{%")} endif {Close(random, "%}")}",
        4 => $"{Open(random, "{%")} for x in {Pick(random, "xs", "messages", "range(3)", "d", "'ab'", "xs[1:]", "messages[::-1]")} {Close(random, "%}")}{{{{ loop.index0 }}}}{Body(random, depth - 1)}{Open(random, "{%")} endfor {Close(random, "%}")}",
        5 => $"{Open(random, "{%")} set y = {Expression(random, 2)} {Close(random, "%}")}{{{{ y }}}}",
        _ => $"{Open(random, "{%")} set ns = namespace(v=0) {Close(random, "%}")}{{% for i in range({random.Next(4)}) %}}{{% set ns.v = ns.v + i %}}{{% endfor %}}{{{{ ns.v }}}}",
    };

    private static string Expression(Random random, int depth) => random.Next(depth > 0 ? 8 : 2) switch
    {
        0 => Pick(random, "s", "messages[0].content", "messages[1]['role']", "'lit'", "\"dq\""),
        1 => Pick(random, "n", "m", "xs[0]", "xs | length", "messages | length", "2"),
        2 => $"{Text(random)} ~ {Number(random)}",
        3 => $"({Number(random)} {Pick(random, "+", "-", "*", "%")} {Number(random)})",
        4 => $"{Text(random)} | {Pick(random, "upper", "lower", "trim", "length", "replace('l', 'L')")}",
        5 => $"{Text(random)}.{Pick(random, "strip()", "upper()", "lower()", "split(',')[0]", "lstrip()", "rstrip()", "replace('-', '+')")}",
        6 => $"({Expression(random, depth - 1)} if {Condition(random, depth - 1)} else {Expression(random, depth - 1)})",
        _ => Pick(random, "xs | join('-')", "xs | first", "xs | last", "d | tojson", "messages | tojson", "xs | tojson", "xs | sum", "messages | map(attribute='role') | join(',')", "messages | selectattr('role', 'equalto', 'user') | list | length", "d.k", "s[1:3]", "s[-2]", "d.items() | list | length"),
    };

    private static string Condition(Random random, int depth) => random.Next(depth > 0 ? 7 : 3) switch
    {
        0 => Pick(random, "flag", "not flag", "none", "xs", "messages[2].content", "undefined_name"),
        1 => $"{Number(random)} {Pick(random, "<", ">", "==", "!=", "<=", ">=")} {Number(random)}",
        2 => Pick(random, "s is string", "n is number", "none is none", "zzz is defined", "d is mapping", "'Hello' in messages[0].content", "'k' in d", "2 in xs", "'z' not in s", "xs is iterable", "s.startswith('H')"),
        3 => $"({Condition(random, depth - 1)} and {Condition(random, depth - 1)})",
        4 => $"({Condition(random, depth - 1)} or {Condition(random, depth - 1)})",
        5 => $"not ({Condition(random, depth - 1)})",
        _ => $"{Text(random)} == {Text(random)}",
    };

    private static string Text(Random random) => Pick(random, "s", "messages[0].content", "messages[1].content", "'x'", "messages[0].role");

    private static string Number(Random random) => Pick(random, "n", "m", "1", "xs[1]", "(xs | length)");

    private static string Open(Random random, string mark) => random.Next(4) == 0 ? mark + "-" : mark;

    private static string Close(Random random, string mark) => random.Next(4) == 0 ? "-" + mark : mark;

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
