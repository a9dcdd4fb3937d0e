import PulleyISA
import Testing

@testable import PulleyVM

/// Operands on which operations that do not commute show it: signs, sizes, lanes and halves differ.
private let integers: [(UInt64, UInt64)] =
  numbers + [
    (0x8000_0000_0000_0003, 0x7FFF_FFFF_FFFF_FFF1), (0xFF80_7F01_FFFE_0240, 0x0102_8003_0004_7F05),
  ]

/// Those without a NaN. Which NaN an operation gives may depend on the order.
private let numbers: [(UInt64, UInt64)] = [
  (5, 3), (0, 1), (7, 7), (0x1122_3344_5566_7788, 0xF0E0_D0C0_B0A0_9080),
  // As two float64 numbers and as two pairs of float32 numbers.
  (0x4008_0000_0000_0000, 0xC014_0000_0000_0000), (0x4040_0000_C0A0_0000, 0x3F80_0000_4120_0000),
]

@Suite struct CommutingOperations {
  /// The slots of the first two source registers, if both are in the same file.
  private static func sources(_ opcode: Opcode) -> (Int, Int)? {
    let reads = opcode.fields.filter(\.kind.isRead)
    guard reads.count >= 2, reads[0].kind == reads[1].kind else { return nil }
    return (reads[0].slot, reads[1].slot)
  }

  /// The contents of the registers that the instruction writes, for two values of its sources.
  private func results(_ opcode: Opcode, _ first: UInt64, _ second: UInt64) throws -> [UInt64] {
    guard let slots = Self.sources(opcode) else { return [] }
    var operands = opcode.fields.map { Int64($0.slot + 1) }
    // The other sources are the same both ways, and an immediate must be valid.
    for field in opcode.fields where !field.kind.isRegister { operands[field.slot] = 8 }
    let outcome = try execute(opcode, operands + [0]) { state in
      let others = opcode.fields.filter(\.kind.isRead).map { ($0.slot, 8 as UInt64) }
      for (slot, value) in others + [(slots.0, first), (slots.1, second)] {
        let register = slot + 1
        state[x: register] = value
        state[fBits: register] = value
        state[v: register] = (value, value.byteSwapped)
      }
    }
    if let trap = outcome.trap { return [UInt64(trap.rawValue)] }
    return opcode.fields.filter(\.kind.isWrite).flatMap { field -> [UInt64] in
      let register = field.slot + 1
      switch field.kind {
      case .xWrite: return [outcome.state[x: register]]
      case .fWrite: return [outcome.state[fBits: register]]
      default: return [outcome.state[v: register].low, outcome.state[v: register].high]
      }
    }
  }

  private static let candidates = Opcode.allCases.filter { opcode in
    sources(opcode) != nil && !opcode.usesHeap
      && opcode.traits.isDisjoint(with: [.branch, .call, .load, .store])
      && opcode.fields.contains { $0.kind.isWrite } && !opcode.mnemonic.hasPrefix("xatomic")
  }

  @Test(arguments: candidates)
  func anOperationCommutesExactlyWhenItsRowSaysSo(_ opcode: Opcode) throws {
    let isOfFloats =
      opcode.mnemonic.hasPrefix("f") || opcode.mnemonic.contains("f32x4")
      || opcode.mnemonic.contains("f64x2") || opcode.mnemonic.hasPrefix("vfma")
    var isSame = true
    for (first, second) in isOfFloats ? numbers : integers {
      isSame = try isSame && results(opcode, first, second) == results(opcode, second, first)
    }
    #expect(isSame == opcode.traits.contains(.commutes))
  }
}
