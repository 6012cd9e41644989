package import Records

/// A record as the plain reading finds it.
package struct NaiveRecordText: Hashable, Sendable, CustomStringConvertible {
  package var text: [UInt8]
  package var offset: Int
  package var length: Int
  package var line: Int
  package var stream: String
  package var isBroken: Bool
  /// The offset of the line that showed that it is over.
  package var closedAt: Int

  package init(
    text: [UInt8], offset: Int, length: Int, line: Int, stream: String, isBroken: Bool,
    closedAt: Int
  ) {
    self.text = text
    self.offset = offset
    self.length = length
    self.line = line
    self.stream = stream
    self.isBroken = isBroken
    self.closedAt = closedAt
  }

  package var description: String {
    "\(offset)+\(length) line \(line) \(stream)\(isBroken ? " broken" : "") "
      + "closed at \(closedAt): \(String(decoding: text, as: UTF8.self).debugDescription)"
  }
}

/// The records of a whole log, found the plain way: all of it at once, line by line, with lists of
/// pieces that are put together when they are complete. What `RecordJoiner` is held against.
package enum NaiveRecords {
  /// Which lines are one record.
  package enum Joining: Sendable {
    case none, auto
    case beginning(@Sendable ([UInt8]) -> Bool)
  }

  /// A line of the program, with where it stood.
  private struct Line {
    var text: [UInt8]
    var offset: Int
    var end: Int
    var number: Int
    var closed: Int
    var time: Int64
  }

  /// A line as the runtime wrote it.
  private struct Piece {
    var text: [UInt8]
    var stream: String
    var time: Int64
    var isLast: Bool
  }

  package static func read(
    _ log: [UInt8], wrapper: RecordFormat.Wrapper?, joining: Joining, idleAfter: Int64 = 5_000
  ) -> [NaiveRecordText] {
    var done: [NaiveRecordText] = []
    var pieces: [String: [Line]] = [:]
    var records: [String: [Line]] = [:]

    func finish(_ lines: [Line], _ stream: String, at offset: Int) {
      done.append(
        NaiveRecordText(
          text: Array(lines.map(\.text).joined(separator: [0x0A])), offset: lines[0].offset,
          length: lines[lines.count - 1].end - lines[0].offset, line: lines[0].number,
          stream: stream, isBroken: false, closedAt: offset))
    }
    func close(_ stream: String, at offset: Int) {
      if let lines = records.removeValue(forKey: stream) { finish(lines, stream, at: offset) }
    }
    func take(_ line: Line, of stream: String) {
      guard !isBlank(line.text) else { return }
      guard case .none = joining else {
        if case .auto = joining, isObject(line.text) {
          close(stream, at: line.closed)
          return finish([line], stream, at: line.closed)
        }
        let before = records[stream] ?? []
        let begins: Bool
        switch joining {
        case .none: begins = true
        case .auto: begins = before.isEmpty || !goesOn(line.text, behind: before.map(\.text))
        case .beginning(let matches): begins = matches(line.text)
        }
        if begins { close(stream, at: line.closed) }
        records[stream, default: []].append(line)
        return
      }
      finish([line], stream, at: line.closed)
    }
    func endLine(_ stream: String, at offset: Int? = nil) {
      guard let parts = pieces.removeValue(forKey: stream), let first = parts.first,
        let last = parts.last
      else { return }
      take(
        Line(
          text: withoutEnd(Array(parts.map(\.text).joined())), offset: first.offset,
          end: last.end, number: first.number, closed: offset ?? last.offset,
          time: parts.map(\.time).max() ?? 0), of: stream)
    }

    var offset = 0
    for (index, raw) in log.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let start = offset
      offset += raw.count + 1
      let text = withoutEnd(Array(raw))
      guard !isBlank(text) else { continue }
      var line = Line(
        text: text, offset: start, end: start + text.count, number: index + 1, closed: start,
        time: 0)
      guard let wrapper else {
        take(line, of: "none")
        continue
      }
      guard let piece = wrapper == .docker ? docker(text) : cri(text) else {
        done.append(
          NaiveRecordText(
            text: text, offset: start, length: text.count, line: index + 1, stream: "none",
            isBroken: true, closedAt: start))
        continue
      }
      let other = piece.stream == "stdout" ? "stderr" : "stdout"
      if let open = records[other], pieces[other] == nil,
        piece.time - (open.map(\.time).max() ?? 0) >= idleAfter
      {
        close(other, at: start)
      }
      line.text = piece.text
      line.time = piece.time
      pieces[piece.stream, default: []].append(line)
      if piece.isLast { endLine(piece.stream) }
    }
    let open = ["none", "stdout", "stderr"].compactMap { stream -> (String, Int)? in
      let starts = (records[stream] ?? []) + (pieces[stream] ?? [])
      return starts.map(\.offset).min().map { (stream, $0) }
    }
    for (stream, _) in open.sorted(by: { $0.1 < $1.1 }) {
      endLine(stream, at: log.count)
      close(stream, at: log.count)
    }
    return done
  }

  // The lines themselves.

  private static func isBlank(_ text: [UInt8]) -> Bool { text.allSatisfy(Bytes.isBlank) }

  private static func isObject(_ text: [UInt8]) -> Bool {
    let inner = text.drop(while: Bytes.isBlank)
    return inner.first == UInt8(ascii: "{")
      && text.last { !Bytes.isBlank($0) } == UInt8(ascii: "}")
  }

  private static func withoutEnd(_ text: [UInt8]) -> [UInt8] {
    var text = text
    if text.last == 0x0A { text.removeLast() }
    if text.last == 0x0D { text.removeLast() }
    return text
  }

  private static func goesOn(_ line: [UInt8], behind lines: [[UInt8]]) -> Bool {
    guard let first = line.first else { return true }
    if Bytes.isBlank(first) || "}])".utf8.contains(first) { return true }
    let words = [
      "Caused by:", "Suppressed:", "...", "Traceback (most recent call last)",
      "During handling of the above exception", "The above exception was the direct cause",
    ]
    if words[3...3].contains(where: { line.starts(with: $0.utf8) }) { return true }
    return endsTraceback(behind: lines) || words.contains { line.starts(with: $0.utf8) }
  }

  /// Whether the lines end with those of a traceback that has had no last line yet.
  private static func endsTraceback(behind lines: [[UInt8]]) -> Bool {
    var isInside = false
    var wasIndented = false
    for (index, line) in lines.enumerated() {
      let isIndented = line.first.map(Bytes.isBlank) ?? false
      if line.starts(with: "Traceback (most recent call last)".utf8) {
        (isInside, wasIndented) = (true, false)
      } else if isIndented {
        wasIndented = isInside
      } else if index > 0, let first = line.first, !"}])".utf8.contains(first), isInside,
        wasIndented
      {
        (isInside, wasIndented) = (false, false)
      }
    }
    return isInside && wasIndented
  }

  private static func docker(_ line: [UInt8]) -> Piece? {
    guard isObject(line),
      let object = NaiveJSON.object(in: String(decoding: line, as: UTF8.self)),
      let text = member("log", of: object), let stream = member("stream", of: object),
      stream == "stdout" || stream == "stderr",
      let moment = member("time", of: object).flatMap(NaiveTime.parse)
    else { return nil }
    return Piece(
      text: Array(text.utf8), stream: stream, time: moment, isLast: text.utf8.last == 0x0A)
  }

  private static func member(_ name: String, of object: NaiveJSON) -> String? {
    guard case .object(let members) = object,
      case .leaf(.text(let text))? = members.first(where: { $0.name == name })?.value
    else { return nil }
    return text
  }

  private static func cri(_ line: [UInt8]) -> Piece? {
    let parts = line.split(separator: 0x20, maxSplits: 3, omittingEmptySubsequences: false)
      .map { Array($0) }
    guard parts.count >= 3 else { return nil }
    let words = parts[..<3].map { String(decoding: $0, as: UTF8.self) }
    guard ["stdout", "stderr"].contains(words[1]),
      let tag = words[2].split(separator: ":", omittingEmptySubsequences: false).first,
      tag == "F" || tag == "P", let moment = NaiveTime.parse(words[0])
    else { return nil }
    return Piece(
      text: parts.count == 4 ? parts[3] : [], stream: words[1], time: moment, isLast: tag == "F")
  }
}
