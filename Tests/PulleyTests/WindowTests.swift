import Pulley
import Testing

/// Calls of functions whose registers are in windows of the guest's stack.
@Suite struct Windows {
  private let engine = Engine()

  private func instantiate(_ text: String, _ linker: Linker? = nil) throws -> Instance {
    try (linker ?? Linker(engine: engine)).instantiate(
      Module(engine: engine, bytes: Array(text.utf8)))
  }

  private func call(
    _ instance: Instance, _ name: String, _ arguments: GuestValue...
  ) throws -> [GuestValue] {
    try instance.function(named: name).call(arguments)
  }

  /// An instance that others import as "other": its memory, a global that counts calls, and functions.
  private static let other = """
    (module
      (memory (export "memory") 1)
      (global $calls (mut i32) (i32.const 0))
      (func $count (global.set $calls (i32.add (global.get $calls) (i32.const 1))))
      (func (export "calls") (result i32) (global.get $calls))
      (func (export "store") (param i32 i32)
        (call $count) (i32.store (local.get 0) (local.get 1)))
      (func (export "many")
        (param i64 i64 i64 i64 i64 i64 i64 i64 i64 f64 f64 f64 f64 f64 f64 f64 f64 f64)
        (result f64 i64 f64 i64 i64 i64 i64 i64 i64 i64)
        (call $count)
        (local.get 17) (local.get 8) (local.get 9) (local.get 7) (local.get 6) (local.get 5)
        (local.get 4) (local.get 3) (local.get 2) (local.get 1))
      (func (export "vector") (param v128 v128) (result v128)
        (i32x4.add (local.get 0) (local.get 1)))
      (func $down (export "down") (param i32) (result i32)
        (if (result i32) (local.get 0)
          (then (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))
          (else (unreachable))))
      (func (export "grow") (result i32) (memory.grow (i32.const 1))))
    """

  private func linker() throws -> Linker {
    let linker = Linker(engine: engine)
    let other = try linker.instantiate(Module(engine: engine, bytes: Array(Self.other.utf8)))
    try linker.define(module: "other", exportsOf: other)
    return linker
  }

  @Test func aCallOfAnotherInstanceHasThatInstancesGlobalsAndMemory() throws {
    let linker = try linker()
    let instance = try instantiate(
      """
      (module
        (import "other" "store" (func $store (param i32 i32)))
        (import "other" "calls" (func $calls (result i32)))
        (memory 1)
        (global $mine (mut i32) (i32.const 7))
        (func (export "run") (result i32 i32 i32)
          (i32.store (i32.const 8) (i32.const 5))
          (call $store (i32.const 8) (i32.const 6))
          (i32.load (i32.const 8)) (global.get $mine) (call $calls)))
      """, linker)
    #expect(try call(instance, "run") == [.i32(5), .i32(7), .i32(1)])
  }

  @Test func valuesThatNoRegisterPassesReachAnotherInstanceAndComeBack() throws {
    let linker = try linker()
    let arguments =
      (1...9).map { "(i64.const \($0))" } + (1...9).map { "(f64.const \($0).5)" }
    let types = String(repeating: "i64 ", count: 9) + String(repeating: "f64 ", count: 9)
    let instance = try instantiate(
      """
      (module
        (import "other" "many" (func $many (param \(types))
          (result f64 i64 f64 i64 i64 i64 i64 i64 i64 i64)))
        (func (export "run") (result f64 i64 f64 i64 i64 i64 i64 i64 i64 i64)
          (call $many \(arguments.joined(separator: " "))))
        (func (export "tail") (result f64 i64 f64 i64 i64 i64 i64 i64 i64 i64)
          (return_call $many \(arguments.joined(separator: " ")))))
      """, linker)
    let expected: [GuestValue] = [
      .f64((9.5).bitPattern), .i64(9), .f64((1.5).bitPattern), .i64(8), .i64(7), .i64(6), .i64(5),
      .i64(4), .i64(3), .i64(2),
    ]
    #expect(try call(instance, "run") == expected)
    #expect(try call(instance, "tail") == expected)
  }

  @Test func vectorsReachAnotherInstanceAndComeBack() throws {
    let linker = try linker()
    let instance = try instantiate(
      """
      (module
        (import "other" "vector" (func $add (param v128 v128) (result v128)))
        (func $own (param v128 v128) (result v128)
          (i32x4.sub (call $add (local.get 0) (local.get 1)) (local.get 1)))
        (func (export "run") (result i32)
          (i32x4.extract_lane 3
            (call $own (v128.const i32x4 1 2 3 4) (v128.const i32x4 5 6 7 8)))))
      """, linker)
    #expect(try call(instance, "run") == [.i32(4)])
  }

  @Test func aTrapInAnotherInstanceNamesTheFramesOfBothAndLeavesTheCallerUsable() throws {
    let linker = try linker()
    let instance = try instantiate(
      """
      (module
        (import "other" "down" (func $down (param i32) (result i32)))
        (memory 1)
        (func $middle (param i32) (result i32) (i32.add (i32.const 1) (call $down (local.get 0))))
        (func (export "run") (param i32) (result i32) (i32.mul (i32.const 2) (call $middle (local.get 0))))
        (func (export "load") (result i32) (i32.load (i32.const 0))))
      """, linker)
    let error = #expect(throws: PulleyError.self) { try call(instance, "run", .i32(3)) }
    #expect(error?.trap == .unreachable)
    #expect(error?.backtrace.count == 6)
    #expect(try call(instance, "load") == [.i32(0)])
  }

  /// Two instances that tail-call one another a million times.
  @Test func tailCallsBetweenInstancesTakeConstantStack() throws {
    let linker = Linker(engine: engine)
    let table = "(table (export \"table\") 2 funcref)"
    let first = try linker.instantiate(
      Module(engine: engine, bytes: Array("(module \(table))".utf8)))
    try linker.define(module: "shared", exportsOf: first)
    func player(_ own: Int, _ step: Int) throws -> Instance {
      try instantiate(
        """
        (module
          (import "shared" "table" (table 2 funcref))
          (type $t (func (param i32 i32) (result i32)))
          (elem (i32.const \(own)) $play)
          (global $step i32 (i32.const \(step)))
          (func $play (export "play") (type $t)
            (if (result i32) (local.get 0)
              (then (return_call_indirect (type $t)
                (i32.sub (local.get 0) (i32.const 1))
                (i32.add (local.get 1) (global.get $step))
                (i32.const \(1 - own))))
              (else (local.get 1))))
          (func (export "run") (param i32) (result i32)
            (i32.add (call $play (local.get 0) (i32.const 0)) (global.get $step))))
        """, linker)
    }
    let one = try player(0, 1)
    _ = try player(1, 10)
    #expect(try call(one, "run", .i32(1_000_000)) == [.i32(5_500_001)])
  }

  @Test func aFrameOfMoreThan64KiBHasAllItsValues() throws {
    // So many values are live over a call that their slots exceed what 16 bits address.
    let count = 12_000
    let gets = (0..<count).map { "(i64.add (local.get 0) (i64.const \($0)))" }
    let sums = String(repeating: "i64.add ", count: count - 1)
    let instance = try instantiate(
      """
      (module
        (func $id (param i64) (result i64) (local.get 0))
        (func $large (export "run") (param i64) (result i64)
          \(gets.map { "(call $id \($0))" }.joined(separator: "\n"))
          \(sums))
        (func (export "twice") (param i64) (result i64)
          (i64.add (call $large (local.get 0)) (call $large (i64.const 0))))
        (func (export "tail") (param i64) (result i64)
          \(gets.map { "(call $id \($0))" }.joined(separator: "\n"))
          \(sums) (return_call $large)))
      """)
    let sum = Int64(count * (count - 1) / 2)
    let n = Int64(count)
    #expect(try call(instance, "run", .i64(3)) == [.i64(sum + 3 * n)])
    #expect(try call(instance, "twice", .i64(1)) == [.i64(2 * sum + n)])
    #expect(try call(instance, "tail", .i64(0)) == [.i64(sum &+ sum &* n)])
  }

  @Test func endlessRecursionThroughAnotherInstanceTraps() throws {
    let linker = Linker(engine: engine)
    let shared = try linker.instantiate(
      Module(engine: engine, bytes: Array("(module (table (export \"table\") 2 funcref))".utf8)))
    try linker.define(module: "shared", exportsOf: shared)
    func player(_ own: Int) throws -> Instance {
      try instantiate(
        """
        (module
          (import "shared" "table" (table 2 funcref))
          (type $t (func (param i64) (result i64)))
          (elem (i32.const \(own)) $play)
          (func $play (export "play") (type $t)
            (i64.add (i64.const 1)
              (call_indirect (type $t) (local.get 0) (i32.const \(1 - own))))))
        """, linker)
    }
    let one = try player(0)
    _ = try player(1)
    for _ in 0..<3 {
      let error = #expect(throws: PulleyError.self) { try call(one, "play", .i64(1)) }
      #expect(error?.trap == .stackOverflow)
    }
  }

  @Test func memoryThatACalleeGrowsIsUsableWhenItReturns() throws {
    let linker = try linker()
    let instance = try instantiate(
      """
      (module
        (import "other" "memory" (memory 1))
        (import "other" "grow" (func $grow (result i32)))
        (func $own (result i32) (memory.grow (i32.const 1)))
        (func (export "run") (result i32 i32)
          (drop (call $grow))
          (i32.store (i32.const 65536) (i32.const 11))
          (drop (call $own))
          (i32.store (i32.const 131072) (i32.const 12))
          (i32.load (i32.const 65536)) (i32.load (i32.const 131072))))
      """, linker)
    #expect(try call(instance, "run") == [.i32(11), .i32(12)])
  }
}
