import Alerting
import Records

/// What a run took in between two commits, and what its clock decided meanwhile, in order: the journal
/// entry with which the same logs lead to the same decisions once more.
///
///     {"files":[{"source":"app.log","number":0,"generation":"9f1c…","read":812,"tail":"03ab…"}],
///      "steps":[[0,812],{"idle":"app.log","to":1772445612000}],"largest":{"app.log":1772445604000}}
package struct InputEntry: Sendable, Hashable {
  /// A generation that was read, as it was recognised at the end of the entry.
  package struct File: Sendable, Hashable {
    package var source: String
    package var number: Int32
    /// Where it was when it was last seen.
    package var path: String
    package var fingerprint: String?
    /// Up to here its lines had been taken in, and the mark of the bytes before.
    package var read: Int64 = 0
    package var tail = ""

    package init(source: String, number: Int32, path: String, fingerprint: String? = nil) {
      self.source = source
      self.number = number
      self.path = path
      self.fingerprint = fingerprint
    }
  }

  /// Lines of one generation, one behind the other.
  package struct Stretch: Sendable, Hashable {
    package enum Use: String, Sendable {
      /// They decided.
      case live = "read"
      /// They were there before the start, and only fill windows.
      case before
      /// They had been taken in before a restart.
      case again
    }

    package var use = Use.live
    /// Place in `files`.
    package var file: Int
    package var from: Int64
    package var to: Int64
    /// When they came, where some line does not say so itself.
    package var arrived: Int64?
    /// When lines were written that were there before anybody looked, where that matters.
    package var recorded: Int64?
    /// The largest time of all when windows were filled.
    package var newest: Int64?
    /// Offsets of lines that were refused, being too far ahead.
    package var refused: [Int64] = []
    /// Nothing was read, but records are over.
    package var closing: RecordClosing?

    package init(use: Use = .live, file: Int, from: Int64, to: Int64) {
      self.use = use
      self.file = file
      self.from = from
      self.to = to
    }
  }

  package enum Step: Sendable, Hashable {
    case read(Stretch)
    /// The clock moved a source on that was idle, to this time.
    case idle(source: String, to: Int64)
    /// A source stood there when its lines from before the start had been taken in.
    case stood(source: String, at: Int64)
    /// The monitors began without a line, as of this time.
    case began(at: Int64)
    case ended(source: String)
    case resumed(source: String)
    /// One more source, in the middle of the run.
    case added(SourceCard)
    /// Other rules.
    case rules(RunCard)
    /// Steps were dropped here: too many had come while nothing could be written.
    case dropped
  }

  package var files: [File] = []
  package var steps: [Step] = []
  /// The largest message time of each source at the end of the entry.
  package var largest: [String: Int64] = [:]

  package init() {}

  package var isEmpty: Bool { steps.isEmpty }
}

// Writing.

extension InputEntry {
  /// `ends` is where the last stretch of each generation ended: what goes on there is written shorter.
  package func json(_ ends: inout ReadEnds) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("files")
      writer.array { for file in files { file.write(to: &$0) } }
      writer.key("steps")
      writer.array { for step in steps { write(step, to: &$0, &ends) } }
      writer.key("largest")
      writer.object {
        for (source, time) in largest.sorted(by: { $0.key < $1.key }) {
          $0.key(source)
          $0.whole(time)
        }
      }
    }
    return writer.text
  }

  private func write(_ step: Step, to writer: inout JSONWriter, _ ends: inout ReadEnds) {
    switch step {
    case .read(let stretch): write(stretch, to: &writer, &ends)
    case .idle(let source, let time):
      writer.object {
        $0.member("idle", source)
        $0.member("to", whole: time)
      }
    case .stood(let source, let time):
      writer.object {
        $0.member("stood", source)
        $0.member("at", whole: time)
      }
    case .dropped: writer.object { $0.member("dropped", whole: 1) }
    case .began(let time): writer.object { $0.member("began", whole: time) }
    case .ended(let source): writer.object { $0.member("ended", source) }
    case .resumed(let source): writer.object { $0.member("resumed", source) }
    case .added(let card):
      writer.object {
        $0.key("added")
        card.write(to: &$0)
      }
    case .rules(let card):
      writer.object {
        $0.key("rules")
        card.write(to: &$0)
      }
    }
  }

  private func write(_ stretch: Stretch, to writer: inout JSONWriter, _ ends: inout ReadEnds) {
    let goesOn = ends.takes(stretch, of: files[stretch.file])
    let isPlain =
      stretch.use == .live && goesOn && stretch.recorded == nil && stretch.refused.isEmpty
      && stretch.closing == nil
    guard !isPlain else {
      return writer.array {
        $0.whole(Int64(stretch.file))
        $0.whole(stretch.to)
        if let arrived = stretch.arrived { $0.whole(arrived) }
      }
    }
    writer.object {
      $0.member(stretch.use.rawValue, whole: Int64(stretch.file))
      $0.member("from", whole: stretch.from)
      $0.member("to", whole: stretch.to)
      if let arrived = stretch.arrived { $0.member("arrived", whole: arrived) }
      if let recorded = stretch.recorded { $0.member("recorded", whole: recorded) }
      if let newest = stretch.newest { $0.member("newest", whole: newest) }
      stretch.closing?.write(to: &$0)
      guard !stretch.refused.isEmpty else { return }
      $0.key("refused")
      $0.array { for offset in stretch.refused { $0.whole(offset) } }
    }
  }
}

extension InputEntry.File {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.object {
      $0.member("source", source)
      $0.member("number", whole: Int64(number))
      if path != source { $0.member("path", path) }
      if let fingerprint { $0.member("generation", fingerprint) }
      $0.member("read", whole: read)
      $0.member("tail", tail)
    }
  }

  fileprivate init?(_ tree: JSONTree) {
    guard let source = tree["source"]?.text,
      let number = tree["number"]?.whole.flatMap(Int32.init(exactly:))
    else { return nil }
    self.init(
      source: source, number: number, path: tree["path"]?.text ?? source,
      fingerprint: tree["generation"]?.text)
    read = tree["read"]?.whole ?? 0
    tail = tree["tail"]?.text ?? ""
  }
}

extension RecordClosing {
  fileprivate func write(to writer: inout JSONWriter) {
    switch self {
    case .all: writer.member("closes", "all")
    case .stream(let stream): writer.member("closes", whole: Int64(stream.rawValue))
    }
  }

  /// What a stretch closes, if it does.
  fileprivate init?(_ stretch: JSONTree) {
    guard let closes = stretch["closes"] else { return nil }
    if closes.text == "all" {
      self = .all
    } else if let stream = closes.whole.flatMap({ UInt8(exactly: $0) }),
      let stream = OutputStream(rawValue: stream)
    {
      self = .stream(stream)
    } else {
      return nil
    }
  }
}

extension JSONWriter {
  mutating func member(_ name: String, whole number: Int64) {
    key(name)
    whole(number)
  }
}

// Reading.

extension InputEntry {
  /// Nil when the text is not what `json` writes.
  package init?(json: String, _ ends: inout ReadEnds) {
    guard let tree = JSONTree(json) else { return nil }
    for file in tree["files"]?.elements ?? [] {
      guard let file = File(file) else { return nil }
      files.append(file)
    }
    for step in tree["steps"]?.elements ?? [] {
      guard let step = self.step(step, &ends) else { return nil }
      steps.append(step)
    }
    for member in tree["largest"]?.members ?? [] { largest[member.name] = member.value.whole }
  }

  private func step(_ tree: JSONTree, _ ends: inout ReadEnds) -> Step? {
    if case .array(let parts) = tree { return plain(parts.compactMap(\.whole), &ends) }
    if let source = tree["idle"]?.text, let time = tree["to"]?.whole {
      return .idle(source: source, to: time)
    }
    if let source = tree["stood"]?.text, let time = tree["at"]?.whole {
      return .stood(source: source, at: time)
    }
    if tree["dropped"] != nil { return .dropped }
    if let time = tree["began"]?.whole { return .began(at: time) }
    if let source = tree["ended"]?.text { return .ended(source: source) }
    if let source = tree["resumed"]?.text { return .resumed(source: source) }
    if let card = tree["added"] { return SourceCard(card).map { .added($0) } }
    if let card = tree["rules"] { return RunCard(card).map { .rules($0) } }
    for use in [Stretch.Use.live, .before, .again] {
      guard let file = tree[use.rawValue]?.whole.map(Int.init) else { continue }
      guard files.indices.contains(file), let from = tree["from"]?.whole,
        let to = tree["to"]?.whole
      else { return nil }
      var stretch = Stretch(use: use, file: file, from: from, to: to)
      stretch.arrived = tree["arrived"]?.whole
      stretch.recorded = tree["recorded"]?.whole
      stretch.newest = tree["newest"]?.whole
      stretch.refused = tree["refused"]?.elements.compactMap(\.whole) ?? []
      stretch.closing = RecordClosing(tree)
      _ = ends.takes(stretch, of: files[file])
      return .read(stretch)
    }
    return nil
  }

  private func plain(_ numbers: [Int64], _ ends: inout ReadEnds) -> Step? {
    guard numbers.count == 2 || numbers.count == 3, files.indices.contains(Int(numbers[0])) else {
      return nil
    }
    let file = files[Int(numbers[0])]
    guard let from = ends[file] else { return nil }
    var stretch = Stretch(file: Int(numbers[0]), from: from, to: numbers[1])
    if numbers.count == 3 { stretch.arrived = numbers[2] }
    _ = ends.takes(stretch, of: file)
    return .read(stretch)
  }
}

/// Where the last stretch of each generation ended.
package struct ReadEnds: Sendable {
  private struct Key: Hashable {
    var source: String
    var number: Int32
  }

  private var ends: [Key: Int64] = [:]

  package init() {}

  subscript(file: InputEntry.File) -> Int64? {
    ends[Key(source: file.source, number: file.number)]
  }

  /// Notes a stretch; whether it goes on where the one before ended.
  mutating func takes(_ stretch: InputEntry.Stretch, of file: InputEntry.File) -> Bool {
    let key = Key(source: file.source, number: file.number)
    // What is read again was read by another run: the entry must tell by itself where that is.
    guard stretch.use != .again else { return false }
    defer { ends[key] = stretch.to }
    return ends[key] == stretch.from
  }
}
