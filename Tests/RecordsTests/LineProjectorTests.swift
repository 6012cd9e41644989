import Records
import Testing

/// What the members of a line are: the plain way and the learned way must both say so.
@Suite struct LineProjectorTests {
  /// The cells of one line, read by each path, with and without its steps learned before.
  private func cells(_ line: String, _ members: [String], firstOf: [String] = []) -> [[String]] {
    let chunk = Chunk(copying: Array(line.utf8))
    let lines = LineTable(scanning: chunk.bytes, maxLine: 1 << 30)
    return [LineProjector.Path.plain, .unlearned, .baseline, .fastest].flatMap { path in
      let projector = LineProjector(members: members, firstOf: firstOf, path: path)
      return (0..<3).map { _ in
        let columns = projector.project(chunk.bytes, lines, padding: Chunk.padding)
        let cells = columns.members.flatMap { $0 } + columns.firstOf
        return withExtendedLifetime(chunk) { cells.map(show) }
      }
    }
  }

  private func expect(
    _ line: String, _ members: [String], firstOf: [String] = [], are expected: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for found in cells(line, members, firstOf: firstOf) {
      #expect(found == expected, sourceLocation: sourceLocation)
    }
  }

  @Test func `each kind of value is a kind of cell`() {
    expect(
      #"{"a":"x","b":"x\"y","c":-1.5e3,"d":true,"e":false,"f":null,"g":{"h":[1]},"i":[]}"#,
      ["a", "b", "c", "d", "e", "f", "g", "i", "nothing"],
      are: [
        "text x", #"escaped x\"y"#, "numeral -1.5e3", "yes", "no", "null", #"json {"h":[1]}"#,
        "json []", "null",
      ])
  }

  @Test func `a member inside others is named by its path`() {
    let line = #"{"http":{"status":200,"from":{"ip":"::1"}},"items":[{"id":7},[8,9]],"end":1}"#
    expect(
      line, ["http.status", "http.from.ip", "items[0].id", "items[1][1]", "items[2]", "end"],
      are: ["numeral 200", "text ::1", "numeral 7", "numeral 9", "null", "numeral 1"])
    expect(
      line, ["items", "items[1]", "http"],
      are: [
        #"json [{"id":7},[8,9]]"#, "json [8,9]", #"json {"status":200,"from":{"ip":"::1"}}"#,
      ])
  }

  @Test func `of a dotted key and a path the first in the line wins`() {
    expect(#"{"a.b":1,"a":{"b":2}}"#, ["a.b"], are: ["numeral 1"])
    expect(#"{"a":{"b":2},"a.b":1}"#, ["a.b"], are: ["numeral 2"])
    expect(#"{"a.b":{"c":3},"a":{"b.c":4}}"#, ["a.b.c"], are: ["numeral 3"])
    expect(#"{"a[0]":5,"a":[6]}"#, ["a[0]"], are: ["numeral 5"])
  }

  @Test func `exact case wins wherever it stands`() {
    expect(#"{"PATH":1,"Path":2,"path":3}"#, ["path"], are: ["numeral 3"])
    expect(#"{"PATH":1,"Path":2}"#, ["path"], are: ["numeral 1"])
    expect(#"{"PATH":1,"Path":2}"#, ["Path"], are: ["numeral 2"])
    expect(#"{"HTTP":{"Status":5}}"#, ["http.status"], are: ["numeral 5"])
    expect(#"{"Path":1,"path":null}"#, ["path"], are: ["null"])
    expect(#"{"É":1}"#, ["é"], are: ["null"])
  }

  @Test func `the first of two members with the same name wins and the second is counted`() {
    let chunk = Chunk(copying: Array(#"{"a":1,"a":2,"A":3,"a":4,"b":5,"a":6}"#.utf8))
    let lines = LineTable(scanning: chunk.bytes, maxLine: 1 << 20)
    for path in [LineProjector.Path.plain, .unlearned, .baseline, .fastest] {
      let projector = LineProjector(members: ["a", "b"], firstOf: [], path: path)
      for _ in 0..<3 {
        let columns = projector.project(chunk.bytes, lines, padding: Chunk.padding)
        #expect(columns.members.map { show($0[0]) } == ["numeral 1", "numeral 5"])
        // The walk has all it wants at "b".
        #expect(columns.duplicates == 2)
      }
    }
  }

  @Test func `keys are compared without their escapes`() {
    expect(
      #"{"p\u0061th":1,"x\"y":{"\n":2}}"#, ["path", "x\"y.\n"], are: ["numeral 1", "numeral 2"])
  }

  @Test func `decoys in strings and inner objects are not taken for members`() {
    expect(
      #"{"m":"\",\"path\":\"no\"","o":{"path":"no","a":["path","path:no",{"path":0}]},"path":"yes"}"#,
      ["path"], are: ["text yes"])
  }

  @Test func `what stands before an error stands`() {
    expect(#"{"a":1,"b":2,,"c":3}"#, ["a", "b", "c"], are: ["numeral 1", "numeral 2", "null"])
    expect(
      #"{"a":1,"b":{"x":2,,},"c":3}"#, ["a", "b", "b.x", "c"],
      are: ["numeral 1", "null", "numeral 2", "null"])
    expect(#"{"a":01,"b":2}"#, ["a", "b"], are: ["null", "null"])
    expect(#"{"a":12x,"b":2}"#, ["a", "b"], are: ["null", "null"])
    expect(#"{"a":"open}"#, ["a"], are: ["null"])
    expect(#"{"a":1} {"b":2}"#, ["a", "b"], are: ["numeral 1", "null"])
  }

  @Test func `a string that is left open does not end in the next line`() {
    let text = #"{"a":"fine"}"# + "\n" + #"{"a":"open}"# + "\n" + #"{"a":"b"}"#
    let chunk = Chunk(copying: Array(text.utf8))
    let lines = LineTable(scanning: chunk.bytes, maxLine: 1 << 20)
    for path in [LineProjector.Path.plain, .unlearned, .baseline, .fastest] {
      let projector = LineProjector(members: ["a"], firstOf: [], path: path)
      for _ in 0..<2 {
        let columns = projector.project(chunk.bytes, lines, padding: Chunk.padding)
        #expect(columns.members[0].map(show) == ["text fine", "null", "text b"])
      }
    }
  }

  @Test func `what was learned in an array does not close an object`() {
    let habits = [
      #"{"x":[1],"y":2}"#, #"{"x":{"":1},"y":2}"#, #"{"x":{"0":1},"y":2}"#,
      #"{"x":{"[]":1},"y":2}"#,
      #"{"x":[[1]],"y":2}"#, #"{"x":[{"":1}],"y":2}"#, #"{"x":"s","y":2}"#, #"{"x":1,"y":2}"#,
    ]
    let broken = [
      #"{"x":{"":1],"y":2}"#, #"{"x":[1},"y":2}"#, #"{"x":{"0":1],"y":2}"#, #"{"x":[[1}],"y":2}"#,
      #"{"x":[{"":1]],"y":2}"#, #"{"x":1","y":2}"#, #"{"x":[1]],"y":2}"#,
    ]
    let chunk = Chunk(copying: Array((habits + habits + broken).joined(separator: "\n").utf8))
    let lines = LineTable(scanning: chunk.bytes, maxLine: 1 << 20)
    let wanted =
      habits.map { _ in "numeral 2" } + habits.map { _ in "numeral 2" }
      + broken.map { _ in "null" }
    for members in [["y"], ["y", "x[0]", "x[0][0]"]] {
      let projector = LineProjector(members: members, firstOf: [])
      for _ in 0..<4 {
        let columns = projector.project(chunk.bytes, lines, padding: Chunk.padding)
        #expect(columns.members[0].map(show) == wanted)
      }
    }
  }

  @Test func `an error is an error whoever asks`() {
    // Nobody asked for `x`, but what stands behind its broken value is not known to be a member.
    for broken in ["01", "1.", "tru", "[1,]", #"{"y":}"#, "[1}"] {
      expect(#"{"a":1,"x":\#(broken),"b":2}"#, ["b"], are: ["null"])
      expect(#"{"a":1,"x":\#(broken),"b":2}"#, ["a", "b"], are: ["numeral 1", "null"])
    }
  }

  @Test func `the best name that has a value is the first of`() {
    let names = ["timestamp", "time", "ts"]
    expect(#"{"ts":3,"time":2,"timestamp":1}"#, [], firstOf: names, are: ["numeral 1"])
    expect(#"{"ts":3,"time":2}"#, [], firstOf: names, are: ["numeral 2"])
    expect(
      #"{"ts":3,"time":2,"timestamp":null}"#, ["ts"], firstOf: names,
      are: ["numeral 3", "numeral 2"])
    expect(#"{"TimeStamp":1,"ts":3}"#, [], firstOf: names, are: ["numeral 1"])
    expect(#"{"TimeStamp":1,"ts":3,"timestamp":null}"#, [], firstOf: names, are: ["numeral 3"])
    expect(#"{"timestamp":null,"time":2,"ts":3}"#, [], firstOf: names, are: ["numeral 2"])
    expect(#"{"message":"none"}"#, [], firstOf: names, are: ["null"])
  }

  @Test func `a line of a megabyte and more is read to its end`() {
    let filler = String(repeating: "x", count: 3 << 20)
    expect(#"{"filler":"\#(filler)","a":1}"#, ["a"], are: ["numeral 1"])
  }

  @Test func `nesting is bounded wherever it is met`() {
    func line(_ depth: Int) -> String {
      #"{"deep":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        + #","a":1}"#
    }
    // The line's own object is the first container.
    expect(line(JSONScanner.depthLimit - 1), ["a"], are: ["numeral 1"])
    expect(line(JSONScanner.depthLimit), ["a"], are: ["null"])
    expect(line(100_000), ["a"], are: ["null"])
    expect(line(JSONScanner.depthLimit - 1), ["deep[0][0][1]", "a"], are: ["null", "numeral 1"])
  }

  @Test func `more names than one mask holds are all found`() {
    let names = (0..<150).map { "k\($0)" }
    let line = "{" + names.map { "\"\($0)\":\"v\($0)\"" }.joined(separator: ",") + ",\"ts\":1}"
    expect(
      line, names, firstOf: ["time", "ts"], are: names.map { "text v\($0)" } + ["numeral 1"])
  }

  @Test func `rows that are not objects have no members`() {
    let chunk = Chunk(copying: Array("hello\n{\"a\":1}\n{\"a\":1\n[1]\n".utf8))
    let lines = LineTable(scanning: chunk.bytes, maxLine: 1 << 20)
    let columns = LineProjector(members: ["a"], firstOf: ["a"]).project(chunk.bytes, lines)
    #expect(columns.members[0].map(show) == ["null", "numeral 1", "null", "null"])
    #expect(columns.firstOf.map(show) == ["null", "numeral 1", "null", "null"])
  }

  @Test func `columns with escapes or containers are called rich`() {
    let chunk = Chunk(copying: Array(#"{"a":"x","b":"\n","c":[1],"d":1}"#.utf8))
    let lines = LineTable(scanning: chunk.bytes, maxLine: 1 << 20)
    for path in [LineProjector.Path.plain, .fastest] {
      let projector = LineProjector(members: ["a", "b", "c", "d"], firstOf: [], path: path)
      for _ in 0..<2 {
        let columns = projector.project(chunk.bytes, lines, padding: Chunk.padding)
        #expect(columns.rich == [false, true, true, false])
      }
    }
  }

  @Test func `a log that repeats itself holds few surprises`() {
    let text = (0..<5_000).map {
      #"{"time":\#($0),"level":"info","user":{"id":\#($0 % 7),"tags":["a","b"]},"path":"/\#($0)"}"#
    }
    let chunk = Chunk(copying: Array(text.joined(separator: "\n").utf8))
    let lines = LineTable(scanning: chunk.bytes, maxLine: 1 << 20)
    let projector = LineProjector(members: ["user.id", "path"], firstOf: ["time"])
    _ = projector.project(chunk.bytes, lines, padding: Chunk.padding)
    #expect(projector.surprises <= 8)
  }

  @Test func `an object with ever new keys is learned as one value`() {
    let text = (0..<20_000).map {
      #"{"counts":{"user\#($0)":1,"user\#($0 + 1)":{"x":2}},"path":"/\#($0)"}"#
    }
    let chunk = Chunk(copying: Array(text.joined(separator: "\n").utf8))
    let lines = LineTable(scanning: chunk.bytes, maxLine: 1 << 20)
    let projector = LineProjector(members: ["path"], firstOf: [])
    let columns = projector.project(chunk.bytes, lines, padding: Chunk.padding)
    #expect(columns.members[0].allSatisfy { !$0.isNull })
    #expect(projector.surprises < 200)
  }

  @Test func `a log without habits is not guessed at for ever`() {
    var random = SeededRandom(seed: 1)
    let projector = LineProjector(members: ["path"], firstOf: [])
    for _ in 0..<10 {
      let text = (0..<4_096).map { _ in
        #"{"k\#(random.below(1 << 30))":1,"k\#(random.below(1 << 30))":"x","path":"/"}"#
      }
      let chunk = Chunk(copying: Array(text.joined(separator: "\n").utf8))
      let lines = LineTable(scanning: chunk.bytes, maxLine: 1 << 20)
      let columns = projector.project(chunk.bytes, lines, padding: Chunk.padding)
      #expect(columns.members[0].allSatisfy { $0.kind == .text })
    }
    #expect(projector.surprises < 5 * 4_096)
  }
}
