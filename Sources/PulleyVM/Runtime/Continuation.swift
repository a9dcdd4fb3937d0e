import PulleyISA

/// Which code of a function an address is in.
public enum CodeVariant: Hashable, Sendable {
  /// That of the second tier, or the only one.
  case final
  /// That of the first tier.
  case provisional
  /// What remains of the function from the loop with this number on, in the second tier.
  case continuation(loop: UInt32)
}

/// Code for the rest of a call that runs in the first tier.
struct Continuation: @unchecked Sendable {
  let code: UnsafeRawPointer
  /// The places in the window of the locals, in the first tier and as the code receives them.
  let moves: [(from: Int32, to: Int32)]

  /// Moves the locals within a window.
  func enter(_ r: Registers) {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: moves.count) { values in
      for (index, move) in moves.enumerated() { values[index] = get64(r, Int(move.from)) }
      for (index, move) in moves.enumerated() { put64(r, Int(move.to), values[index]) }
    }
  }
}

extension ABILocation {
  /// The place in the window of a function in which it receives a value.
  var place: Int32 {
    switch self {
    case .x(let number): Int32(StateLayout.x(Int(number)))
    case .f(let number): Int32(StateLayout.f(Int(number)))
    case .v(let number): Int32(StateLayout.v(Int(number)))
    case .stack(let offset): Int32(Window.stackArea) + Int32(bitPattern: offset)
    }
  }
}
