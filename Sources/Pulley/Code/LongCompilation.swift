/// From which size on a function is prepared by a thread of its own, so that the guest that has called it
/// can be interrupted meanwhile. What is smaller takes some milliseconds at worst.
enum LongCompilation {
  /// A body of WebAssembly, in bytes.
  static let body = 4096
  /// A function in CLIF.
  static let instructions = 2000
  /// Bytecode that only has to become threaded code, in bytes.
  static let bytecode = 128 << 10
}
