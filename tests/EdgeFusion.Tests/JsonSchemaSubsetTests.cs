using EdgeFusion.Testing;

namespace EdgeFusion.Tests;

public sealed class JsonSchemaSubsetTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", "5.0", "5.5")]
    [InlineData("""{"type":["string","null"]}""", "null", "1")]
    [InlineData("""{"const":[1,{"a":2}]}""", """[1.0,{"a":2}]""", """[1,{"a":3}]""")]
    [InlineData("""{"enum":["a","b"]}""", "\"b\"", "\"c\"")]
    [InlineData("""{"minimum":1,"exclusiveMaximum":2}""", "1", "2")]
    [InlineData("""{"pattern":"^a+$","maxLength":2}""", "\"aa\"", "\"aaa\"")]
    [InlineData("""{"items":{"type":"number"},"prefixItems":[{"type":"string"}]}""", """["a",1]""", """["a","b"]""")]
    [InlineData("""{"minItems":1,"maxItems":2,"uniqueItems":true}""", "[1,2]", "[1,1.0]")]
    [InlineData("""{"required":["a"]}""", """{"a":1}""", """{"b":1}""")]
    [InlineData(
        """{"properties":{"a":{"type":"null"}},"additionalProperties":false}""", """{"a":null}""", """{"b":1}""")]
    [InlineData("""{"oneOf":[{"minimum":1},{"maximum":3}]}""", "4", "2")]
    [InlineData("""{"anyOf":[{"minimum":5},{"maximum":3}]}""", "5", "4")]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":3}],"not":{"const":2}}""", "3", "2")]
    [InlineData("""{"if":{"minimum":5},"then":{"maximum":6},"else":{"minimum":1}}""", "1", "7")]
    [InlineData("""{"$ref":"#/$defs/x","$defs":{"x":{"const":1}}}""", "1", "2")]
    public void It_accepts_the_first_and_rejects_the_second(string schema, string accepted, string rejected)
    {
        var subset = new JsonSchemaSubset(schema);

        Assert.True(subset.Accepts(accepted));
        Assert.False(subset.Accepts(rejected));
    }

    [Fact]
    public void A_keyword_it_does_not_know_is_an_error() =>
        Assert.Throws<NotSupportedException>(() => new JsonSchemaSubset("""{"dependentRequired":{}}""").Accepts("1"));
}
