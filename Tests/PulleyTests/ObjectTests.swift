import PulleyWasm
import Testing

@testable import Pulley

@Suite struct Objects {
  private func instance(
    _ text: String, limit: Int? = nil, stress: Bool = false, engine: Engine? = nil
  ) throws -> Instance {
    var options = Engine.Options()
    options.collectsAtEachAllocation = stress
    if let limit {
      options.limits[.objects] = ResourceLimits.Limit(perGroup: limit, perEngine: limit)
    }
    let engine = engine ?? Engine(options)
    return try Linker(engine: engine).instantiate(Module(engine: engine, bytes: Array(text.utf8)))
  }

  private func call(
    _ instance: Instance, _ name: String, _ arguments: GuestValue...
  ) throws -> [GuestValue] {
    try instance.function(named: name).call(arguments)
  }

  private func failure(
    _ instance: Instance, _ name: String, _ arguments: GuestValue...
  ) throws -> PulleyError {
    let function = try instance.function(named: name)
    return try #require(throws: PulleyError.self) { try function.call(arguments) }
  }

  private static let list = """
    (module
      (type $cell (struct (field i64) (field (mut (ref null $cell)))))
      (global $head (mut (ref null $cell)) (ref.null $cell))
      (func (export "grow") (param $n i32)
        (loop $l
          (if (local.get $n)
            (then
              (global.set $head
                (struct.new $cell (i64.extend_i32_u (local.get $n)) (global.get $head)))
              (local.set $n (i32.sub (local.get $n) (i32.const 1)))
              (br $l)))))
      (func (export "drop") (global.set $head (ref.null $cell)))
      (func (export "sum") (result i64) (local $c (ref null $cell)) (local $s i64)
        (local.set $c (global.get $head))
        (block $end
          (loop $l
            (br_if $end (ref.is_null (local.get $c)))
            (local.set $s (i64.add (local.get $s) (struct.get $cell 0 (local.get $c))))
            (local.set $c (struct.get $cell 1 (local.get $c)))
            (br $l)))
        (local.get $s)))
    """

  @Test func structuresOfEverySizeAreKeptAndTakeWhatTheirCellsTake() throws {
    for fields in Array(0...36) + [64, 100, 200, 1000, 1023, 1024, 5000] {
      let numbers = String(repeating: "(field (mut i64)) ", count: fields)
      let instance = try instance(
        """
        (module
          (type $s (struct (field (mut (ref null $s))) \(numbers)))
          (global $head (mut (ref null $s)) (ref.null $s))
          (func (export "grow") (param $n i32) (local $s (ref $s))
            (loop $l
              (local.set $s (struct.new_default $s))
              (struct.set $s 0 (local.get $s) (global.get $head))
              \(fields > 0 ? "(struct.set $s \(fields) (local.get $s) (i64.extend_i32_u (local.get $n)))" : "")
              (global.set $head (local.get $s))
              (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
          (func (export "sum") (result i64) (local $c (ref null $s)) (local $sum i64)
            (local.set $c (global.get $head))
            (loop $l (result i64)
              (if (ref.is_null (local.get $c)) (then (return (local.get $sum))))
              (local.set $sum (i64.add (local.get $sum)
                \(fields > 0 ? "(struct.get $s \(fields) (local.get $c))" : "(i64.const 1)")))
              (local.set $c (struct.get $s 0 (local.get $c)))
              (br $l))))
        """)
      let count = fields > 100 ? 50 : 3000
      _ = try call(instance, "grow", .i32(Int32(count)))
      instance.collectGarbage()
      let sum = fields > 0 ? count * (count + 1) / 2 : count
      #expect(try call(instance, "sum") == [.i64(Int64(sum))], "\(fields) fields")
      // A size class wastes a quarter at most; and allocation takes runs of cells.
      let bound = count * (fields + 2) * 8 * 5 / 4 + 65536
      #expect(instance.heapUsage.liveBytes <= bound, "\(fields) fields")
      #expect(instance.heapUsage.allocatedBytes <= bound, "\(fields) fields")
    }
  }

  @Test func aGuestThatKeepsTooMuchTrapsAndCanBeUsedAfterIt() throws {
    let instance = try instance(Self.list, limit: 4 << 20)
    let error = try failure(instance, "grow", .i32(10_000_000))
    #expect(error.trap == .heapExhausted)
    #expect(error.kind == .trap)
    #expect(instance.heapUsage.reservedBytes <= 4 << 20)
    #expect(instance.usage(of: .objects) <= 4 << 20)
    _ = try call(instance, "drop")
    _ = try call(instance, "grow", .i32(1000))
    #expect(try call(instance, "sum") == [.i64(500_500)])
  }

  @Test func whatNoGuestReachesIsFreed() throws {
    let instance = try instance(Self.list)
    _ = try call(instance, "grow", .i32(100_000))
    instance.collectGarbage()
    #expect(instance.heapUsage.liveBytes >= 100_000 * 24)
    _ = try call(instance, "drop")
    instance.collectGarbage()
    #expect(instance.heapUsage.liveBytes == 0)
    #expect(instance.heapUsage.collections == 2)
  }

  @Test func aListOfMillionsOfCellsIsMarkedWithoutRecursion() throws {
    let instance = try instance(Self.list)
    _ = try call(instance, "grow", .i32(3_000_000))
    instance.collectGarbage()
    #expect(try call(instance, "sum") == [.i64(3_000_000 * 3_000_001 / 2)])
  }

  @Test func arraysThatAreTooLongTrap() throws {
    let instance = try instance(
      """
      (module (type $b (array (mut i8))) (type $v (array (mut v128))) (type $r (array (mut anyref)))
        (func (export "b") (param i32) (drop (array.new_default $b (local.get 0))))
        (func (export "v") (param i32) (drop (array.new_default $v (local.get 0))))
        (func (export "r") (param i32)
          (drop (array.new $r (ref.i31 (i32.const 1)) (local.get 0)))))
      """, limit: 64 << 20)
    for name in ["b", "v", "r"] {
      for length in [-1, Int32.min, Int32.max] {
        #expect(try failure(instance, name, .i32(length)).trap == .heapExhausted)
      }
      #expect(try call(instance, name, .i32(100_000)) == [])
    }
  }

  @Test func theHeapMayBeExhaustedInTheMiddleOfAnElementSegment() throws {
    let text = """
      (module (type $b (array i8))
        (elem $e anyref (array.new_default $b (i32.const 1000000)) (ref.null any)
          (array.new_default $b (i32.const 1000000)))
        (type $r (array (mut anyref)))
        (func (export "f") (result anyref) (array.new_elem $r $e (i32.const 0) (i32.const 3))))
      """
    let error = try #require(throws: PulleyError.self) {
      _ = try self.instance(text, limit: 1_500_000)
    }
    #expect(error.trap == .heapExhausted)
    let roomy = try self.instance(text)
    #expect(try call(roomy, "f").first?.kind == .array)
  }

  @Test func wordsOfTheHostThatAreNoReferencesAreRefused() throws {
    let instance = try instance(
      """
      (module (type $s (struct (field i64) (field i64))) (type $t (sub (struct)))
        (type $u (sub $t (struct (field i32))))
        (global (export "g") (mut anyref) (ref.null any))
        (table (export "t") 4 anyref)
        (func (export "make") (result (ref $s)) (struct.new_default $s))
        (func (export "make u") (result (ref $u)) (struct.new_default $u))
        (func (export "take") (param (ref null $s)) (result i64)
          (struct.get $s 0 (local.get 0)))
        (func (export "take t") (param (ref $t)))
        (func (export "any") (param anyref) (result i32) (ref.test (ref $s) (local.get 0)))
        (func (export "extern") (param externref) (result i32)
          (ref.test (ref $s) (any.convert_extern (local.get 0))))
        (func (export "out") (result externref)
          (extern.convert_any (struct.new_default $s))))
      """)
    guard case .anyref(let word) = try call(instance, "make")[0] else { throw Expected() }
    #expect(try call(instance, "take", .anyref(word)) == [.i64(0)])
    #expect(try call(instance, "any", .anyref(word)) == [.i32(1)])
    for forged in [
      word + 8, word + 1 << 32, word &+ 1 << 20, 16, 0xFFFF_FFFF_FFFF_FFF0, word | 1 << 63,
    ] {
      for name in ["take", "any", "take t"] {
        #expect(try failure(instance, name, .anyref(forged)).kind == .argument)
      }
      let error = #expect(throws: PulleyError.self) {
        try instance.global(named: "g").set(.anyref(forged))
      }
      #expect(error?.message.contains("no such object") == true)
      #expect(throws: PulleyError.self) {
        try instance.table(named: "t").set(0, to: .anyref(forged))
      }
      let tagged = 0x7FF5 << 48 | forged & 0xFFFF_FFFF_FFFF
      if tagged != 0x7FF5 << 48 | word {
        #expect(try failure(instance, "extern", .externref(tagged)).kind == .argument)
      }
    }
    // Types are checked, too.
    #expect(try failure(instance, "take t", .anyref(word)).kind == .argument)
    #expect(try failure(instance, "take t", .anyref(0)).kind == .argument)
    #expect(try failure(instance, "take", .anyref(word | 1)).kind == .argument)
    let u = try call(instance, "make u")[0]
    #expect(try call(instance, "take t", u) == [])
    #expect(try failure(instance, "take", u).kind == .argument)
    #expect(try failure(instance, "take", .funcref(word)).kind == .argument)
    #expect(try failure(instance, "take", .exnref(word)).kind == .argument)
    // An object that is gone.
    guard case .externref(let out) = try call(instance, "out")[0] else { throw Expected() }
    #expect(try call(instance, "extern", .externref(out)) == [.i32(1)])
    instance.collectGarbage()
    #expect(try failure(instance, "extern", .externref(out)).kind == .argument)
    #expect(try failure(instance, "any", .anyref(word)).kind == .argument)
  }

  private struct Expected: Error {}

  @Test func linkedInstancesShareOneHeapAndTypesByIdentity() throws {
    let engine = Engine()
    let linker = Linker(engine: engine)
    func make(_ text: String) throws -> Instance {
      try linker.instantiate(Module(engine: engine, bytes: Array(text.utf8)))
    }
    let types = """
      (rec (type $tree (sub (struct (field (mut (ref null $tree))) (field i32))))
           (type $leaf (sub final $tree (struct (field (mut (ref null $tree))) (field i32) (field i64)))))
      """
    // Both have objects before they are linked.
    let one = try make(
      """
      (module \(types)
        (global $keep (export "keep") (mut (ref null $tree)) (ref.null $tree))
        (func (export "make") (param i32) (result (ref $tree))
          (global.set $keep (struct.new $leaf (global.get $keep) (local.get 0) (i64.const 9)))
          (ref.as_non_null (global.get $keep))))
      """)
    for index in 0..<1000 { _ = try call(one, "make", .i32(Int32(index))) }
    try linker.define(module: "one", exportsOf: one)
    let other = try make(
      """
      (module (type $before (struct)) \(types)
        (import "one" "make" (func $make (param i32) (result (ref $tree))))
        (import "one" "keep" (global $keep (mut (ref null $tree))))
        (global $own (mut anyref) (struct.new_default $before))
        (func (export "f") (result i32 i64 i32)
          (local $t (ref $tree))
          (local.set $t (call $make (i32.const 5)))
          (struct.get $tree 1 (struct.get $tree 0 (local.get $t)))
          (struct.get $leaf 2 (ref.cast (ref $leaf) (local.get $t)))
          (ref.test (ref $before) (global.get $own))))
      """)
    for instance in [one, other] { instance.collectGarbage() }
    #expect(try call(other, "f") == [.i32(999), .i64(9), .i32(1)])
    #expect(one.heapUsage == other.heapUsage)
    #expect(one.heapUsage.liveBytes >= 1000 * 32)
  }

  @Test func objectsOfTheHostInTheHeapAreKeptAndReleasedWithIt() throws {
    let instance = try instance(
      """
      (module (type $box (struct (field externref)))
        (global $g (mut anyref) (ref.null any))
        (func (export "box") (param externref) (global.set $g (struct.new $box (local.get 0))))
        (func (export "convert") (param externref) (global.set $g (any.convert_extern (local.get 0))))
        (func (export "drop") (global.set $g (ref.null any))))
      """)
    for name in ["box", "convert"] {
      let object = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
      let value = try instance.reference(to: object) { pointer in pointer?.deallocate() }
      _ = try call(instance, name, value)
      #expect(try instance.releaseUnreachableObjects() == 0)
      _ = try call(instance, "drop")
      #expect(try instance.releaseUnreachableObjects() == 1)
    }
  }

  @Test func fieldsAndElementsOfEachKindKeepTheirBits() throws {
    let text = """
      (module
        (type $s (struct (field (mut i8)) (field (mut f64)) (field (mut i16)) (field (mut v128))
          (field (mut i32)) (field (mut f32)) (field (mut i64)) (field (mut anyref)) (field (mut i8))))
        (type $a8 (array (mut i8))) (type $a16 (array (mut i16))) (type $a32 (array (mut f32)))
        (type $a64 (array (mut f64))) (type $av (array (mut v128)))
        (func (export "f") (result i32 i32 f64 i32 i32 v128 i32 f32 i64 i32 i32) (local $s (ref $s))
          (local.set $s (struct.new_default $s))
          (struct.set $s 0 (local.get $s) (i32.const 0xABCDE))
          (struct.set $s 1 (local.get $s) (f64.const 1.25))
          (struct.set $s 2 (local.get $s) (i32.const 0x1F00D))
          (struct.set $s 3 (local.get $s) (v128.const i64x2 1 2))
          (struct.set $s 4 (local.get $s) (i32.const -3))
          (struct.set $s 5 (local.get $s) (f32.const 0.75))
          (struct.set $s 6 (local.get $s) (i64.const -4))
          (struct.set $s 7 (local.get $s) (local.get $s))
          (struct.set $s 8 (local.get $s) (i32.const 0x7F))
          (struct.get_s $s 0 (local.get $s)) (struct.get_u $s 0 (local.get $s))
          (struct.get $s 1 (local.get $s))
          (struct.get_s $s 2 (local.get $s)) (struct.get_u $s 2 (local.get $s))
          (struct.get $s 3 (local.get $s)) (struct.get $s 4 (local.get $s))
          (struct.get $s 5 (local.get $s)) (struct.get $s 6 (local.get $s))
          (ref.eq (local.get $s) (ref.cast eqref (struct.get $s 7 (local.get $s))))
          (struct.get_u $s 8 (local.get $s)))
        (func (export "g") (param i32) (result i32 i32 f32 f64 v128)
          (array.get_s $a8 (array.new $a8 (i32.const 0x1FF) (i32.const 5)) (local.get 0))
          (array.get_u $a16 (array.new $a16 (i32.const 0x18001) (i32.const 5)) (local.get 0))
          (array.get $a32 (array.new $a32 (f32.const 0.1) (i32.const 5)) (local.get 0))
          (array.get $a64 (array.new $a64 (f64.const 0.1) (i32.const 5)) (local.get 0))
          (array.get $av (array.new $av (v128.const i64x2 3 4) (i32.const 5)) (local.get 0))))
      """
    func vector(_ low: UInt64, _ high: UInt64) -> GuestValue {
      .v128(unsafeBitCast(SIMD2(low, high), to: SIMD16<UInt8>.self))
    }
    for stress in [false, true] {
      let instance = try instance(text, stress: stress)
      #expect(
        try call(instance, "f") == [
          .i32(-34), .i32(0xDE), .f64((1.25).bitPattern), .i32(-4083), .i32(0xF00D), vector(1, 2),
          .i32(-3), .f32(Float(0.75).bitPattern), .i64(-4), .i32(1), .i32(0x7F),
        ])
      for index in [0, 4] as [Int32] {
        #expect(
          try call(instance, "g", .i32(index)) == [
            .i32(-1), .i32(0x8001), .f32(Float(0.1).bitPattern), .f64((0.1).bitPattern),
            vector(3, 4),
          ])
      }
      #expect(try failure(instance, "g", .i32(5)).trap == .elementOutOfBounds)
    }
  }

  @Test func referencesSurviveInRegistersSlotsArgumentsAndResultsWhileOthersAreAllocated() throws {
    // More references than registers, over calls and allocations, in both arms and in a loop.
    let count = 40
    var text = """
      (module (type $n (struct (field i32)))
        (func $make (param i32) (result (ref $n)) (struct.new $n (local.get 0)))
        (func $pass (param anyref (ref $n) i32) (result (ref $n) anyref)
          (drop (call $make (i32.const 7)))
          (local.get 1) (local.get 0))
        (func (export "f") (param i32) (result i32) (local $i i32) (local $sum i32)

      """
    for index in 0..<count { text += "(local $r\(index) (ref $n))" }
    for index in 0..<count { text += "(local.set $r\(index) (call $make (i32.const \(index))))" }
    text += "(loop $l"
    for index in 0..<count {
      let other = (index * 7 + 3) % count
      text += """
        (if (i32.and (local.get $i) (i32.const 1))
          (then (call $pass (struct.new $n (i32.const 1)) (local.get $r\(other)) (i32.const 2))
            (drop) (drop))
          (else (drop (call $make (struct.get $n 0 (local.get $r\(index)))))))
        (local.set $sum (i32.add (local.get $sum) (struct.get $n 0 (local.get $r\(index)))))
        """
    }
    text += """
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $l (i32.lt_u (local.get $i) (local.get 0))))
      (local.get $sum)))
      """
    let sum = Int32((0..<count).reduce(0, +))
    #expect(try call(instance(text, stress: true), "f", .i32(3)) == [.i32(3 * sum)])
    #expect(try call(instance(text), "f", .i32(20_000)) == [.i32(20_000 * sum)])
  }
}
