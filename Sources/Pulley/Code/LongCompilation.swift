/// A function larger than these sizes is compiled and predecoded on a separate thread, so that
/// the guest that has called it can be interrupted meanwhile. A smaller function takes a few
/// milliseconds at worst.
enum LongCompilation {
  /// Bytes of a body of WebAssembly.
  static let body = 4096
  /// The same in the first tier.
  static let firstTierBody = 64 << 10
  /// Instructions of a function in CLIF.
  static let instructions = 2000
  /// Bytes of bytecode that is compiled already.
  static let bytecode = 128 << 10
}
