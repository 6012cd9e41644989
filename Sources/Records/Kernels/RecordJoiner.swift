/// Puts the records of one generation together from its lines: takes off what a runtime wrote around
/// them, joins the pieces of a line and the lines of a record, each stream of a program on its own.
///
/// What is not over at the end of a chunk is held for the next one, so how the generation was cut into
/// chunks changes nothing. A record is over when the next one of its stream begins, when the other
/// stream is `idleAfter` further, or when it is closed.
package final class RecordJoiner {
  /// Something that is not over.
  private struct Open {
    var text = ByteStore()
    var origin: RecordTable.Origin
    /// The time of its newest line, as it was written around that.
    var newest: Int64
    /// Bytes of it so far, be they held or not.
    var size = 0
    var tooLong = false

    init(_ origin: RecordTable.Origin) {
      self.origin = origin
      newest = origin.time
    }

    mutating func extend(to place: RecordTable.Origin, newest time: Int64) {
      origin.size += place.size
      origin.length = place.offset + place.length - origin.offset
      origin.closedAt = place.closedAt
      newest = max(newest, time)
    }
  }

  /// What one stream of the program has written and is not over.
  private struct Strand {
    /// The pieces of a line.
    var line: Open?
    /// The lines of a record.
    var record: Open?
    var continuation = Continuation()

    var start: Int? {
      [record?.origin.offset, line?.origin.offset].compactMap { $0 }.min()
    }
  }

  /// Where a record was closed because nothing came for a while, which lines can't tell.
  package struct Closing: Sendable, Hashable {
    /// Everything before this offset had come.
    package var offset: Int
    package var stream: OutputStream

    package init(offset: Int, stream: OutputStream) {
      self.offset = offset
      self.stream = stream
    }
  }

  private let format: RecordFormat
  private let pool: ChunkPool
  private var wrapped: WrappedLines?
  private let begins: ((Bytes) -> Bool)?
  private let joins: Bool
  private var strands = [Strand](repeating: Strand(), count: OutputStream.allCases.count)

  /// For each stream where its first line begins: what stands before has been taken in.
  private let first: [Int]

  /// `begins` is what another one said, whose place this one takes.
  package init(_ format: RecordFormat, pool: ChunkPool, begins: [Int]? = nil) {
    self.format = format
    self.pool = pool
    first = begins ?? strands.map { _ in 0 }
    wrapped = format.wrapper.map { WrappedLines($0) }
    switch format.joining {
    case .none: (joins, self.begins) = (false, nil)
    case .automatic: (joins, self.begins) = (true, nil)
    case .beginning(_, let make): (joins, self.begins) = (true, make())
    }
  }

  /// Where the oldest line stands that belongs to something open.
  package var openFrom: Int? { strands.compactMap(\.start).min() }

  /// For each stream where the oldest line stands of what is open, or else `end`, up to where all was
  /// read: from there on another one finds the same records.
  package func begins(at end: Int) -> [Int] { strands.map { $0.start ?? end } }

  /// The streams with a record that is whole as far as anybody knows, and where its last line ends;
  /// pieces of a line are not.
  package var closable: [(stream: OutputStream, end: Int)] {
    OutputStream.allCases.compactMap { stream in
      let strand = strands[Int(stream.rawValue)]
      guard let origin = strand.record?.origin, strand.line == nil else { return nil }
      return (stream, origin.offset + origin.length)
    }
  }

  /// The records that are over with the lines of `chunk`, which follows the one before. `closings`
  /// says what was closed when these lines were first read.
  package func records(of chunk: Chunk, closings: [Closing] = []) -> Chunk {
    let lines = LineTable(scanning: chunk.bytes, maxLine: format.maxLine)
    var writer = self.writer(capacity: chunk.bytes.count, from: chunk.offset)
    writer.table.blank = lines.blank
    writer.table.tooLong = lines.tooLong
    writer.table.read = RecordTable.Size(lines: lines.physicalLines, bytes: chunk.bytes.count)
    writer.table.tooLongSize.lines = lines.tooLong.count
    for line in lines.tooLong {
      writer.table.tooLongSize.bytes += chunk.bytes.lineSize(from: line.offset, length: line.length)
    }
    // All that is in no other line.
    writer.table.blankSize = RecordTable.Size(
      lines: lines.blank, bytes: chunk.bytes.count - writer.table.tooLongSize.bytes)
    wrapped?.look(at: chunk.bytes, lines)
    var closings = closings.filter { $0.offset > chunk.offset && $0.offset <= chunk.end }[...]
    for row in 0..<lines.count {
      let line = lines.line(row, in: chunk.bytes)
      let offset = chunk.offset + Int(lines.starts[row])
      while let closing = closings.first, closing.offset <= offset {
        close(closing.stream, at: closing.offset, &writer, chunk)
        closings.removeFirst()
      }
      var place = RecordTable.Origin(
        offset: offset, length: line.count, line: chunk.firstLine + Int(lines.lineNumbers[row]),
        size: RecordTable.Size(
          lines: 1,
          bytes: chunk.bytes.lineSize(from: offset - chunk.offset, length: line.count)),
        closedAt: offset)
      writer.table.blankSize.bytes -= place.size.bytes
      guard wrapped != nil else {
        if offset >= first[0] {
          add(line, place, lines.shapes[row], newest: place.time, &writer, chunk)
        }
        continue
      }
      guard let piece = wrapped?.piece(row, line, lines.shapes[row]) else {
        if offset >= first[0] { writer.add(Cell(text: line), place, shape: .malformed) }
        continue
      }
      guard offset >= first[Int(piece.stream.rawValue)] else { continue }
      place.time = piece.time
      place.stream = piece.stream
      closeIdle(before: piece, at: offset, &writer, chunk)
      add(piece, place, &writer, chunk)
    }
    for closing in closings { close(closing.stream, at: closing.offset, &writer, chunk) }
    return writer.finish(offset: chunk.offset, end: chunk.end, firstLine: chunk.firstLine)
  }

  /// What is open in some streams, or in all with the pieces of lines, when nothing more comes; nil
  /// when nothing is.
  package func close(_ streams: [OutputStream]? = nil, at offset: Int, line: Int) -> Chunk? {
    guard openFrom != nil else { return nil }
    var writer = self.writer(capacity: 0, from: offset)
    let empty = Chunk(copying: [], offset: offset, firstLine: line)
    let open = OutputStream.allCases.filter { strands[Int($0.rawValue)].start != nil }
    let order = open.sorted { strands[Int($0.rawValue)].start! < strands[Int($1.rawValue)].start! }
    for stream in order where streams?.contains(stream) ?? true {
      if streams == nil {
        strands[Int(stream.rawValue)].line?.origin.closedAt = offset
        endLine(of: stream, &writer, empty)
      }
      close(stream, at: offset, &writer, empty)
    }
    return writer.finish(offset: offset, end: offset, firstLine: line)
  }

  private func writer(capacity: Int, from offset: Int) -> RecordWriter {
    let held = strands.reduce(0) { sum, strand in
      sum + (strand.record?.text.count ?? 0) + (strand.line?.text.count ?? 0)
    }
    var writer = RecordWriter(pool: pool, capacity: capacity + held + strands.count)
    writer.table.begins = begins(at: offset)
    return writer
  }

  // Pieces of lines.

  private func add(
    _ piece: WrappedPiece, _ place: RecordTable.Origin, _ writer: inout RecordWriter,
    _ chunk: Chunk
  ) {
    let index = Int(piece.stream.rawValue)
    if piece.isLast, strands[index].line == nil {
      if joins {
        let text = unwrapped(piece.text)
        text.withBytes(0..<text.count) { bytes in
          add(
            bytes, place, LineTable.Shape(of: bytes), newest: place.time, &writer, chunk)
        }
      } else if piece.text.place.count > format.maxLine {
        note(tooLong: place, piece.text.place.count, &writer, chunk)
      } else {
        writer.add(piece.text, place, mayEnd: true)
      }
      return
    }
    var line = Open(place)
    if let begun = strands[index].line {
      line = begun
      strands[index].line = nil
      line.extend(to: place, newest: place.time)
    }
    grow(&line, by: piece.text)
    strands[index].line = line
    if piece.isLast { endLine(of: piece.stream, &writer, chunk) }
  }

  /// The text of a line, without its end.
  private func unwrapped(_ text: Cell) -> ByteStore {
    var store = ByteStore()
    store.append(text)
    RecordJoiner.dropEnd(of: &store)
    return store
  }

  private static func dropEnd(of store: inout ByteStore) {
    if store.count > 0, store[store.count - 1] == 0x0A { store.removeLast() }
    if store.count > 0, store[store.count - 1] == 0x0D { store.removeLast() }
  }

  private func grow(_ open: inout Open, by text: Cell) {
    open.size += text.place.count
    if open.size > format.maxLine {
      open.tooLong = true
      open.text.removeAll()
    } else {
      open.text.append(text)
    }
  }

  /// All pieces of a line have come, or all that will.
  private func endLine(
    of stream: OutputStream, _ writer: inout RecordWriter, _ chunk: Chunk
  ) {
    let index = Int(stream.rawValue)
    guard var line = strands[index].line else { return }
    strands[index].line = nil
    RecordJoiner.dropEnd(of: &line.text)
    line.text.withBytes(0..<line.text.count) { bytes in
      if line.tooLong {
        note(tooLong: line.origin, line.size, &writer, chunk)
      } else if joins {
        add(
          bytes, line.origin, LineTable.Shape(of: bytes), newest: line.newest, &writer, chunk)
      } else {
        writer.add(Cell(text: bytes), line.origin)
      }
    }
  }

  // Lines of records.

  /// `shape` is that of the line, nil when it is blank.
  private func add(
    _ line: Bytes, _ place: RecordTable.Origin, _ shape: LineTable.Shape?, newest: Int64,
    _ writer: inout RecordWriter, _ chunk: Chunk
  ) {
    let text = Cell(text: line)
    guard joins, let shape else { return writer.add(text, place) }
    let index = Int(place.stream.rawValue)
    // A line of JSON is whole.
    if begins == nil, shape == .json {
      close(place.stream, at: place.closedAt, &writer, chunk)
      return writer.add(text, place)
    }
    let isNew: Bool
    if let begins {
      isNew = begins(line)
    } else if strands[index].record != nil {
      isNew = !strands[index].continuation.goesOn(with: line)
    } else {
      isNew = true
    }
    if isNew { close(place.stream, at: place.closedAt, &writer, chunk) }
    if var record = strands[index].record {
      strands[index].record = nil
      record.extend(to: place, newest: newest)
      record.text.append(UInt8(0x0A))
      grow(&record, by: text)
      strands[index].record = record
    } else {
      var record = Open(place)
      record.newest = newest
      grow(&record, by: text)
      strands[index].record = record
      strands[index].continuation.begin(with: line)
    }
  }

  /// The record of a stream is over; the line at `offset` shows it.
  private func close(
    _ stream: OutputStream, at offset: Int, _ writer: inout RecordWriter, _ chunk: Chunk
  ) {
    let index = Int(stream.rawValue)
    guard var record = strands[index].record else { return }
    strands[index].record = nil
    record.origin.closedAt = offset
    if record.tooLong { return note(tooLong: record.origin, record.size, &writer, chunk) }
    record.text.withBytes(0..<record.text.count) { writer.add(Cell(text: $0), record.origin) }
  }

  /// A stream that has been silent while the other one went on has no more to say of its record.
  private func closeIdle(
    before piece: WrappedPiece, at offset: Int, _ writer: inout RecordWriter, _ chunk: Chunk
  ) {
    guard joins else { return }
    for (stream, _) in closable where stream != piece.stream {
      guard let record = strands[Int(stream.rawValue)].record,
        piece.time - record.newest >= format.idleAfter
      else { continue }
      close(stream, at: offset, &writer, chunk)
    }
  }

  private func note(
    tooLong origin: RecordTable.Origin, _ size: Int, _ writer: inout RecordWriter, _ chunk: Chunk
  ) {
    writer.table.tooLongSize += origin.size
    writer.table.tooLong.append(
      LineTable.TooLong(
        line: origin.line - chunk.firstLine, offset: origin.offset - chunk.offset, length: size))
  }
}
