import Engine
import TerminalUI

struct TestGeneration {
  init(_ path: String, _ invocation: Invocation, _ setup: Setup) {}
  func run(on console: Console) throws -> Outcome { Outcome() }
}
