import QueryLanguage
import TerminalUI
import Testing

@Suite struct ChartTests {
  private static let ten: Int64 = 1_772_445_600_000

  private func chart(
    _ values: [Double?], threshold: Double = 5, as text: String = "> 5", fallsToHit: Bool = false,
    marked: Int = 0
  ) -> Chart {
    Chart(
      values.enumerated().map { index, value in
        Chart.Point(
          time: Self.ten + Int64(index) * 60_000, value: value,
          isHit: value.map { fallsToHit ? $0 < threshold : $0 > threshold } ?? false)
      }, threshold: (threshold, text), fallsToHit: fallsToHit,
      marked: Self.ten + Int64(marked) * 60_000)
  }

  private func drawn(
    _ chart: Chart, _ width: Int, blocks: Bool = false, palette: Palette = .plain
  ) -> String {
    chart.lines(
      width: width,
      in: Terminal(
        isInteractive: true, columns: width, palette: palette, isUnicode: blocks)
    ).joined(separator: "\n")
  }

  private let hill: [Double?] = [0, 1, 2, 4, 6, 9, 12, 12, 9, 6, 4, 1, 0]

  @Test func `values are bars, the threshold is a line through them`() {
    #expect(
      drawn(chart(hill, marked: 5), 60, blocks: true) == """
         12 │                  ██████
            │               ▄▄▄██████▄▄▄
            │               ████████████
        > 5 │────────────██████████████████─────────
            │         ████████████████████████
          0 │   ▄▄▄███████████████████████████▄▄▄
            └───────────────┴───────────────────────
        hit              ▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲
             10:00:00       10:05:00        10:12:00
        """)
  }

  @Test func `without blocks letters of ASCII do`() {
    let text = drawn(chart(hill, marked: 5), 60)
    #expect(
      text == """
         12 |                  ######
            |               :::######:::
            |               ############
        > 5 |------------##################---------
            |         ########################
          0 |   :::###########################:::
            +---------------^-----------------------
        hit              !!!!!!!!!!!!!!!!!!
             10:00:00       10:05:00        10:12:00
        """)
    #expect(text.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test(arguments: [1, 8, 12, 20, 33, 80, 200])
  func `no line is wider than the screen`(_ width: Int) {
    let many = chart((0..<121).map { Double($0 % 17) }, marked: 60)
    for blocks in [false, true] {
      let lines = drawn(many, width, blocks: blocks).split(separator: "\n")
      // Below some width a chart says nothing any more.
      let limit = max(width, 15)
      #expect(lines.allSatisfy { String($0).displayWidth <= limit })
      #expect(lines.count == Chart.height + 3)
    }
  }

  @Test func `where many values share a column the worst of them is shown`() {
    let peak = chart((0..<100).map { $0 == 50 ? 100 : 0 }, threshold: 90, as: "> 90", marked: 50)
    #expect(drawn(peak, 20).contains("!"))
    let dip = chart(
      (0..<100).map { $0 == 50 ? 1 : 50 }, threshold: 10, as: "< 10", fallsToHit: true, marked: 50)
    #expect(drawn(dip, 20).contains("!"))
  }

  @Test func `a gap is no bar, and all gaps are no chart`() {
    #expect(
      drawn(chart([8, nil, nil, 8], marked: 1), 40) == """
          8 |###      ###
            |###      ###
        > 5 |###------###
            |###      ###
            |###      ###
          0 |###      ###
            +---^--------
        hit  !!!      !!!
                10:01:00
        """)
    #expect(chart([nil, nil]).lines(width: 60, in: .plain).isEmpty)
    #expect(chart([]).lines(width: 60, in: .plain).isEmpty)
  }

  @Test func `values that are all the same, or below zero, have bars`() {
    #expect(drawn(chart([5, 5, 5]), 40).contains("###"))
    let cold = drawn(chart([-4, -2, -8], threshold: -6, as: "< -6", fallsToHit: true), 40)
    #expect(cold.contains("< -6"))
    #expect(cold.contains("  -8"))
  }

  @Test func `colours are added only by a palette that has them`() {
    let plain = drawn(chart(hill, marked: 5), 60)
    let coloured = drawn(chart(hill, marked: 5), 60, palette: .coloured)
    #expect(!plain.contains("\u{1B}"))
    #expect(coloured.contains("\u{1B}[1;31m"))
    #expect(
      coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "").split(separator: "\n").count
        == plain.split(separator: "\n").count)
  }
}
