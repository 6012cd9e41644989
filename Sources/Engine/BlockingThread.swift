import Glibc

/// A thread of its own for calls that block, so that the cooperative pool never does.
package enum BlockingThread {
  /// Starts a thread that ends with its body; false when the system has none left.
  ///
  /// All signals are blocked there: they are for the main thread, and a peer that hangs up must not
  /// end the program.
  package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    var everything = sigset_t()
    var before = sigset_t()
    sigfillset(&everything)
    // A new thread inherits the mask, so that not even its first instruction is interrupted.
    pthread_sigmask(SIG_SETMASK, &everything, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

    // SAFETY: the box is retained here and released exactly once, by the thread or, if there is
    // none, below.
    let box = Unmanaged.passRetained(Body(run: body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
    guard code == 0 else {
      box.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
