import PulleyISA

/// The values that calls of a function pass, in 32 bits.
struct CallShape {
  private let bits: UInt32

  init(isThunk: Bool = false) { bits = isThunk ? 1 : 0 }

  init(bits: UInt32) { self.bits = bits }

  init(_ record: WindowRecord, isThunk: Bool) {
    bits =
      (isThunk ? 1 : 0) | UInt32(record.passedX) << 1 | UInt32(record.passedF) << 4
      | UInt32(record.passedV) << 8 | UInt32(record.incoming) << 12
  }

  var rawBits: UInt32 { bits }
  /// Whether the function passes all that it receives to the host function in x0, and needs no context.
  var isThunk: Bool { bits & 1 == 1 }
  var xCount: Int { Int(bits >> 1 & 7) }
  var fCount: Int { Int(bits >> 4 & 15) }
  var vCount: Int { Int(bits >> 8 & 15) }
  var stackBytes: Int { 16 * Int(bits >> 12) }

  /// The bytes of a window that the values may reach.
  var extent: Int { Window.stackArea + stackBytes }

  /// Copies the values between windows that do not overlap, or from one to a lower one.
  func copy(from source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer) {
    for number in 0..<xCount {
      put64(target, StateLayout.x(number), get64(source, StateLayout.x(number)))
    }
    for number in 0..<fCount {
      put64(target, StateLayout.f(number), get64(source, StateLayout.f(number)))
    }
    var at = StateLayout.v(0)
    while at < StateLayout.v(vCount) {
      put64(target, at, get64(source, at))
      at += 8
    }
    at = Window.stackArea
    while at < extent {
      put64(target, at, get64(source, at))
      at += 8
    }
  }
}
