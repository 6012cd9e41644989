import Actions
import Alerting
import Records
import Testing

@Suite struct TemplateTests {
  private func render(
    _ text: String, _ alert: AlertContext = SampleAlerts.alert(), as encoding: Template.Encoding
  ) -> String {
    Template(plain: text).rendered(alert, as: encoding).revealed
  }

  @Test func `log text is never read as a template`() {
    let alert = SampleAlerts.alert(group: GroupKey([("host", .text("{{Name}}${env:TOKEN}"))]))
    #expect(render("{{ResultsJson.host}}", alert, as: .plain) == "{{Name}}${env:TOKEN}")
  }

  @Test func `a value can't leave its JSON string or its header line`() {
    let alert = SampleAlerts.alert(group: GroupKey([("host", .text("a\",\r\nX: \u{1}\\"))]))
    #expect(
      render(#"{"a\"b": "{{ResultsJson.host}}"}"#, alert, as: .json)
        == #"{"a\"b": "a\",\r\nX: \u0001\\"}"#)
    #expect(render("{{ResultsJson.host}}", alert, as: .header) == "a\",  X:  \\")
  }

  @Test func `a variable outside of a JSON string is a value of its own`() {
    let text = #"[{{Name}}, {{TriggerValue}}, {{ResultsJson.code}}, {{ResultsJson.nope}}]"#
    #expect(render(text, as: .json) == #"["Slow API", 7, 500, null]"#)
  }

  @Test(arguments: ["{{", "{{}}", "{{ }}", "}}", "{{Name", "${env:", "${env:X}", "{{a.b}}[", "{"])
  func `odd braces harm nobody`(_ text: String) {
    _ = render(text, as: .plain)
    _ = render(text, as: .json)
  }

  @Test func `names are read whatever their case`() {
    for variable in TemplateVariable.all {
      for name in variable.names {
        #expect(TemplateVariable.named(name.uppercased())?.names == variable.names)
        #expect(!TemplateVariable.unfilled.contains(name))
      }
    }
  }

  @Test func `a longer secret goes before the one inside it`() {
    var redaction = Redaction()
    redaction.add(name: "SHORT", value: "abcd")
    redaction.add(name: "LONG", value: "xxabcd\"yy")
    #expect(redaction.redact("xxabcd\"yy abcd") == "${env:LONG} ${env:SHORT}")
    #expect(redaction.redact("{\"xxabcd\\\"yy\"}") == "{\"${env:LONG}\"}")
  }

  @Test func `printing an effect never prints a secret`() {
    let text = GuardedText(revealed: "hunter2", shown: "${env:TOKEN}")
    #expect("\(text)" == "${env:TOKEN}")
    #expect(!"\(Effect.request(HTTPRequest(method: "GET", url: text)))".contains("hunter2"))
  }
}
