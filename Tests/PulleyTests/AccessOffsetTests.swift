import Pulley
import Testing

/// Accesses with offsets around every boundary of their encodings, in the first memory and in a
/// second one, large or empty, with addresses known to the compiler and not.
@Suite struct AccessOffsets {
  private struct Access {
    var size: UInt64
    var isAtomic = false
    /// The operator up to its immediates, and the operands after the address.
    var operation: String
    var operands = ""
    var hasResult = true
    var lane = ""
  }

  private static let vector = "(v128.const i32x4 1 2 3 4)"

  private static let accesses = [
    Access(size: 4, operation: "i32.load"),
    Access(size: 8, operation: "i64.store", operands: "(i64.const 1)", hasResult: false),
    Access(size: 16, operation: "v128.load"),
    Access(size: 16, operation: "v128.store", operands: vector, hasResult: false),
    Access(size: 8, operation: "v128.load8x8_s"),
    Access(size: 4, operation: "v128.load32_splat"),
    Access(size: 8, operation: "v128.load64_zero"),
    Access(size: 1, operation: "v128.load8_lane", operands: vector, lane: "3"),
    Access(size: 8, operation: "v128.store64_lane", operands: vector, hasResult: false, lane: "1"),
    Access(size: 8, isAtomic: true, operation: "i64.atomic.load"),
    Access(size: 4, isAtomic: true, operation: "i32.atomic.rmw.add", operands: "(i32.const 1)"),
    Access(
      size: 1, isAtomic: true, operation: "i32.atomic.rmw8.cmpxchg_u",
      operands: "(i32.const 1) (i32.const 2)"),
    Access(size: 4, isAtomic: true, operation: "memory.atomic.notify", operands: "(i32.const 1)"),
  ]

  private static let offsets: [UInt64] = [
    0, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFF,
  ]
  private static let wideOffsets = [
    1 << 32, 0x7FFF_FFFF_FFFF_FFFF, 1 << 63, UInt64.max - 15, UInt64.max,
  ]
  private static let addresses: [UInt64] = [0, 1, 8, 65_528]

  @Test(arguments: [false, true], [UInt64(0), 1])
  func accessesTrapExactlyWhereTheirEndExceedsTheMemory(is64: Bool, firstPages: UInt64) throws {
    let type = is64 ? "i64" : "i32"
    let offsets = Self.offsets + (is64 ? Self.wideOffsets : [])
    var text = "(module (memory \(type) \(firstPages)) (memory \(type) 1)\n"
    var calls: [(name: String, address: UInt64, offset: UInt64, bound: UInt64, access: Access)] = []
    for (memory, bound) in [(0, firstPages << 16), (1, 1 << 16)] {
      for access in Self.accesses {
        for offset in offsets {
          for address in Self.addresses {
            for place in ["(local.get 0)", "(\(type).const \(address))"] {
              let name = "f\(calls.count)"
              let operation =
                "(\(access.operation) \(memory) offset=\(offset) \(access.lane) \(place)"
                + " \(access.operands))"
              text += "(func (export \"\(name)\") (param \(type)) "
              text += access.hasResult ? "(drop \(operation)))\n" : "\(operation))\n"
              calls.append((name, address, offset, bound, access))
            }
          }
        }
      }
    }
    let engine = Engine()
    let instance = try Linker(engine: engine).instantiate(
      Module(engine: engine, bytes: Array((text + ")").utf8)))
    for (name, address, offset, bound, access) in calls {
      let function = try instance.function(named: name)
      let argument =
        is64 ? GuestValue.i64(Int64(address)) : GuestValue.i32(Int32(truncatingIfNeeded: address))
      var trap: TrapReason?
      do throws(PulleyError) {
        _ = try function.call([argument])
      } catch {
        trap = error.trap
        #expect(trap != nil, "\(error)")
      }
      let (start, overflow) = address.addingReportingOverflow(offset)
      let (end, endOverflow) = start.addingReportingOverflow(access.size)
      var expected: Set<TrapReason?> = []
      if overflow || endOverflow || end > bound { expected.insert(.memoryOutOfBounds) }
      if access.isAtomic && start % access.size != 0 { expected.insert(.unalignedAtomic) }
      if expected.isEmpty { expected.insert(nil) }
      #expect(
        expected.contains(trap), "\(access.operation), \(type), offset \(offset), at \(address)")
    }
  }
}
