import PulleyISA
import Testing

@testable import PulleyVM

private let widths = [8, 16, 32, 64]
private let readModifyWrite = ["add", "sub", "and", "or", "xor", "xchg"]

private let samples: [UInt64] = [
  0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000,
  0x8000_0000_0000_0001, .max, 0x0123_4567_89AB_CDEF,
]

private func opcode(_ name: String) throws -> Opcode {
  try #require(Opcode.allCases.first { $0.mnemonic == name }, "\(name)")
}

/// The memory after an operation, computed from the old value and the operand.
private func reference(_ name: String, _ old: UInt64, _ value: UInt64) -> UInt64 {
  switch name {
  case "add": old &+ value
  case "sub": old &- value
  case "and": old & value
  case "or": old | value
  case "xor": old ^ value
  default: value
  }
}

/// Two words, of which the guest works on the first.
private final class Words {
  let words = UnsafeMutablePointer<UInt64>.allocate(capacity: 2)

  init(_ first: UInt64) {
    words.initialize(to: first)
    (words + 1).initialize(to: 0x5555_5555_5555_5555)
  }

  deinit { words.deallocate() }

  var address: UInt64 { UInt64(UInt(bitPattern: words)) }

  /// The first word, after checking that the rest of the memory is unchanged.
  func first() -> UInt64 {
    #expect(words[1] == 0x5555_5555_5555_5555)
    return words[0]
  }
}

/// The value of x1 after one instruction, and its trap.
private func outcome(
  _ opcode: Opcode, _ operands: [Int64], prepare: (MachineState) -> Void
) throws -> (x1: UInt64, trap: TrapKind?) {
  let (state, trap, machine) = try execute(opcode, operands, prepare: prepare)
  return withExtendedLifetime(machine) { (state[x: 1], trap) }
}

private func mask(_ bits: Int) -> UInt64 { .max >> UInt64(64 - bits) }

@Suite struct AtomicAccess {
  @Test(arguments: widths) func atomicLoadsExtendWithZeros(_ bits: Int) throws {
    for value in samples {
      let words = Words(value)
      let (result, trap) = try outcome(opcode("xatomic_load\(bits)"), [1, 2]) {
        $0[x: 1] = .max
        $0[x: 2] = words.address
      }
      #expect(trap == nil)
      #expect(result == value & mask(bits))
    }
  }

  @Test(arguments: widths) func atomicStoresWriteOnlyTheLowBits(_ bits: Int) throws {
    for value in samples {
      let words = Words(0xA1A2_A3A4_A5A6_A7A8)
      _ = try outcome(opcode("xatomic_store\(bits)"), [2, 1]) {
        $0[x: 1] = value
        $0[x: 2] = words.address
      }
      #expect(words.first() == 0xA1A2_A3A4_A5A6_A7A8 & ~mask(bits) | value & mask(bits))
    }
  }

  @Test(arguments: widths) func atomicReadModifyWriteReturnsTheOldValue(_ bits: Int) throws {
    for name in readModifyWrite {
      for old in samples {
        for value in samples {
          let words = Words(old)
          let (result, _) = try outcome(opcode("xatomic_\(name)\(bits)"), [1, 2, 3]) {
            $0[x: 1] = .max
            $0[x: 2] = words.address
            $0[x: 3] = value
          }
          let new = reference(name, old, value) & mask(bits)
          #expect(result == old & mask(bits))
          #expect(words.first() == old & ~mask(bits) | new)
        }
      }
    }
  }

  @Test(arguments: widths) func compareAndSwapComparesOnlyTheLowBits(_ bits: Int) throws {
    for old in samples {
      for expected in samples {
        let words = Words(old)
        let (result, _) = try outcome(opcode("xatomic_cas\(bits)"), [1, 2, 3, 4]) {
          $0[x: 2] = words.address
          $0[x: 3] = expected
          $0[x: 4] = 0xE1E2_E3E4_E5E6_E7E8
        }
        let isEqual = old & mask(bits) == expected & mask(bits)
        let new = isEqual ? 0xE1E2_E3E4_E5E6_E7E8 & mask(bits) : old & mask(bits)
        #expect(result == old & mask(bits))
        #expect(words.first() == old & ~mask(bits) | new)
      }
    }
  }

  @Test func anAtomicFenceChangesNoRegister() throws {
    let (result, trap) = try outcome(.atomic_fence, []) { $0[x: 1] = 7 }
    #expect(trap == nil && result == 7)
  }
}

@Suite struct AtomicAddress {
  /// Base and bound registers. There are special handlers for x28 and x29.
  @Test(arguments: [(28, 29), (3, 4), (28, 4)] as [(Int64, Int64)])
  func anAtomicAddressIsCheckedForAlignmentThenForBounds(_ base: Int64, _ bound: Int64) throws {
    for bits in widths {
      let size = UInt64(bits / 8)
      for (address, offset) in [
        (0, 0), (5, 0), (8, 8), (0, 63), (56, 0), (57, 0), (63, 0), (60, 4), (64, 0), (1, 63),
        (0xFFFF_FFF8, 8), (0xFFFF_FFFF, 0xFFFF), (0x1_0000_0008, 0),
      ] as [(UInt64, UInt64)] {
        let (result, trap) = try outcome(
          opcode("xaddr\(bits)_g32"), [1, base, bound, 2, Int64(offset)]
        ) {
          $0[x: 2] = address
          $0[x: Int(base)] = 0x1000
          $0[x: Int(bound)] = 64
        }
        let sum = (address & 0xFFFF_FFFF) + offset
        let expected: TrapKind? =
          sum % size != 0 ? .unalignedAtomic : sum + size > 64 ? .memoryOutOfBounds : nil
        #expect(trap == expected, "\(bits) \(address) \(offset)")
        if expected == nil { #expect(result == 0x1000 + sum) }
      }
    }
  }

  @Test(arguments: [(28, 29), (3, 4)] as [(Int64, Int64)])
  func a64BitAtomicAddressDoesNotWrapAround(_ base: Int64, _ bound: Int64) throws {
    for bits in widths {
      let size = UInt64(bits / 8)
      for (address, offset) in [
        (0, 0), (8, 8), (56, 0), (0, 56), (60, 0), (63, 0), (64, 0), (0, 64), (.max, 1),
        (.max - 7, 8), (8, .max - 7), (.max - 7, 0), (0, .max - 7), (.max, .max), (1, 0),
        (0x1_0000_0008, 0),
      ] as [(UInt64, UInt64)] {
        let (result, trap) = try outcome(
          opcode("xaddr\(bits)_g64"), [1, base, bound, 2, Int64(bitPattern: offset)]
        ) {
          $0[x: 2] = address
          $0[x: Int(base)] = 0x1000
          $0[x: Int(bound)] = 64
        }
        let (sum, overflow) = address.addingReportingOverflow(offset)
        let isOutside = overflow || sum > 64 || 64 - sum < size
        let expected: TrapKind? =
          sum % size != 0 ? .unalignedAtomic : isOutside ? .memoryOutOfBounds : nil
        #expect(trap == expected, "\(bits) \(address) \(offset)")
        if expected == nil { #expect(result == 0x1000 + sum) }
      }
    }
  }

  @Test func anAtomicAccessDoesTheSameWithAllPredecodingOptions() throws {
    for options in allOptions {
      for bits in widths {
        for name in readModifyWrite + ["load", "store", "cas"] {
          let words = Words(0x0102_0304_0506_0708)
          let (machine, trap) = try run(options) { state in
            state[x: 28] = words.address
            state[x: 29] = 8
            state[x: 2] = 0
            state[x: 5] = 0x0102_0304_0506_0708
            state[x: 6] = 0x3333_3333_3333_3333
          } _: { encoder in
            encoder.xadd32_u8(x(2), x(2), 0)
            let check = try? opcode("xaddr\(bits)_g32")
            let access = try? opcode("xatomic_\(name)\(bits)")
            guard let check, let access else { return }
            encoder.encode(check, [3, 28, 29, 2, 0])
            switch name {
            case "load": encoder.encode(access, [4, 3])
            case "store": encoder.encode(access, [3, 6])
            case "cas": encoder.encode(access, [4, 3, 5, 6])
            default: encoder.encode(access, [4, 3, 6])
            }
          }
          #expect(trap == nil)
          let old: UInt64 = 0x0102_0304_0506_0708
          if name != "store" { #expect(machine.state[x: 4] == old & mask(bits)) }
          let value: UInt64 = name == "load" ? old : 0x3333_3333_3333_3333
          let new = reference(name, old, value) & mask(bits)
          #expect(words.first() == old & ~mask(bits) | new, "\(name)\(bits)")
        }
      }
    }
  }

  @Test func aTrapNamesTheAddressCheckWhenItIsFusedWithTheAccess() throws {
    let (_, trap) = try run { state in
      state[x: 28] = 0x1000
      state[x: 29] = 64
      state[x: 2] = 2
    } _: { encoder in
      encoder.xzero(x(7))
      encoder.xaddr32_g32(x(3), x(28), x(29), x(2), 0)
      encoder.xatomic_add32(x(4), x(3), x(7))
    }
    #expect(trap?.kind == .unalignedAtomic)
    #expect(trap?.location?.offset == 2)
  }
}
