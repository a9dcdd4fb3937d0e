import CSupport

/// What the code of a module depends on: the module's bytes, the build of the compiler, and options.
struct CacheKey: Equatable, Sendable {
  let bytes: [UInt8]

  /// Nil if the build has no identity.
  ///
  /// - Parameter options: a bit for each option that changes the code.
  init?(module: UnsafeRawBufferPointer, options: UInt8) {
    var size = 0
    guard let build = pulley_build_id(&size) else { return nil }
    var hash = SHA256()
    hash.add([UInt8(truncatingIfNeeded: size), options])
    hash.add(UnsafeRawBufferPointer(start: build, count: size))
    hash.add(module)
    bytes = hash.finish()
  }

  private static let digits = Array("0123456789abcdef".utf8)

  /// The file's name: the hash in hexadecimal.
  var name: [UInt8] {
    bytes.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] }
  }

  static func isName(_ name: [UInt8]) -> Bool {
    name.count == 2 * SHA256.size && name.allSatisfy { digits.contains($0) }
  }
}
