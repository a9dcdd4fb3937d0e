import PulleyHost
import Testing

@testable import Pulley

/// How a host call reaches the table, the allocator and the handles of its instance.
@Suite struct GuestAccesses {
  private let engine = Engine()

  private func instantiate(_ text: String, _ linker: Linker? = nil) throws -> Instance {
    try (linker ?? Linker(engine: engine)).instantiate(
      Module(engine: engine, bytes: Array(text.utf8)))
  }

  private func access(_ instance: Instance) throws -> any GuestAccess {
    try #require(instance.state.environment.guest)
  }

  private static let comparison = GuestFunctionType(parameters: [.i32, .i32], results: [.i32])

  private static let table = """
    (module (type $c (func (param i32 i32) (result i32)))
      (table (export "other") 1 funcref)
      (table (export "__indirect_function_table") 4 funcref)
      (elem (table 1) (i32.const 1) func $less $id)
      (func $less (type $c) (i32.lt_s (local.get 0) (local.get 1)))
      (func $id (param i64) (result i64) (local.get 0))
      (func (export "f")))
    """

  @Test func aFunctionPointerIsCalledThroughTheTableOfTheLinker() throws {
    let instance = try instantiate(Self.table)
    let guest = try access(instance)
    let function = try guest.function(atTableIndex: 1, type: Self.comparison)
    var slots: [UInt64] = [3, 4]
    #expect(function.run(&slots) == nil)
    #expect(slots[0] == 1)
    // The second lookup finds the same function.
    #expect(try guest.function(atTableIndex: 1, type: Self.comparison) === function)
    #expect(try guest.function(atTableIndex: 1, type: Self.comparison).run(&slots) == nil)
  }

  @Test func aWrongFunctionPointerNamesTheReason() throws {
    let instance = try instantiate(Self.table)
    let guest = try access(instance)
    for (index, reason) in [
      (0, "empty element"), (3, "empty element"), (4, "outside the table of 4 functions"),
      (UInt64.max, "outside the table"),
      (2, "a function of type (i64) -> (i64), not (i32, i32) -> (i32)"),
    ] as [(UInt64, String)] {
      let trap = #expect(throws: HostTrap.self) {
        try guest.function(atTableIndex: index, type: Self.comparison)
      }
      #expect(trap?.message.contains(reason) == true, "\(trap?.message ?? "")")
    }
    let without = try instantiate("(module (table 1 externref))")
    let trap = #expect(throws: HostTrap.self) {
      try access(without).function(atTableIndex: 0, type: Self.comparison)
    }
    #expect(trap?.message.contains("no table of functions") == true)
  }

  @Test func aChangedElementGivesTheNewFunction() throws {
    let instance = try instantiate(
      """
      (module (table (export "t") 1 funcref) (elem (i32.const 0) func $a) (elem declare func $b)
        (func $a (result i32) (i32.const 1)) (func $b (result i32) (i32.const 2))
        (func (export "change") (table.set (i32.const 0) (ref.func $b))))
      """)
    let guest = try access(instance)
    let type = GuestFunctionType(parameters: [], results: [.i32])
    var slots: [UInt64] = [0]
    #expect(try guest.function(atTableIndex: 0, type: type).run(&slots) == nil && slots[0] == 1)
    _ = try instance.function(named: "change").call([])
    #expect(try guest.function(atTableIndex: 0, type: type).run(&slots) == nil && slots[0] == 2)
  }

  @Test func moreFunctionsThanTheCacheHoldsAreFound() throws {
    let count = 1000
    let functions = (0..<count).map { "(func $f\($0) (result i32) (i32.const \($0)))" }
    let names = (0..<count).map { "$f\($0)" }.joined(separator: " ")
    let instance = try instantiate(
      "(module (table \(count) funcref) (elem (i32.const 0) func \(names))\(functions.joined()))")
    let guest = try access(instance)
    let type = GuestFunctionType(parameters: [], results: [.i32])
    for index in Array(0..<count) + [0, 500] {
      var slots: [UInt64] = [.max]
      #expect(try guest.function(atTableIndex: UInt64(index), type: type).run(&slots) == nil)
      #expect(slots[0] == UInt64(index))
    }
  }

  /// The cache must not keep the group that keeps the cache.
  @Test func cachedFunctionsDoNotKeepTheirInstance() throws {
    weak var state: InstanceState?
    do {
      let instance = try instantiate(Self.table)
      state = instance.state
      _ = try access(instance).function(atTableIndex: 1, type: Self.comparison)
      _ = try? access(instance).allocate(1)
    }
    #expect(state == nil)
  }

  @Test func theTrapOfAFunctionIsReturnedWithItsReason() throws {
    let instance = try instantiate(
      "(module (table 1 funcref) (elem (i32.const 0) func $f) (func $f unreachable))")
    let function = try access(instance).function(
      atTableIndex: 0, type: GuestFunctionType(parameters: [], results: []))
    var slots: [UInt64] = [0]
    let trap = try #require(function.run(&slots))
    #expect((trap.cause as? PulleyError)?.trap == .unreachable)
  }

  /// A malloc that counts upwards, and a free that remembers its argument.
  private func allocator(_ type: String, _ limit: Int) -> String {
    """
    (module (memory \(type) 1) (global $next (mut \(type)) (\(type).const 1024))
      (global (export "freed") (mut \(type)) (\(type).const 0))
      (func (export "malloc") (param $n \(type)) (result \(type)) (local $p \(type))
        (local.set $p (global.get $next))
        (if (\(type).gt_u (local.get $n) (\(type).const \(limit))) (then (return (\(type).const 0))))
        (global.set $next (\(type).add (local.get $p) (local.get $n))) (local.get $p))
      (func (export "free") (param \(type)) (global.set 1 (local.get 0))))
    """
  }

  @Test(arguments: ["i32", "i64"]) func theGuestsMallocAndFreeAreCalled(_ type: String) throws {
    let instance = try instantiate(allocator(type, 4096))
    let guest = try access(instance)
    #expect(try guest.allocate(100) == 1024)
    #expect(try guest.allocate(0) == 1124)
    #expect(try instance.allocate(1) == 1125)
    guest.free(1124)
    let freed = try instance.global(named: "freed").get()
    #expect(freed == (type == "i32" ? .i32(1124) : .i64(1124)))
    for size in [4097, 1 << 32, .max] as [UInt64] {
      let trap = #expect(throws: HostTrap.self) { try guest.allocate(size) }
      #expect(trap?.message == "the guest's malloc has no memory left for \(size) bytes")
    }
  }

  @Test func memoryOutOfBoundsFromAHostileMallocIsRefused() throws {
    for address in [65536, 65529, -1, -8] {
      let instance = try instantiate(
        """
        (module (memory 1)
          (func (export "malloc") (param i32) (result i32) (i32.const \(address))))
        """)
      let error = #expect(throws: PulleyError.self) { try instance.allocate(8) }
      #expect(error?.message.contains("out of bounds") == true)
    }
  }

  @Test func cabiReallocServesWhereThereIsNoMalloc() throws {
    let instance = try instantiate(
      """
      (module (memory 1) (func (export "malloc") (param i64) (result i32) unreachable)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
          (i32.add (i32.mul (local.get 2) (i32.const 100)) (local.get 3))))
      """)
    #expect(try instance.allocate(7) == 1607)
    try instance.free(1607)
  }

  @Test func aGuestWithoutAnAllocatorIsToldWhatToExport() throws {
    for text in ["(module (memory 1))", "(module (memory 1) (func (export \"malloc\")))"] {
      let trap = #expect(throws: HostTrap.self) { try access(instantiate(text)).allocate(1) }
      #expect(trap?.message.contains("--export=malloc") == true)
    }
    let error = #expect(throws: PulleyError.self) { try instantiate("(module)").allocate(1) }
    #expect(error?.kind == .notFound && error?.message.contains("no memory") == true)
  }

  @Test func linkedInstancesHaveTheSameHandles() throws {
    let linker = Linker(engine: engine)
    let first = try instantiate("(module (func (export \"f\")))", linker)
    let second = try instantiate("(module (func (export \"g\")))", linker)
    let object = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
    defer { object.deallocate() }
    let number = try access(first).handles.number(for: object, type: "struct a")
    let other = try access(second).handles.number(for: object, type: "struct b")
    #expect(throws: (any Error).self) {
      try access(first).handles.object(UInt64(other), type: "struct b")
    }
    try linker.define(module: "a", exportsOf: first)
    try linker.define(module: "b", exportsOf: second)
    let third = try instantiate(
      "(module (import \"a\" \"f\" (func)) (import \"b\" \"g\" (func)))", linker)
    for instance in [first, second, third] {
      let handles = try access(instance).handles
      #expect(try handles.object(UInt64(number), type: "struct a") == object)
      #expect(try handles.object(UInt64(other), type: "struct b") == object)
    }
    let alone = try instantiate("(module)")
    #expect(try access(alone).handles.count == 0)
    withExtendedLifetime((alone, first, second, third)) {}
  }

  @Test func handlesAreChargedToTheirGroup() throws {
    let instance = try instantiate("(module)")
    let before = instance.usage(of: .instances)
    let objects = UnsafeMutableRawPointer.allocate(byteCount: 1000, alignment: 1)
    defer { objects.deallocate() }
    for offset in 0..<1000 {
      _ = try access(instance).handles.number(for: objects + offset, type: "struct a")
    }
    #expect(instance.usage(of: .instances) >= before + 1000 * 16)
    #expect(engine.usage(of: .instances) == instance.usage(of: .instances))
  }

  @Test func finalizersOfHandlesRunWhenTheLastInstanceIsGone() throws {
    let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    count.initialize(to: 0)
    defer { count.deallocate() }
    do {
      let instance = try instantiate("(module)")
      let finalizer = HandleFinalizer(
        name: "close", function: { $0?.assumingMemoryBound(to: Int.self).pointee += 1 })
      _ = try access(instance).handles.number(
        for: UnsafeMutableRawPointer(count), type: "struct a", finalizer: finalizer)
      #expect(count.pointee == 0)
    }
    #expect(count.pointee == 1)
  }
}
