/// One line as a container's runtime wrote it down, or a piece of it.
struct WrappedPiece {
  var stream: OutputStream
  var time: Int64
  /// Whether the program's line ends with this piece.
  var isLast: Bool
  /// The text, perhaps with JSON's escapes and with its line end.
  var text: Cell
}

/// Reads what runtimes write around lines.
struct WrappedLines {
  private let wrapper: RecordFormat.Wrapper
  private let projector: LineProjector?
  private var times = TimestampReader()
  private var columns: LineProjector.Columns?

  init(_ wrapper: RecordFormat.Wrapper) {
    self.wrapper = wrapper
    projector =
      wrapper == .docker ? LineProjector(members: ["log", "stream", "time"], firstOf: []) : nil
  }

  /// Looks at the lines of a chunk, which are then asked for one by one.
  mutating func look(at bytes: Bytes, _ lines: LineTable) {
    columns = projector?.project(bytes, lines, padding: Chunk.padding)
  }

  /// What stands in a line; nil when it is not wrapped as it should be.
  mutating func piece(_ row: Int, _ line: Bytes, _ shape: LineTable.Shape) -> WrappedPiece? {
    switch wrapper {
    case .docker: shape == .json ? docker(row) : nil
    case .cri: cri(line)
    }
  }

  private mutating func docker(_ row: Int) -> WrappedPiece? {
    guard let members = columns?.members else { return nil }
    let (text, stream, time) = (members[0][row], members[1][row], members[2][row])
    guard text.kind == .text || text.kind == .escaped, stream.kind == .text,
      let stream = OutputStream(stream.place), let time = times.read(time)
    else { return nil }
    return WrappedPiece(
      stream: stream, time: time, isLast: WrappedLines.endsLine(text), text: text)
  }

  /// Whether the last thing in the text is a line end, and not a backslash before the letter n.
  private static func endsLine(_ text: Cell) -> Bool {
    let place = text.place
    guard text.kind == .escaped, place.count >= 2, place[place.count - 1] == UInt8(ascii: "n")
    else {
      return false
    }
    var backslashes = 0
    while backslashes < place.count - 1,
      place[place.count - 2 - backslashes] == UInt8(ascii: "\\")
    {
      backslashes += 1
    }
    return backslashes % 2 == 1
  }

  private mutating func cri(_ line: Bytes) -> WrappedPiece? {
    let blank = UInt8(ascii: " ")
    guard let time = line.firstIndex(of: blank),
      let stream = line.firstIndex(of: blank, from: time + 1)
    else { return nil }
    // A line without any text may lack the last blank.
    let tag = line.firstIndex(of: blank, from: stream + 1) ?? line.count
    guard tag > stream + 1, let output = OutputStream(line.slice(time + 1, stream)),
      let moment = times.read(Cell(text: line.slice(0, time)))
    else { return nil }
    // More tags may follow behind a colon; only the first one says anything.
    let isAlone = tag == stream + 2 || line[stream + 2] == UInt8(ascii: ":")
    let letter = line[stream + 1]
    guard isAlone, letter == UInt8(ascii: "F") || letter == UInt8(ascii: "P") else { return nil }
    return WrappedPiece(
      stream: output, time: moment, isLast: letter == UInt8(ascii: "F"),
      text: Cell(text: line.dropping(min(tag + 1, line.count))))
  }
}
