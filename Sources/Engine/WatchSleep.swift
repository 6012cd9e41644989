import CLinux
import Glibc

/// Where the thread of a watch waits: for lines, for a signal, for the next instant, and for nobody
/// reading the output any more.
struct WatchSleep {
  private let follower: Follower
  private let world: Watch.World
  private let calls: WatchCalls

  init(_ follower: Follower, _ world: Watch.World, _ calls: WatchCalls) {
    self.follower = follower
    self.world = world
    self.calls = calls
  }

  /// Waits until `deadline`, forever without one; answers when the watch has to end.
  func untilSomethingHappens(by deadline: Duration?) -> Watch.End? {
    let pipes = follower.pipes
    // What is not there has a negative number, which poll leaves out.
    var polled = [
      pollfd(fd: world.stop?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: world.output ?? -1, events: 0, revents: 0),
      pollfd(fd: follower.watcher.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    polled += pipes.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    polled += calls.descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let deadline = [deadline, follower.looksAgain].compactMap { $0 }.min()
    let count = poll(&polled, nfds_t(polled.count), timeout(deadline))

    if let signal = world.stop?.received { return .signal(signal) }
    if count > 0 {
      if Int32(polled[1].revents) & (POLLERR | POLLHUP) != 0 { return .output }
      if polled[2].revents != 0 { follower.watcher.take().forEach(follower.stir) }
      for (pipe, state) in zip(pipes, polled.dropFirst(3)) where state.revents != 0 {
        follower.stir(pipe.index)
      }
      calls.answer()
    }
    if let signal = calls.hangup { return .signal(signal) }
    follower.stirDue()
    return nil
  }

  /// Milliseconds, rounded up: to wake a little early would be to ask again at once.
  private func timeout(_ deadline: Duration?) -> Int32 {
    guard let deadline else { return -1 }
    let rest = max(.zero, deadline - world.clock.elapsed) / .milliseconds(1)
    return Int32(min(rest.rounded(.up), 86_400_000))
  }
}
