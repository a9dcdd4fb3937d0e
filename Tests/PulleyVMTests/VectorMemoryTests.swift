import PulleyISA
import Testing

@testable import PulleyVM

/// Guest memory of 64 different bytes.
private final class Memory {
  let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 16)

  static let original = (0..<64).map { UInt8(truncatingIfNeeded: 0x81 + 3 * $0) }

  init() { bytes.copyBytes(from: Self.original) }

  deinit { bytes.deallocate() }

  var address: UInt64 { UInt64(UInt(bitPattern: bytes.baseAddress)) }

  func vector(at offset: Int) -> Vector { Vector((0..<16).map { bytes[offset + $0] }) }

  func lanes<T: BitwiseCopyable>(at offset: Int, _ count: Int, _: T.Type) -> [T] {
    (0..<count).map {
      bytes.loadUnaligned(fromByteOffset: offset + $0 * MemoryLayout<T>.size, as: T.self)
    }
  }
}

private let value = Vector((0..<16).map { UInt8(0xA0 + $0) })

@Suite struct VectorMemory {
  /// Base and bound registers. There are special handlers for x28 and x29.
  private static let bases: [(Int, Int)] = [(28, 29), (3, 4), (28, 4), (3, 29)]

  @Test func vectorLoadsReadSixteenBytes() throws {
    let memory = Memory()
    for opcode in [Opcode.vload128le_o32, .vload128le_z] {
      for offset in [-16, 0, 1, 15] {
        let state = try Evaluator(opcode, [2, 3, Int64(offset)])({
          $0[x: 3] = memory.address + 16
        })
        #expect(state[vector: 2] == memory.vector(at: 16 + offset))
      }
    }
    let reversed = try Evaluator(.vload128be_z, [2, 3, 5])({ $0[x: 3] = memory.address })
    #expect(
      reversed[vector: 2].lanes() == Array(memory.vector(at: 5).lanes(UInt8.self).reversed()))
  }

  @Test func vectorStoresWriteSixteenBytes() throws {
    for opcode in [Opcode.vstore128le_o32, .vstore128le_z, .vstore128be_z] {
      for offset in [-16, 0, 1, 15] {
        let memory = Memory()
        _ = try Evaluator(opcode, [3, Int64(offset), 2])({
          $0[x: 3] = memory.address + 16
          $0[vector: 2] = value
        })
        let bytes = value.lanes(UInt8.self)
        let expected = opcode == .vstore128be_z ? Array(bytes.reversed()) : bytes
        #expect(memory.vector(at: 16 + offset).lanes() == expected)
        #expect(memory.bytes[16 + offset + 16] == Memory.original[16 + offset + 16])
        if offset > -16 { #expect(memory.bytes[15 + offset] == Memory.original[15 + offset]) }
      }
    }
  }

  @Test func vectorLoadsWidenTheirLanes() throws {
    let memory = Memory()
    func check<T: FixedWidthInteger & BitwiseCopyable, W: FixedWidthInteger & BitwiseCopyable>(
      _ opcode: Opcode, _: T.Type, _: W.Type
    ) throws {
      let state = try Evaluator(opcode, [2, 3, 9])({ $0[x: 3] = memory.address })
      let lanes = memory.lanes(at: 9, 8 / MemoryLayout<T>.size, T.self)
      #expect(state[vector: 2].lanes() == lanes.map { W($0) }, "\(opcode.mnemonic)")
    }
    try check(.vload8x8_s_z, Int8.self, Int16.self)
    try check(.vload8x8_u_z, UInt8.self, UInt16.self)
    try check(.vload16x4le_s_z, Int16.self, Int32.self)
    try check(.vload16x4le_u_z, UInt16.self, UInt32.self)
    try check(.vload32x2le_s_z, Int32.self, Int64.self)
    try check(.vload32x2le_u_z, UInt32.self, UInt64.self)
  }

  @Test func vectorAccessesThroughANullRegisterTrap() throws {
    for opcode in [
      Opcode.vload128le_z, .vload128be_z, .vload8x8_s_z, .vload8x8_u_z, .vload16x4le_s_z,
      .vload16x4le_u_z, .vload32x2le_s_z, .vload32x2le_u_z,
    ] {
      let (state, trap, machine) = try execute(opcode, [2, 3, 64]) { $0[vector: 2] = value }
      #expect(trap == .nullAddress && state[vector: 2] == value, "\(opcode.mnemonic)")
      withExtendedLifetime(machine) {}
    }
    for opcode in [Opcode.vstore128le_z, .vstore128be_z] {
      let (_, trap, _) = try execute(opcode, [3, 64, 2])
      #expect(trap == .nullAddress, "\(opcode.mnemonic)")
    }
  }

  @Test(arguments: [true, false])
  func vectorAccessesOutsideTheBoundTrap(isStore: Bool) throws {
    for (base, bound) in Self.bases {
      for (address, offset, traps) in [
        (0, 0, false), (5, 3, false), (0, 48, false), (48, 0, false), (40, 8, false), (0, 49, true),
        (49, 0, true), (41, 8, true), (64, 0, true), (0xFFFF_FFFF, 0, true),
        (0xFFFF_FFF0, 16, true), (0, 0xFFFF, true),
      ] as [(Int, Int, Bool)] {
        let memory = Memory()
        let place = [Int64(base), Int64(bound), 1, Int64(offset)]
        let (state, trap, machine) = try execute(
          isStore ? .vstore128le_g32 : .vload128le_g32, isStore ? place + [2] : [2] + place
        ) {
          $0[x: base] = memory.address
          $0[x: bound] = 64
          // The wasm address has 32 bits.
          $0[x: 1] = 0xFFFF_0000_0000_0000 | UInt64(address)
          $0[vector: 2] = value
        }
        #expect(trap == (traps ? .memoryOutOfBounds : nil), "\(address) + \(offset)")
        if traps {
          #expect(state[vector: 2] == value)
          #expect(memory.bytes.elementsEqual(Memory.original))
        } else if isStore {
          #expect(memory.vector(at: address + offset) == value)
        } else {
          #expect(state[vector: 2] == memory.vector(at: address + offset))
        }
        withExtendedLifetime(machine) {}
      }
    }
  }
}
