import Glibc

/// Work on a sequence of items by several threads, its results taken in order.
///
/// Each thread takes the next item under the lock, works on it alone and puts the result in its place.
/// No more than twice as many results as threads wait to be taken, so memory stays bounded. With one
/// thread everything happens in `next`.
// SAFETY: `produce` is only called with the lock held; results pass from one thread to another under
// it; `work` gets the number of its thread and touches nothing that another one does.
package final class OrderedWork<Item, Result>: @unchecked Sendable {
  private let threads: Int
  private let produce: () throws(InputFailure) -> Item?
  private let work: (_ thread: Int, _ item: Item) -> Result

  private var lock = pthread_mutex_t()
  private var changed = pthread_cond_t()
  private var ready: [Int: Result] = [:]
  private var produced = 0
  private var taken = 0
  private var atEnd = false
  private var failure: InputFailure?
  private var running = 0
  private var cancelled = false

  package init(
    threads: Int, produce: @escaping () throws(InputFailure) -> Item?,
    work: @escaping (_ thread: Int, _ item: Item) -> Result
  ) {
    self.threads = max(1, threads)
    self.produce = produce
    self.work = work
    pthread_mutex_init(&lock, nil)
    pthread_cond_init(&changed, nil)
    guard self.threads > 1 else { return }
    for thread in 0..<self.threads {
      running += 1
      if !BlockingThread.start({ [self] in run(thread) }) { running -= 1 }
    }
  }

  deinit {
    pthread_mutex_destroy(&lock)
    pthread_cond_destroy(&changed)
  }

  /// Stops the threads and waits for them; what they had not finished is dropped.
  package func cancel() {
    pthread_mutex_lock(&lock)
    cancelled = true
    pthread_cond_broadcast(&changed)
    while running > 0 { pthread_cond_wait(&changed, &lock) }
    pthread_mutex_unlock(&lock)
  }

  private func run(_ thread: Int) {
    pthread_mutex_lock(&lock)
    while true {
      while !cancelled, !atEnd, produced - taken >= 2 * threads {
        pthread_cond_wait(&changed, &lock)
      }
      if cancelled || atEnd { break }
      let number = produced
      guard let item = produceUnderLock() else { break }
      produced += 1
      pthread_mutex_unlock(&lock)
      let result = work(thread, item)
      pthread_mutex_lock(&lock)
      ready[number] = result
      pthread_cond_broadcast(&changed)
    }
    running -= 1
    pthread_cond_broadcast(&changed)
    pthread_mutex_unlock(&lock)
  }

  private func produceUnderLock() -> Item? {
    do throws(InputFailure) {
      if let item = try produce() { return item }
    } catch {
      failure = error
    }
    atEnd = true
    return nil
  }

  /// The next result in order; nil at the end. A failure of `produce` comes behind what it yielded.
  package func next() throws(InputFailure) -> Result? {
    guard running > 0 || produced > 0 else {
      guard let item = try produce() else { return nil }
      return work(0, item)
    }
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    while true {
      if let result = ready.removeValue(forKey: taken) {
        taken += 1
        pthread_cond_broadcast(&changed)
        return result
      }
      if atEnd, taken == produced {
        if let failure {
          self.failure = nil
          throw failure
        }
        return nil
      }
      pthread_cond_wait(&changed, &lock)
    }
  }
}
