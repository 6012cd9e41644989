import CLinux
import Glibc

extension Spool {
  /// Gives the room of the first bytes back to the file system, if that can do it; what stands behind
  /// them stays where it is.
  func forget(before offset: Int64) {
    fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, off_t(offset))
  }
}
