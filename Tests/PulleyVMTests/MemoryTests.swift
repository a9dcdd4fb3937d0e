import PulleyISA
import Testing

@testable import PulleyVM

/// Sixteen bytes of guest memory. The first and last bits of each value are set.
private final class Memory {
  let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 16)

  init() {
    for index in 0..<64 { bytes[index] = UInt8(truncatingIfNeeded: 0x81 &+ 3 &* index) }
  }

  deinit { bytes.deallocate() }

  var address: UInt64 { UInt64(UInt(bitPattern: bytes.baseAddress)) }

  func value(at offset: Int, _ size: Int, bigEndian: Bool) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<size {
      let byte = UInt64(bytes[offset + index])
      value |= byte << UInt64(8 * (bigEndian ? size - 1 - index : index))
    }
    return value
  }
}

private let old: UInt64 = 0xAAAA_BBBB_CCCC_DDDD

private struct Access: CustomStringConvertible {
  let opcode: Opcode
  let size: Int
  let mode: String
  let isStore: Bool
  let isFloat: Bool

  init?(_ opcode: Opcode) {
    let name = opcode.mnemonic
    guard
      name.hasPrefix("xload") || name.hasPrefix("xstore") || name.hasPrefix("fload")
        || name.hasPrefix("fstore"), let mode = name.split(separator: "_").last
    else { return nil }
    self.opcode = opcode
    self.mode = String(mode)
    size = opcode.info.accessSize
    isStore = name.contains("store")
    isFloat = name.hasPrefix("f")
  }

  var description: String { opcode.mnemonic }
  var bigEndian: Bool { opcode.mnemonic.contains("be_") }
  var signed: Bool { opcode.mnemonic.contains("_s32") }
  var writesAll: Bool { size == 8 }

  /// The register after loading `value`.
  func loaded(_ value: UInt64) -> UInt64 {
    if size == 8 { return value }
    let shift = UInt64(64 - 8 * size)
    let extended =
      signed
      ? UInt32(truncatingIfNeeded: Int64(bitPattern: value << shift) >> Int64(shift))
      : UInt32(truncatingIfNeeded: value)
    return UInt64(extended)
  }
}

private let accesses = (0..<UInt16(Opcode.tableSize)).compactMap { Opcode(rawValue: $0) }
  .filter { !$0.usesHeap }.compactMap(Access.init)

@Suite struct MemoryAccess {
  @Test(arguments: accesses.indices)
  func accessesAddTheirOffsetToTheAddress(_ index: Int) throws {
    let access = accesses[index]
    for (base, bound) in bases(access.mode) {
      for offset in [0, 1, 7, 24] { try check(access, base: base, bound: bound, offset: offset) }
    }
  }

  /// The registers to try: there are special handlers for x28 and x29.
  private func bases(_ mode: String) -> [(Int64, Int64)] {
    mode == "g32" || mode == "g32bne" ? [(28, 29), (3, 4), (28, 4), (3, 29)] : [(3, 4)]
  }

  private func operands(
    _ access: Access, _ base: Int64, _ bound: Int64, _ offset: Int
  ) -> [Int64] {
    let address: [Int64] =
      switch access.mode {
      case "g32": [base, bound, 1, Int64(offset)]
      case "g32bne": [base, bound, 1, Int64(offset), 8]
      default: [base, Int64(offset)]
      }
    return access.isStore ? address + [2] : [2] + address
  }

  private func check(_ access: Access, base: Int64, bound: Int64, offset: Int) throws {
    let memory = Memory()
    let cell = UnsafeMutablePointer<UInt64>.allocate(capacity: 2)
    defer { cell.deallocate() }
    cell[1] = 64
    let guarded = access.mode.hasPrefix("g32")
    let wasmAddress = guarded ? 5 : 0
    let place = offset + wasmAddress
    let before = memory.value(at: place, access.size, bigEndian: access.bigEndian)
    let result = try execute(access.opcode, operands(access, base, bound, offset)) {
      $0[x: Int(base)] = memory.address
      $0[x: Int(bound)] = access.mode == "g32bne" ? UInt64(UInt(bitPattern: cell)) : 64
      // The wasm address has 32 bits.
      $0[x: 1] = 0xFFFF_0000_0000_0000 | UInt64(wasmAddress)
      $0[x: 2] = old
      $0[fBits: 2] = old
    }
    #expect(result.trap == nil, "\(access)")
    let after = memory.value(at: place, access.size, bigEndian: access.bigEndian)
    if access.isStore {
      let mask = access.size == 8 ? UInt64.max : 1 << UInt64(8 * access.size) - 1
      #expect(after == old & mask, "\(access) at \(offset)")
    } else {
      let register = access.isFloat ? result.state[fBits: 2] : result.state[x: 2]
      #expect(register == access.loaded(before), "\(access) at \(offset)")
      #expect(after == before)
    }
  }

  @Test(arguments: accesses.indices)
  func accessesOutsideTheBoundTrap(_ index: Int) throws {
    let access = accesses[index]
    guard access.mode.hasPrefix("g32") else { return }
    let cell = UnsafeMutablePointer<UInt64>.allocate(capacity: 2)
    defer { cell.deallocate() }
    let memory = Memory()
    for (base, bound) in bases(access.mode) {
      for (length, address, offset, traps) in [
        (64, UInt64(64 - access.size), 0, false), (64, UInt64(65 - access.size), 0, true),
        (64, 0, 64 - access.size, false), (64, 0, 65 - access.size, true),
        (64, 1, 64 - access.size, true), (0, 0, 0, true), (access.size, 0, 0, false),
        (access.size - 1, 0, 0, true), (64, 0xFFFF_FFFF, 255, true), (64, 0x8000_0000, 0, true),
      ] {
        let before = memory.bytes.map { $0 }
        cell[1] = UInt64(length)
        let result = try execute(access.opcode, operands(access, base, bound, offset)) {
          $0[x: Int(base)] = memory.address
          $0[x: Int(bound)] =
            access.mode == "g32bne" ? UInt64(UInt(bitPattern: cell)) : UInt64(length)
          $0[x: 1] = address
          $0[x: 2] = old
          $0[fBits: 2] = old
        }
        #expect(
          result.trap == (traps ? .memoryOutOfBounds : nil),
          "\(access) \(length) \(address) \(offset)")
        if traps {
          #expect(memory.bytes.map { $0 } == before)
          #expect(result.state[x: 2] == old && result.state[fBits: 2] == old)
        }
      }
    }
  }

  @Test(arguments: accesses.indices)
  func accessesThroughANullRegisterTrap(_ index: Int) throws {
    let access = accesses[index]
    guard access.mode == "z" else { return }
    // The register is checked, not the sum.
    let result = try execute(access.opcode, operands(access, 3, 4, 1 << 20)) { $0[x: 3] = 0 }
    #expect(result.trap == .nullAddress)
  }

  @Test func accessesTakeNegativeOffsets() throws {
    let memory = Memory()
    let result = try execute(.xload32le_o32, [2, 3, -8]) { $0[x: 3] = memory.address + 16 }
    #expect(result.state[x32: 2] == UInt32(memory.value(at: 8, 4, bigEndian: false)))
  }
}

/// Handlers keep x28 and x29 in machine registers; every way to write them must be noticed.
@Suite struct MemoryRegisters {
  /// A function that writes x28 or x29 in some way and then loads through them.
  private func load(
    _ options: PredecodingOptions, prepare: (MachineState) -> Void,
    _ body: (inout Encoder) -> Void
  ) throws -> (UInt32, TrapKind?) {
    let (machine, trap) = try run(options, prepare: prepare) {
      body(&$0)
      $0.xload32le_g32(x(0), x(28), x(29), x(1), 0)
    }
    return (machine.state[x32: 0], trap?.kind)
  }

  @Test(arguments: allOptions)
  func writesOfX28AndX29ChangeTheMemoryThatIsAccessed(_ options: PredecodingOptions) throws {
    let memory = Memory()
    let expected = UInt32(memory.value(at: 0, 4, bigEndian: false))
    let record = UnsafeMutablePointer<UInt64>.allocate(capacity: 4)
    defer { record.deallocate() }
    record[0] = memory.address
    record[1] = 64
    record[2] = UInt64(UInt(bitPattern: record))
    let prepare = { (state: MachineState) in
      state[x: 2] = memory.address
      state[x: 3] = 64
      state[x: 4] = UInt64(UInt(bitPattern: record))
      state[x: 5] = memory.address - 1
      state[x: 6] = 1
    }
    let ways: [(inout Encoder) -> Void] = [
      {
        $0.xmov(x(28), x(2))
        $0.xmov(x(29), x(3))
      },
      {
        $0.xconst8(x(29), 64)
        $0.xadd64(x(28), x(5), x(6))
      },
      {
        $0.xload64le_o32(x(28), x(4), 0)
        $0.xload64le_o32(x(29), x(4), 8)
      },
      {
        $0.xload64le_o32(x(29), x(4), 16)
        $0.xload64le_o32(x(28), x(29), 0)
        $0.xload64le_o32(x(29), x(29), 8)
      },
      {
        $0.xadd64_u8(x(28), x(5), 1)
        $0.encode(.xselect64, [29, 1, 6, 3])
      },
      {
        $0.encode(.xadd128, [28, 29, 5, 3, 6, 1])
      },
      {
        $0.push_frame_save(32, UpperRegSet([x(28), x(29)]))
        $0.xstore64le_o32(x(30), 24, x(2))
        $0.xstore64le_o32(x(30), 16, x(3))
        $0.pop_frame_restore(32, UpperRegSet([x(28), x(29)]))
      },
    ]
    for (index, way) in ways.enumerated() {
      let (value, trap) = try load(options, prepare: prepare, way)
      #expect(trap == nil, "way \(index)")
      #expect(value == expected, "way \(index)")
    }
    // A bound that shrinks takes effect too.
    let (_, trap) = try load(options, prepare: prepare) {
      $0.xmov(x(28), x(2))
      $0.xone(x(29))
    }
    #expect(trap == .memoryOutOfBounds)
  }
}
