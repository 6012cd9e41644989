import Records
import TerminalUI
import TestKit
import Testing

@Suite struct LiveTests {
  let screen = Terminal(isInteractive: true, columns: 60, rows: 6)

  func visible(_ text: String) -> String {
    text.replacing("\u{1B}", with: "␛").replacing("\r", with: "␍")
  }

  @Test func `a frame replaces the one before it`() {
    var table = LiveTable(["host", "n"], terminal: screen)
    #expect(
      visible(table.draw([[.text("a"), .whole(1)]], status: "reading")) == """
        host  n␛[K
        ────  ─␛[K
        a     1␛[K
        reading␛[K
        ␛[J
        """)
    #expect(
      visible(table.draw([[.text("a"), .whole(10)]])) == """
        ␍␛[4Ahost   n␛[K
        ────  ──␛[K
        a     10␛[K
        ␛[J
        """)
    #expect(visible(table.erase()) == "␍␛[3A␛[J")
    #expect(table.erase() == "")
  }

  @Test func `columns only grow while a table is live`() {
    var table = LiveTable(["host"], terminal: screen)
    _ = table.draw([[.text("a long name")]])
    #expect(table.draw([[.text("a")]]).contains("───────────\u{1B}"))
  }

  @Test func `a frame is never taller than the screen`() {
    var table = LiveTable(["n"], terminal: screen)
    let frame = table.draw((1...50).map { [.whole($0)] }, status: "reading")
    #expect(
      visible(frame) == """
         n␛[K
        ──␛[K
         1␛[K
        … 49 more rows␛[K
        reading␛[K
        ␛[J
        """)
  }

  @Test func `progress says how far, how fast and how long`() {
    let state = Progress.State(
      bytes: 1_302_000_000, total: 2_100_000_000, lines: 9_900_000, elapsed: .milliseconds(3_200))
    #expect(
      Progress.line(state, terminal: .plain)
        == "━━━━━━━━━━━━────────   62 %  1.3 GB of 2.1 GB  407 MB/s  3.1 M lines/s  2 s left")
  }

  @Test func `progress of a stream has no end in sight`() {
    let state = Progress.State(bytes: 52_000, total: nil, lines: 120, elapsed: .seconds(2))
    #expect(Progress.line(state, terminal: .plain) == "52 kB  26 kB/s  60 lines/s")
  }

  @Test func `progress fits its line`() {
    let state = Progress.State(
      bytes: 1_300_000_000, total: 2_100_000_000, lines: 9_900_000, elapsed: .seconds(3))
    let narrow = Terminal(isInteractive: true, columns: 40)
    #expect(Progress.line(state, terminal: narrow) == "━━━━━━━━━━━━────────   61 %")
  }

  @Test func `progress shows only after a second, ten times a second, and leaves nothing`() {
    func state(_ milliseconds: Int) -> Progress.State {
      .init(bytes: 1_000, total: nil, lines: 10, elapsed: .milliseconds(milliseconds))
    }
    var progress = Progress(terminal: screen)
    #expect(progress.update(state(900)) == nil)
    #expect(progress.erase() == "")
    #expect(progress.update(state(1_000)).map(visible) == "␍1.0 kB  1.0 kB/s  10 lines/s␛[K")
    #expect(progress.update(state(1_050)) == nil)
    #expect(progress.update(state(1_100)) != nil)
    #expect(visible(progress.erase()) == "␍␛[K")
    #expect(progress.erase() == "")
  }

  @Test func `a summary says only what happened`() {
    #expect(
      Summary(lines: 1_204, bytes: 421_000, elapsed: .milliseconds(10)).text()
        == "1,204 lines, 421 kB in 0.01 s (42 MB/s)")
    let place = Summary.place(file: "app.log", line: 17, offset: 4_210)
    #expect(
      Summary(
        lines: 1_204, bytes: 421_000, elapsed: .milliseconds(10),
        troubles: [.init(3, "malformed", first: place), .init(0, "late")]
      ).text()
        == "1,204 lines, 421 kB in 0.01 s (42 MB/s); 3 malformed (first: app.log:17, byte 4,210)")
  }
}
