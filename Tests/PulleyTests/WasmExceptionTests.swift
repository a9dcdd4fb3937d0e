import PulleyWasm
import Testing

@testable import Pulley

@Suite struct WasmExceptions {
  private func instance(
    _ text: String, tiers: Tiers = .background, stress: Bool = false,
    _ define: (Linker) throws -> Void = { _ in }
  ) throws -> Instance {
    var options = Engine.Options()
    options.tiers = tiers
    options.collectsAtEachAllocation = stress
    let linker = Linker(engine: Engine(options))
    try define(linker)
    return try linker.instantiate(Module(engine: linker.engine, bytes: Array(text.utf8)))
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

  @Test func aPayloadOfEachTypeArrivesUnchanged() throws {
    let text = """
      (module
        (tag $all (param i32 i64 f32 f64 v128 funcref externref anyref))
        (func $f) (elem declare func $f)
        (func $throw (param externref)
          (throw $all (i32.const -1) (i64.const -2) (f32.const -0.0) (f64.const nan:0x123)
            (v128.const i64x2 5 6) (ref.func $f) (local.get 0) (ref.i31 (i32.const -7))))
        (func (export "catch") (param externref)
          (result i32 i64 f32 f64 v128 funcref externref anyref)
          (block $h (result i32 i64 f32 f64 v128 funcref externref anyref)
            (try_table (catch $all $h) (call $throw (local.get 0)))
            (unreachable))))
      """
    for stress in [false, true] {
      let values = try call(instance(text, stress: stress), "catch", .externref(99))
      #expect(values[0] == .i32(-1))
      #expect(values[1] == .i64(-2))
      #expect(values[2] == .f32(0x8000_0000))
      #expect(values[3] == .f64(0x7FF0_0000_0000_0123))
      #expect(values[4] == .v128(unsafeBitCast(SIMD2<UInt64>(5, 6), to: SIMD16<UInt8>.self)))
      guard case .funcref(let function) = values[5] else { throw Expected() }
      #expect(function != 0)
      #expect(values[6] == .externref(99))
      #expect(values[7].kind == .i31)
    }
  }

  private struct Expected: Error {}

  /// Locals of all kinds have different values at each call of the same `try_table`.
  private static let locals = """
    (module
      (tag $e (param i32))
      (func $maybe (param i32 i32) (result i32)
        (if (i32.eq (local.get 0) (local.get 1)) (then (throw $e (local.get 0))))
        (i32.mul (local.get 0) (i32.const 3)))
      (func (export "f") (param $at i32) (result i32 i64 f64)
        (local $i i32) (local $a i32) (local $b i64) (local $c f64)
        (block $h (result i32)
          (try_table (catch $e $h)
            (loop $l
              (local.set $a (i32.add (local.get $a) (call $maybe (local.get $i) (local.get $at))))
              (local.set $b (i64.add (local.get $b) (i64.extend_i32_u (local.get $a))))
              (local.set $c (f64.add (local.get $c) (f64.const 0.5)))
              (drop (call $maybe (i32.const 1000) (local.get $at)))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br_if $l (i32.lt_u (local.get $i) (i32.const 20)))))
          (i32.const -1))
        (i32.add (local.get $a))
        (local.get $b) (local.get $c)))
    """

  @Test func aHandlerSeesTheLocalsAsTheyWereAtTheCall() throws {
    for tiers in [Tiers.first, .second, .background] {
      let instance = try instance(Self.locals, tiers: tiers)
      for at in [0, 1, 7, 19, 1000, 2000] as [Int32] {
        var (i, a, b, c) = (Int32(0), Int32(0), Int64(0), 0.0)
        var caught = Int32(-1)
        while i < 20 {
          if i == at {
            caught = at
            break
          }
          a += i * 3
          b += Int64(a)
          c += 0.5
          if at == 1000 {
            caught = at
            break
          }
          i += 1
        }
        let expected: [GuestValue] = [.i32(caught &+ a), .i64(b), .f64(c.bitPattern)]
        #expect(try call(instance, "f", .i32(at)) == expected, "\(tiers) \(at)")
      }
    }
  }

  @Test func anExceptionCrossesInstancesAndFindsTheHandlerOfTheImportedTag() throws {
    let engine = Engine()
    let linker = Linker(engine: engine)
    let inner = try linker.instantiate(
      Module(
        engine: engine,
        bytes: Array(
          """
          (module
            (tag $e (export "e") (param i64))
            (tag $other (export "other") (param i64))
            (memory (export "m") 1)
            (global $g (mut i32) (i32.const 1))
            (func (export "throw") (param i64)
              (i64.store (i32.const 8) (local.get 0))
              (throw $e (local.get 0)))
            (func (export "count") (result i32)
              (global.set $g (i32.add (global.get $g) (i32.const 1)))
              (global.get $g)))
          """.utf8)))
    try linker.define(module: "inner", exportsOf: inner)
    let outer = try linker.instantiate(
      Module(
        engine: engine,
        bytes: Array(
          """
          (module
            (import "inner" "throw" (func $throw (param i64)))
            (import "inner" "count" (func $count (result i32)))
            (import "inner" "other" (tag $a (param i64)))
            (import "inner" "e" (tag $b (param i64)))
            (import "inner" "e" (tag $c (param i64)))
            (memory 1) (data (i32.const 0) "outer")
            (func $deep (param i32)
              (if (local.get 0)
                (then (call $deep (i32.sub (local.get 0) (i32.const 1))))
                (else (call $throw (i64.const 77)))))
            (func (export "f") (param i32) (result i64 i32 i32)
              (block $h (result i64)
                (block $wrong (result i64)
                  (try_table (catch $a $wrong) (catch $c $h) (catch $b $wrong)
                    (call $deep (local.get 0)))
                  (unreachable))
                (drop) (i64.const -1))
              (i32.load8_u (i32.const 0)) (call $count)))
          """.utf8)))
    for depth in [0, 1, 50] as [Int32] {
      let values = try outer.function(named: "f").call([.i32(depth)])
      // The context and the memory are those of the handler again.
      #expect(values[0] == .i64(77))
      #expect(values[1] == .i32(Int32(UInt8(ascii: "o"))))
    }
    #expect(try outer.function(named: "f").call([.i32(3)])[2] == .i32(5))
  }

  @Test func anExceptionLeavesTenThousandFrames() throws {
    let instance = try instance(
      """
      (module (tag $e)
        (func $f (param i32)
          (if (local.get 0)
            (then (call $f (i32.sub (local.get 0) (i32.const 1))))
            (else (throw $e))))
        (func (export "f") (param i32) (result i32)
          (block $h (try_table (catch $e $h) (call $f (local.get 0))) (return (i32.const 0)))
          (i32.const 1)))
      """)
    #expect(try call(instance, "f", .i32(10_000)) == [.i32(1)])
  }

  @Test func anUncaughtExceptionHasItsTagItsValuesAndTheFramesOfTheThrow() throws {
    let instance = try instance(
      """
      (module (tag $e (export "e") (param i32 anyref)) (type $s (struct (field i32)))
        (func $inner (throw $e (i32.const 5) (struct.new $s (i32.const 6))))
        (func $middle
          (block $h (try_table (catch $never $h) (call $inner))))
        (tag $never)
        (func (export "f") (call $middle)))
      """)
    let error = try failure(instance, "f")
    #expect(error.trap == .uncaughtException)
    #expect(error.backtrace.map(\.functionName) == ["inner", "middle", "f"])
    let exception = try #require(error.exception)
    #expect(exception.tag === (try instance.tag(named: "e")))
    #expect(exception.values.count == 2)
    #expect(exception.values[0] == .i32(5))
    // The error keeps the object.
    instance.collectGarbage()
    #expect(exception.values[1].kind == .structure)
  }

  @Test func trapsAreNeverCaught() throws {
    let instance = try instance(
      """
      (module
        (func $trap (param i32) (drop (i32.div_u (i32.const 1) (local.get 0))))
        (func (export "f") (result i32)
          (block $h (try_table (catch_all $h) (call $trap (i32.const 0))) (return (i32.const 0)))
          (i32.const 1))
        (func $endless (call $endless))
        (func (export "g") (result i32)
          (block $h (try_table (catch_all $h) (call $endless)) (return (i32.const 0)))
          (i32.const 1)))
      """)
    #expect(try failure(instance, "f").trap == .integerDivideByZero)
    #expect(try failure(instance, "g").trap == .stackOverflow)
  }

  @Test func aTailCallLeavesTheHandlersOfItsFunction() throws {
    let instance = try instance(
      """
      (module (tag $e)
        (func $throw (throw $e))
        (func $leaves (block $h (try_table (catch $e $h) (return_call $throw))))
        (func (export "f") (result i32)
          (block $h (try_table (catch $e $h) (call $leaves)) (return (i32.const 0)))
          (i32.const 1)))
      """)
    #expect(try call(instance, "f") == [.i32(1)])
  }

  // The host

  private static let withHost = """
    (module
      (import "host" "f" (func $host (param i32)))
      (import "host" "e" (tag $e (param i32 f64)))
      (func (export "throw") (param i32) (throw $e (local.get 0) (f64.const 2.5)))
      (func (export "catch") (param i32) (result i32 f64)
        (block $h (result i32 f64)
          (try_table (catch $e $h) (call $host (local.get 0)))
          (i32.const -1) (f64.const 0)))
      (func (export "pass") (param i32) (call $host (local.get 0))))
    """

  private func hosted(
    _ body: @escaping (Instance, Pulley.Tag, Int32) throws(PulleyError) -> Void
  ) throws -> (Instance, Pulley.Tag) {
    let engine = Engine()
    let tag = try Pulley.Tag(engine: engine, payload: [.i32, .f64])
    let linker = Linker(engine: engine)
    try linker.define(module: "host", name: "e", tag)
    linker.define(
      module: "host", name: "f",
      values: ValuesDefinition(name: "host.f", type: FunctionType(parameters: [.i32])) {
        (instance, values) throws(PulleyError) in
        guard case .i32(let number) = values[0] else { return [] }
        try body(instance, tag, number)
        return []
      })
    let module = try Module(engine: engine, bytes: Array(Self.withHost.utf8))
    return (try linker.instantiate(module), tag)
  }

  @Test func theHostThrowsAndTheGuestCatches() throws {
    let (instance, _) = try hosted { (instance, tag, number) throws(PulleyError) in
      if number >= 0 {
        try instance.requestThrow(tag, [.i32(number), .f64(1.5.bitPattern)])
        // A later one is ignored.
        try instance.requestThrow(tag, [.i32(0), .f64(0)])
      }
    }
    #expect(try call(instance, "catch", .i32(8)) == [.i32(8), .f64(1.5.bitPattern)])
    #expect(try call(instance, "catch", .i32(-1)) == [.i32(-1), .f64(0)])
    let error = try failure(instance, "pass", .i32(9))
    #expect(error.trap == .uncaughtException)
    #expect(error.exception?.values == [.i32(9), .f64(1.5.bitPattern)])
    #expect(try call(instance, "catch", .i32(10)) == [.i32(10), .f64(1.5.bitPattern)])
  }

  @Test func anExceptionGoesThroughTheHostThatPassesItOn() throws {
    let (instance, _) = try hosted { (instance, _, number) throws(PulleyError) in
      do throws(PulleyError) {
        _ = try instance.function(named: "throw").call([.i32(number)])
      } catch {
        instance.requestTrap(passingOn: error)
      }
    }
    #expect(try call(instance, "catch", .i32(8)) == [.i32(8), .f64(2.5.bitPattern)])
    #expect(try failure(instance, "pass", .i32(3)).exception?.values.first == .i32(3))
  }

  @Test func aPayloadOfOtherTypesIsRefused() throws {
    let (instance, tag) = try hosted { (_, _, _) throws(PulleyError) in }
    for values in [[], [.i32(1)], [.i32(1), .i32(2)], [.i32(1), .f64(0), .i32(0)]] as [[GuestValue]]
    {
      let error = try #require(throws: PulleyError.self) { try instance.requestThrow(tag, values) }
      #expect(error.kind == .argument)
    }
    let foreign = try Pulley.Tag(engine: Engine(), payload: [.i32, .f64])
    #expect(throws: PulleyError.self) { try instance.requestThrow(foreign, [.i32(1), .f64(0)]) }
    // Nothing is pending.
    #expect(try call(instance, "catch", .i32(8)) == [.i32(-1), .f64(0)])
  }

  // The older operators

  @Test func theOlderOperatorsCatchRethrowAndDelegate() throws {
    let instance = try instance(
      """
      (module (tag $a (param i32)) (tag $b)
        (func $throw (param i32)
          (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $a (i32.const 10))))
          (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $b))))
        (func $nested (export "nested") (param i32) (result i32)
          (try (result i32)
            (do
              (try (result i32)
                (do (call $throw (local.get 0)) (i32.const 0))
                (catch $a (drop) (rethrow 0))))
            (catch $a (i32.add (i32.const 100)))
            (catch_all (i32.const 200))))
        (func (export "delegated") (param i32) (result i32)
          (try $outer (result i32)
            (do
              (try (result i32)
                (do
                  (try (result i32)
                    (do (call $throw (local.get 0)) (i32.const 0))
                    (delegate $outer)))
                (catch_all (i32.const -1))))
            (catch $a (i32.add (i32.const 300)))
            (catch $b (i32.const 400))))
        (func (export "in handlers") (result i32)
          (try (result i32)
            (do
              (try (do (call $throw (i32.const 1)))
                (catch $a (drop) (call $throw (i32.const 2))))
              (i32.const 0))
            (catch $b (i32.const 7)))))
      """)
    #expect(
      try (0..<3).map { try call(instance, "nested", .i32($0)) } == [
        [.i32(0)], [.i32(110)], [.i32(200)],
      ])
    #expect(
      try (0..<3).map { try call(instance, "delegated", .i32($0)) } == [
        [.i32(0)], [.i32(310)], [.i32(400)],
      ])
    #expect(try call(instance, "in handlers") == [.i32(7)])
  }

  @Test func artifactsHaveTheHandlers() throws {
    let engine = Engine()
    let module = try Module(engine: engine, bytes: Array(Self.locals.utf8))
    let loaded = try Module(engine: engine, artifact: try module.artifact())
    let (one, other) = (
      try Linker(engine: engine).instantiate(module), try Linker(engine: engine).instantiate(loaded)
    )
    for at in [0, 5, 1000, 2000] as [Int32] {
      #expect(try call(one, "f", .i32(at)) == call(other, "f", .i32(at)))
    }
  }

  @Test func manyCallsInManyBlocksAreCompiledInLinearTimeOrRefused() throws {
    // Each call has the handlers of all blocks around it.
    let depth = 400
    var text = "(module (tag $e) (func $g) (func (export \"f\")"
    for _ in 0..<depth { text += "(block $h (try_table (catch $e $h)" }
    for _ in 0..<depth { text += "(call $g)" }
    for _ in 0..<depth { text += "))" }
    text += "))"
    let function = try instance(text).function(named: "f")
    do throws(PulleyError) {
      _ = try function.call([])
    } catch {
      #expect(error.message.contains("pass too many values"))
    }
  }
}
