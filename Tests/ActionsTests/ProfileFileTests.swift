import Actions
import Foundation
import TestKit
import Testing

@Suite struct ProfileFileTests {
  private func profile(_ name: String, config: String = "", credentials: String = "") -> AWSProfile?
  {
    AWSProfile(name, config: ProfileFile(config), credentials: ProfileFile(credentials))
  }

  @Test func `a profile is what both files say, the credentials file first`() throws {
    let found = profile(
      "web",
      config: """
        [default]
        region = us-east-1
        [profile web]   ; ours
        region=eu-west-1    # Ireland
        aws_access_key_id = AKIAOLD
        s3 =
          region = nested
          max_concurrent_requests = 20
        """,
      credentials: """
        # written by somebody
        [web]
          AWS_ACCESS_KEY_ID = AKIANEW
          aws_secret_access_key = a/b+c=#d
          aws_session_token =
        """)
    let web = try #require(found)
    #expect(web.region == "eu-west-1")
    #expect(web.credentials == AWSCredentials(keyID: "AKIANEW", secret: "a/b+c=#d"))
    #expect(web.unsupported == nil)
  }

  @Test func `only the default profile needs no word in the config file`() {
    let config = "[default]\nregion = a-1\n[profile default]\nregion = b-1\n[web]\nregion = c-1\n"
    #expect(profile("default", config: config)?.region == "b-1")
    #expect(profile("web", config: config) == nil)
    #expect(profile("web", credentials: "[web]\nregion = c-1")?.region == "c-1")
  }

  @Test(arguments: [
    ("role_arn = arn:aws:iam::1:role/x", "takes a role (`role_arn`)"),
    ("sso_session = corp", "signs in through SSO (`sso_session`)"),
    (
      "credential_process = /bin/x", "runs a program for its credentials (`credential_process`)"
    ),
  ])
  func `a profile that asks somebody else says so`(_ line: String, _ reason: String) {
    #expect(profile("default", config: "[default]\n\(line)\n")?.unsupported == reason)
  }

  @Test func `random files are read as a plain reader reads them`() {
    let seed = TestSeed.value
    var random = SplitMix64(seed: seed)
    for _ in 0..<3_000 {
      let text = ProfileFileTests.random(&random)
      let ours = ProfileFile(text).sections.map {
        PlainSection(name: $0.name, properties: $0.properties)
      }
      #expect(ours == PlainSection.all(in: text), "seed \(seed), \(text.debugDescription)")
    }
  }

  @Test(.enabled(if: Counterpart.botocore.isThere, "\(Counterpart.botocore.remedy)"))
  func `files are read as botocore reads them`() throws {
    let seed = TestSeed.value
    var random = SplitMix64(seed: seed)
    let scratch = try Scratch()
    let names = (0..<200).map { "file\($0)" }
    for name in names { try scratch.write(ProfileFileTests.tidy(&random), to: name) }
    try scratch.write(
      """
      import json, sys
      from botocore import configloader
      for name in sys.argv[1:]:
          sections = configloader.raw_config_parse(name)
          print(json.dumps({title: {key: value for key, value in section.items()
              if isinstance(value, str)} for title, section in sections.items()}))
      """, to: "read.py")
    let run = try scratch.shell(
      "'\(Counterpart.botocore.program)' read.py \(names.joined(separator: " "))")
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    try #require(lines.count == names.count)
    for (name, line) in zip(names, lines) {
      let theirs = try JSONDecoder().decode([String: [String: String]].self, from: Data(line.utf8))
      let text = try scratch.text(of: name)
      let ours = ProfileFile(text).sections.map { ($0.name, $0.properties) }
      #expect(Dictionary(ours) { $1 } == theirs, "seed \(seed), \(text.debugDescription)")
    }
  }

  private static func random(_ random: inout SplitMix64) -> String {
    let pieces = [
      "[", "]", "=", "#", ";", " ", "\t", "\n", "\r\n", "\n", "a", "b", "profile", "default", "ü",
      "\u{0}", "  ", "role_arn", "\"",
    ]
    return (0..<Int.random(in: 0...40, using: &random)).map { _ in random.pick(pieces) }.joined()
  }

  /// What nobody can read in two ways.
  private static func tidy(_ random: inout SplitMix64) -> String {
    var text = ""
    for section in 0..<Int.random(in: 0...4, using: &random) {
      text += random.pick(["[a\(section)]", "[profile a\(section)]"]) + "\n"
      for key in 0..<Int.random(in: 0...4, using: &random) {
        if random.oneIn(4) { text += random.pick(["# x = y\n", "; x = y\n", "\n"]) }
        let blank = random.pick(["", " ", "  "])
        text += "Key_\(key)\(blank)=\(blank)" + random.pick(["a/b+c=", "eu-west-1", "x y", "a#b"])
        text += blank + "\n"
      }
    }
    return text
  }
}

/// The format of profiles, read one line after the other with nothing clever.
private struct PlainSection: Equatable {
  var name: String
  var properties: [String: String] = [:]

  static func all(in text: String) -> [PlainSection] {
    var result: [PlainSection] = []
    var depth: Int?
    for line in text.components(separatedBy: .newlines) {
      let content = line.trimmingCharacters(in: .whitespaces)
      guard let first = content.first, first != "#", first != ";" else { continue }
      let indent = line.prefix { $0 == " " || $0 == "\t" }.count
      if indent == 0, first == "[" {
        let name = content.dropFirst().components(separatedBy: "]")[0]
        result.append(PlainSection(name: name.trimmingCharacters(in: .whitespaces)))
        depth = nil
        continue
      }
      if let depth, indent > depth { continue }
      let halves = content.components(separatedBy: "=")
      guard halves.count > 1, !halves[0].isEmpty, !result.isEmpty else { continue }
      let value = halves.dropFirst().joined(separator: "=")
      let comment = " " + value
      let end = comment.firstMatch(of: /[ \t][#;]/)?.range.lowerBound ?? comment.endIndex
      result[result.count - 1].properties[
        halves[0].trimmingCharacters(in: .whitespaces).lowercased()] =
        comment[..<end].trimmingCharacters(in: .whitespaces)
      depth = indent
    }
    return result
  }
}
