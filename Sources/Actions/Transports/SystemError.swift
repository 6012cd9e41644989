import Glibc

/// What the system says about an error number.
enum SystemError {
  static func text(_ code: Int32) -> String {
    // strerror's own buffer is shared between threads; ours is not.
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
