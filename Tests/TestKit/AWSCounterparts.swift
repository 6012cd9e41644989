extension Counterpart {
  /// A Python that can import moto, which plays AWS.
  package static let moto = python("moto")
  /// A Python that can import the library that AWS's own tools are made of.
  package static let botocore = python("botocore")
}
