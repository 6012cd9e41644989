/// Writes the log of an imaginary web shop: the same bytes for the same seed, on every machine.
///
/// About 375 bytes a line. 4 % of the requests are for "/api/data"; about one in 200 takes longer
/// than three seconds; 40 % of the messages have escapes. A gigabyte is half an hour of the shop.
struct LogGenerator {
  enum Shape: String {
    /// Every line has the same keys in the same order.
    case uniform
    /// 25 % of the lines begin with an object that has a `path` of its own, 25 % have another key in
    /// the middle, and 10 % have their keys in any order.
    case mixed
  }

  private let shape: Shape
  private var random: SplitMix
  /// Milliseconds since 2026-03-01T00:00:00Z.
  private var clock = 8 * 3_600_000
  private var number = 0

  init(seed: UInt64, shape: Shape) {
    random = SplitMix(state: seed)
    self.shape = shape
  }

  /// Adds one line to `output`.
  mutating func line(to output: inout [UInt8]) {
    number += 1
    clock += random.below(3) == 0 ? 2 : 0
    var members = request()
    if shape == .mixed {
      let kind = random.below(100)
      if kind < 25 {
        members.insert(
          ("ctx", #"{"path":"/api/data","response_time":9.9,"v":[1,{"path":"x"}]}"#), at: 0)
      } else if kind < 50 {
        members.insert(("region", random.pick(["\"eu-west-1\"", "\"us-east-2\""])), at: 5)
      } else if kind < 60 {
        shuffle(&members)
      }
    }
    var separator = "{"
    for (key, value) in members {
      output.append(contentsOf: separator.utf8)
      output.append(UInt8(ascii: "\""))
      output.append(contentsOf: key.utf8)
      output.append(contentsOf: "\":".utf8)
      output.append(contentsOf: value.utf8)
      separator = ","
    }
    output.append(contentsOf: "}\n".utf8)
  }

  /// The members of one line: keys and JSON text.
  private mutating func request() -> [(key: String, value: String)] {
    let status = random.pick(["200", "200", "200", "200", "200", "201", "204", "304", "404", "500"])
    let level = status == "500" ? "error" : status == "404" ? "warn" : "info"
    let path = random.below(100) < 4 ? "/api/data" : random.pick(LogGenerator.paths)
    let user = random.below(90_000)
    return [
      ("timestamp", "\"\(timestamp())\""),
      ("level", "\"\(level)\""),
      ("service", random.pick(LogGenerator.services)),
      ("host", "\"web-\(two(random.below(40))).eu-west-1.shop.example\""),
      ("method", random.pick(["\"GET\"", "\"GET\"", "\"GET\"", "\"POST\"", "\"PUT\""])),
      ("path", "\"\(path)\""),
      ("status", status),
      ("response_time", seconds(microseconds())),
      ("trace_id", "\"\(hex(random.next()))\(hex(random.next()))\""),
      (
        "user",
        #"{"id":\#(user),"plan":\#(random.pick(LogGenerator.plans)),"beta":\#(user % 9 == 0)}"#
      ),
      ("message", "\"\(message(path, status))\""),
    ]
  }

  /// A long tail: 30 to 60 ms, doubled again with a chance of 7 in 16 each time.
  private mutating func microseconds() -> Int {
    var time = 30_000 + random.below(30_000)
    while random.below(16) < 7, time < 60_000_000 { time *= 2 }
    return time
  }

  private mutating func message(_ path: String, _ status: String) -> String {
    let attempt = random.below(5) + 1
    let rows = random.below(4_000)
    switch random.below(10) {
    case 0:
      return
        #"upstream said \"\#(status)\" for \#(path), attempt \#(attempt), giving the client what the cache had: \#(rows) rows"#
    case 1:
      return
        #"rendered template C:\\shop\\views\\page\#(rows).tpl for a client that asked for \#(path) in a hurry"#
    case 2:
      return
        #"query plan:\n\tscan orders by customer\n\tjoin lines by order\nrows \#(rows), attempt \#(attempt) of 5"#
    case 3:
      return
        #"request\tfinished\t\#(status)\t\#(rows) rows\tcache \#(attempt) of 5 shards answered in time"#
    case 4...6:
      return
        "request for \(path) finished after reading \(rows) rows from shard \(attempt), nothing unusual to report"
    default:
      return
        "client closed the connection after \(rows) rows, response was kept for the next attempt (\(attempt))"
    }
  }

  private mutating func shuffle(_ members: inout [(key: String, value: String)]) {
    for index in members.indices.dropFirst().reversed() {
      members.swapAt(index, random.below(index + 1))
    }
  }

  private func timestamp() -> String {
    let (days, time) = clock.quotientAndRemainder(dividingBy: 86_400_000)
    let hour = two(time / 3_600_000)
    let minute = two(time / 60_000 % 60)
    let second = two(time / 1_000 % 60)
    return "2026-03-\(two(1 + days % 31))T\(hour):\(minute):\(second).\(three(time % 1_000))Z"
  }

  private func seconds(_ microseconds: Int) -> String {
    // Four decimals, as a logger with a habit of rounding writes them.
    let (whole, rest) = (microseconds / 100).quotientAndRemainder(dividingBy: 10_000)
    return "\(whole).\(rest < 1000 ? "0" : "")\(three(rest))"
  }

  private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private func three(_ number: Int) -> String { number < 100 ? "0\(two(number))" : "\(number)" }

  private func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static let services = [
    "\"checkout\"", "\"catalog\"", "\"search\"", "\"identity\"", "\"payments\"", "\"shipping\"",
    "\"recommendations\"", "\"gateway\"",
  ]

  private static let plans = ["\"free\"", "\"free\"", "\"team\"", "\"business\""]

  private static let paths = [
    "/", "/api/orders", "/api/orders/latest", "/api/cart", "/api/cart/items", "/api/search",
    "/api/users/me", "/api/products", "/api/products/top", "/api/database", "/login", "/logout",
    "/static/app.js", "/static/app.css", "/health", "/api/payments", "/api/shipping/quote",
  ]
}

/// A small random number generator whose numbers never change (SplitMix64).
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ limit: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(limit)).high)
  }

  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
}
