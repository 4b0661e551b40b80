using System.Diagnostics;
using FsCheck.Fluent;
using Grpo.Rewards.Language;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Language;

public class LanguageConsistencyRewardTests
{
    [Theory]
    [InlineData("en", "we add the two numbers", 1)]
    [InlineData("zh", "we add the two numbers", 0)]
    [InlineData("zh", "我们把两个数相加。", 1)]
    [InlineData("zh-Hant-TW", "我們把兩個數相加。", 1)]
    [InlineData("ja", "二つの数を足します。", 1)]
    [InlineData("zh", "二つの数を足します。", 0)]
    [InlineData("ko", "두 수를 더합니다", 1)]
    [InlineData("ru", "складываем два числа", 1)]
    [InlineData("en", "we add два числа", 0.5)]
    [InlineData("th", "บวกสองจำนวน", 1)]
    [InlineData("el", "προσθέτουμε δύο αριθμούς", 1)]
    [InlineData("hi", "हम दो संख्याएँ जोड़ते हैं", 1)]
    public void Share_of_target_words(string target, string text, double expected) => Assert.Equal(expected, Score(target, text)!.Value, 3);

    [Theory]
    [InlineData("ca", "Aquest matí hem anat a comprar pa i després hem pujat fins al castell.")]
    [InlineData("cs", "Dnes ráno jsme šli koupit chleba a potom jsme vystoupali na hrad.")]
    [InlineData("da", "I morges gik vi ud for at købe brød, og bagefter gik vi op til slottet.")]
    [InlineData("de", "Heute Morgen haben wir Brot gekauft und sind danach zur Burg hinaufgestiegen.")]
    [InlineData("en", "This morning we went to buy bread and then climbed up to the castle.")]
    [InlineData("es", "Esta mañana fuimos a comprar pan y después subimos hasta el castillo.")]
    [InlineData("et", "Täna hommikul käisime leiba ostmas ja pärast läksime üles lossi juurde.")]
    [InlineData("fi", "Tänä aamuna kävimme ostamassa leipää ja sitten kiipesimme linnalle.")]
    [InlineData("fr", "Ce matin, nous sommes allés acheter du pain, puis nous sommes montés au château.")]
    [InlineData("hu", "Ma reggel kenyeret vettünk, azután pedig felmásztunk a várhoz.")]
    [InlineData("id", "Pagi ini kami pergi membeli roti, lalu kami naik sampai ke kastel.")]
    [InlineData("it", "Questa mattina siamo andati a comprare il pane e poi siamo saliti al castello.")]
    [InlineData("lt", "Šį rytą nuėjome nusipirkti duonos, o paskui užlipome iki pilies.")]
    [InlineData("nl", "Vanochtend zijn we brood gaan kopen en daarna naar het kasteel geklommen.")]
    [InlineData("no", "I dag tidlig gikk vi for å kjøpe brød, og etterpå klatret vi opp til slottet.")]
    [InlineData("pl", "Dziś rano poszliśmy kupić chleb, a potem weszliśmy na górę do zamku.")]
    [InlineData("pt", "Esta manhã fomos comprar pão e depois subimos até ao castelo.")]
    [InlineData("ro", "În această dimineață am mers să cumpărăm pâine și apoi am urcat până la castel.")]
    [InlineData("sv", "I morse gick vi och köpte bröd och sedan klättrade vi upp till slottet.")]
    [InlineData("tr", "Bu sabah ekmek almaya gittik, sonra da kaleye kadar tırmandık.")]
    [InlineData("vi", "Sáng nay chúng tôi đi mua bánh mì rồi leo lên tận lâu đài.")]
    [InlineData("bg", "Тази сутрин отидохме да купим хляб, а после се изкачихме до замъка.")]
    [InlineData("ru", "Сегодня утром мы пошли купить хлеба, а потом поднялись к замку.")]
    [InlineData("uk", "Сьогодні вранці ми пішли купити хліба, а потім піднялися до замку.")]
    [InlineData("ar", "ذهبنا هذا الصباح لشراء الخبز ثم صعدنا إلى القلعة.")]
    [InlineData("fa", "امروز صبح رفتیم نان بخریم و بعد تا قلعه بالا رفتیم.")]
    [InlineData("hi", "आज सुबह हम रोटी खरीदने गए और फिर किले तक चढ़े।")]
    public void Languages_of_one_script_are_told_apart(string language, string text)
    {
        var score = Reward("language_consistency", """{"target":"ka"}""").Score(Sample(text));
        Assert.Equal(0, score.Score);
        Assert.Equal(language, score.Details["language"]!.GetValue<string>());
        Assert.Equal(1, Score(language, text));
    }

    [Fact]
    public void Each_sentence_has_a_language_of_its_own()
    {
        const string Text = "First we add the two numbers and write down the sum. Ensuite nous vérifions le résultat avec soin. Then the answer is given as a fraction.";
        Assert.Equal(18.0 / 25, Score("en", Text)!.Value, 3);
        Assert.Equal(7.0 / 25, Score("fr", Text)!.Value, 3);
    }

    [Fact]
    public void Close_evidence_is_decided_for_the_target_within_the_margin()
    {
        const string Text = "Jeg kan ikke se hvor han er.";
        Assert.Equal((1, 1), (Score("da", Text), Score("no", Text)));
        Assert.Equal(1, Exact("da") + Exact("no"));
        Assert.Equal(0, Score("en", Text));

        static double? Exact(string target) => Reward("language_consistency", $$"""{"target":"{{target}}","margin":0}""").Score(Sample(Text)).Score;
    }

    [Theory]
    [InlineData("nb", "no")]
    [InlineData("pt-BR", "pt")]
    [InlineData("fil", "tl")]
    [InlineData("EN_us", "en")]
    [InlineData("xx", null)]
    public void Tags_name_languages(string tag, string? language) => Assert.Equal(language, Languages.Primary(tag));

    [Fact]
    public void Serbian_may_be_written_in_both_scripts()
    {
        Assert.Equal(1, Score("sr", "Ovo je dugačka rečenica o tome kako smo kupili hleb."));
        Assert.Equal(1, Score("sr", "Ово је дугачка реченица о томе како смо купили хлеб."));
    }

    [Theory]
    [InlineData("""{"target":"en","mode":"gate","threshold":0.7}""", 1)]
    [InlineData("""{"target":"en","mode":"gate"}""", 0)]
    [InlineData("""{"target":"en","ignore_quotes":true}""", 1)]
    public void Gates_and_quotations(string parameters, double expected) =>
        Assert.Equal(expected, Reward("language_consistency", parameters).Score(Sample("he said to all of us there at the table and then again \"мы все идём туда\" and left")).Score);

    [Theory]
    [InlineData("null", null)]
    [InlineData("zero", 0.0)]
    [InlineData("one", 1.0)]
    public void The_score_without_words_is_a_choice(string empty, double? expected) =>
        Assert.Equal(expected, Reward("language_consistency", $$"""{"target":"en","empty":"{{empty}}"}""").Score(Sample("1 + 1 = 2")).Score);

    [Fact]
    public void The_model_is_read_once_by_many_threads()
    {
        var scores = new double?[64];
        Parallel.For(0, scores.Length, i => scores[i] = Score(i % 2 == 0 ? "fr" : "de", "Ce matin, nous sommes allés acheter du pain."));
        Assert.All(scores.Index(), pair => Assert.Equal(pair.Index % 2 == 0 ? 1 : 0, pair.Item));
    }

    [Theory]
    [InlineData("складываем /usr/share/doc/readme числа")]
    [InlineData("складываем someone@example.org числа")]
    [InlineData("складываем $x + abc$ числа")]
    [InlineData("складываем `hello world` числа")]
    [InlineData("складываем числа\n```python\nprint(hello)\n```\n")]
    [InlineData("складываем числа ```\nunclosed code goes on")]
    [InlineData(@"складываем \(\text{sum of all}\) числа")]
    [InlineData(@"складываем \begin{align} sum &= total \end{align} числа")]
    [InlineData(@"складываем \frac12 числа")]
    [InlineData("складываем <b class=wide>числа</b>")]
    [InlineData("складываем https://example.org/some/path числа")]
    [InlineData("складываем числа @someone #hashtag")]
    [InlineData("складываем my_variable и camelCase и os.path числа")]
    [InlineData("складываем x y и NASA числа")]
    [InlineData("складываем 5 km и x1 числа")]
    [InlineData("по теореме Pythagoras складываем числа")]
    public void Neutral_spans_and_words_are_not_counted(string text) => Assert.Equal(1, Score("ru", text));

    [Fact]
    public void Prices_are_no_formula() => Assert.Equal(0, Score("ru", "apples cost $5 and pears cost $6"));

    [Theory]
    [InlineData("")]
    [InlineData("1 + 2 = 3")]
    [InlineData("$x^2$ 🙂")]
    public void Without_words_there_is_no_score(string text) => Assert.Null(Score("en", text));

    [Fact]
    public void The_scope_is_the_chain_of_thought()
    {
        const string Completion = "<think>we add them</think><answer>сумма равна пяти</answer>";
        Assert.Equal(1, Score("en", Completion));
        Assert.Equal(0, Reward("language_consistency", """{"target":"en","scope":"answer"}""").Score(Sample(Completion)).Score);
        Assert.Equal(0.5, Reward("language_consistency", """{"target":"en","scope":"all"}""").Score(Sample(Completion)).Score);
        Assert.Equal(1, Score("en", "we add them</think><answer>сумма</answer>"));
    }

    [Fact]
    public void The_target_may_come_from_the_reference()
    {
        var sample = new RewardSample { Completion = "мы", Reference = Json("""{"language":"ru"}""") };
        Assert.Equal(1, Reward("language_consistency").Score(sample).Score);
        Assert.Null(Reward("language_consistency").Score(sample with { Reference = null }).Score);
        Assert.Equal("unknown language 'xx'", Reward("language_consistency").Score(sample with { Reference = Json("""{"language":"xx"}""") }).Reason);
    }

    [Fact]
    public void The_histogram_names_the_other_languages()
    {
        var details = Reward("language_consistency", """{"target":"en"}""").Score(Sample("we add 两个数 and складываем числа and 두")).Details!;
        Assert.Equal("""{"en":4,"ko":1,"ru":2,"zh":1.92}""", details["words"]!.ToJsonString());
    }

    [Fact]
    public void Fewer_words_than_asked_for_are_no_score() =>
        Assert.Null(Reward("language_consistency", """{"target":"en","min_words":5}""").Score(Sample("we add them")).Score);

    [Theory]
    [InlineData("$")]
    [InlineData("$a ")]
    [InlineData("`")]
    [InlineData("` ")]
    [InlineData("<a ")]
    [InlineData(@"\begin{a}")]
    [InlineData(@"\(")]
    [InlineData("𠀀")]
    [InlineData("\ud800")]
    [InlineData("a.")]
    public void A_million_hostile_characters_take_linear_time(string unit)
    {
        var started = Stopwatch.GetTimestamp();
        Score("en", string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length)));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Any_text_has_a_share_or_none() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<string>(text => Score("ja", text ?? "") is null or (>= 0 and <= 1)));

    [Fact]
    public void The_parameter_schema_lists_every_language()
    {
        var description = RewardCatalog.Find("language_consistency")!.ParamsSchema["properties"]!["target"]!["description"]!.GetValue<string>();
        Assert.Contains($"Known: {string.Join(", ", Languages.Tags)}.", description, StringComparison.Ordinal);
    }

    private static double? Score(string target, string text) => Reward("language_consistency", $$"""{"target":"{{target}}"}""").Score(Sample(text)).Score;
}
