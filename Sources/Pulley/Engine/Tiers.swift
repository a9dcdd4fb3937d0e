/// Which of the two compilers functions of WebAssembly are compiled with when they are first called.
///
/// The first tier translates a function in one pass; the second one optimises it. Results and traps are
/// the same. What all functions of a module are compiled for, such as an artifact, is always optimised.
public enum Tiers: UInt8, Sendable, CaseIterable {
  /// The first tier only.
  case first
  /// The first tier. A thread of the engine optimises functions that run often.
  case background
  /// The first tier. The thread that runs the guest optimises functions that run often.
  case synchronous
  /// The second tier only.
  case second
}

extension Tiers {
  /// How often a function of the first tier is entered or its loops are repeated before it is optimised:
  /// about as long as optimising it takes.
  ///
  /// - Parameters:
  ///   - bytes: the size of its bytecode.
  ///   - wanted: what the engine's options say instead.
  func heat(bytes: Int, wanted: UInt32?) -> UInt32 {
    switch self {
    case .first, .second: 0
    case .background, .synchronous: max(1, wanted ?? UInt32(clamping: 4000 + 8 * bytes))
    }
  }
}
