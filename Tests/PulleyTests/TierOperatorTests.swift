import PulleyBaseline
import PulleyWasm
import Testing

@testable import Pulley

/// The operators of exceptions, tail calls, tables, references and objects in each tier.
@Suite struct OperatorsInTiers {
  private func expectSame(
    _ text: String, _ name: String, _ arguments: GuestValue...,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    try expectFirstTier(text, at: location)
    try TierComparison.expectSame(text, name, arguments, at: location)
  }

  /// Otherwise the comparison would be one of the second tier with itself.
  private func expectFirstTier(_ text: String, at location: SourceLocation) throws {
    let validated = try WasmInput(Array(text.utf8), isText: true).load()
    var compiler = BaselineCompiler(validated, layout: ContextLayout(validated))
    let module = validated.module
    for index in module.importedFunctionCount..<module.functions.count {
      #expect(compiler.compile(index) != nil, "function \(index)", sourceLocation: location)
    }
  }

  // MARK: Exceptions

  /// Throws at a call that the second parameter says, with one of three tags.
  private static let thrower = """
    (tag $a (param i32)) (tag $b (param f64 i64 i32)) (tag $c)
    (global $calls (mut i32) (i32.const 0))
    (func $maybe (param i32 i32) (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (if (i32.eq (local.get 0) (local.get 1)) (then
        (if (i32.eqz (i32.rem_u (local.get 1) (i32.const 3))) (then (throw $a (local.get 0))))
        (if (i32.eq (i32.rem_u (local.get 1) (i32.const 3)) (i32.const 1))
          (then (throw $b (f64.const 0.5) (i64.const -7) (local.get 0))))
        (throw $c)))
      (i32.mul (local.get 0) (i32.const 3)))
    """

  /// The handlers are outside of the loop and in it, operands are below the blocks, and the loops become
  /// continuations.
  private static let loopsInBlocks = """
    (module \(thrower)
      (func (export "f") (param $at i32) (result i32 i64 f64 i32)
        (local $i i32) (local $j i32) (local $a i32) (local $b i64) (local $c f64)
        (block $out (result i32)
          (try_table (catch $a $out)
            (loop $l
              (block $caught (result f64 i64 i32)
                (try_table (catch $b $caught)
                  (local.set $a (i32.add (local.get $a) (call $maybe (local.get $i) (local.get $at))))
                  (local.set $b (i64.add (local.get $b) (i64.extend_i32_u (local.get $a))))
                  (local.set $j (i32.const 0))
                  (loop $inner
                    (local.set $c (f64.add (local.get $c) (f64.const 0.5)))
                    (drop (call $maybe (i32.add (local.get $i) (i32.const 100)) (local.get $at)))
                    (local.set $j (i32.add (local.get $j) (i32.const 1)))
                    (br_if $inner (i32.lt_u (local.get $j) (i32.const 3)))))
                (f64.const 1) (i64.const 2) (i32.const 3))
              (local.set $a (i32.add (local.get $a)))
              (local.set $b (i64.add (local.get $b)))
              (local.set $c (f64.add (local.get $c)))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br_if $l (i32.lt_u (local.get $i) (i32.const 20)))))
          (i32.const -1))
        (local.get $b) (local.get $c) (local.get $a)))
    """

  @Test func aHandlerOutsideOfALoopCatchesWhatItsContinuationThrows() throws {
    for at in [0, 1, 3, 7, 18, 100, 103, 112, 2000] as [Int32] {
      try expectSame(Self.loopsInBlocks, "f", .i32(at))
    }
  }

  @Test func operandsBelowABlockAreThereInItsHandler() throws {
    let text = """
      (module \(Self.thrower)
        (func (export "f") (param $at i32) (result i64) (local $i i32) (local $sum i64)
          (loop $l
            (local.set $sum
              (i64.add
                (i64.mul (local.get $sum) (i64.const 31))
                (i64.extend_i32_s
                  (i32.sub
                    (i32.add (local.get $i) (i32.const 1000))
                    (block $h (result i32)
                      (block $none
                        (br $h
                          (try_table (result i32) (catch $a $h) (catch_all $none)
                            (i32.add (local.get $i)
                              (i32.mul (i32.const 5) (call $maybe (local.get $i) (local.get $at)))))))
                      (i32.const 9))))))
            (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 9))))
          (local.get $sum)))
      """
    for at in [0, 1, 2, 3, 8, 9] as [Int32] { try expectSame(text, "f", .i32(at)) }
  }

  @Test func handlersAreTriedFromTheInsideOut() throws {
    let text = """
      (module \(Self.thrower)
        (func (export "f") (param $at i32) (result i32) (local $i i32)
          (block $first (result i32)
            (block $second (result i32)
              (block $all
                (try_table (catch $a $first) (catch_all $all)
                  (try_table (catch $c $all) (catch $a $second)
                    (try_table (catch $c $all)
                      (drop (call $maybe (i32.const 3) (local.get $at))))
                    (drop (call $maybe (i32.const 6) (local.get $at))))
                  (drop (call $maybe (i32.const 9) (local.get $at)))
                  (drop (call $maybe (i32.const 4) (local.get $at))))
                (return (i32.const 1)))
              (return (i32.const 2)))
            (return (i32.add (i32.const 200))))
          (i32.add (i32.const 300))))
      """
    for at in [3, 4, 5, 6, 9] as [Int32] { try expectSame(text, "f", .i32(at)) }
  }

  @Test func aClauseMayReturnOrRepeatALoop() throws {
    let text = """
      (module \(Self.thrower)
        (func $returns (param $at i32) (result i32)
          (try_table (result i32) (catch $a 0)
            (i32.add (i32.const 1) (call $maybe (i32.const 6) (local.get $at)))))
        (func (export "f") (param $at i32) (result i32) (local $n i32)
          (loop $again
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (if (i32.lt_s (local.get $n) (i32.const 30)) (then
              (try_table (catch_all $again)
                (drop (call $maybe (i32.const 8) (i32.add (local.get $at) (i32.const 2))))))))
          (i32.add (i32.mul (local.get $n) (i32.const 1000)) (call $returns (local.get $at)))))
      """
    for at in [5, 6] as [Int32] { try expectSame(text, "f", .i32(at)) }
  }

  @Test func theOlderOperatorsCatchRethrowAndDelegateInLoops() throws {
    let text = """
      (module \(Self.thrower)
        (func $inner (param $i i32) (param $at i32) (result i32)
          (try $outer (result i32)
            (do
              (try (result i32)
                (do
                  (try (result i32)
                    (do (i32.add (i32.const 1) (call $maybe (local.get $i) (local.get $at))))
                    (delegate $outer)))
                (catch_all (i32.const -1))))
            (catch $a (if (i32.gt_s (i32.const 12)) (then (rethrow $outer))) (i32.const 300))
            (catch $b (drop) (drop) (drop) (i32.const 400))))
        (func (export "f") (param $at i32) (result i32 i32) (local $i i32) (local $sum i32) (local $j i32)
          (try (do
            (loop $l
              (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 3))
                (try (result i32)
                  (do (call $inner (local.get $i) (local.get $at)))
                  (catch_all
                    (local.set $j (i32.const 4))
                    (loop $in_handler
                      (br_if $in_handler (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
                    (if (i32.eq (local.get $at) (i32.const 17)) (then (rethrow 1)))
                    (i32.const 77)))))
              (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 25)))))
            (catch_all (local.set $sum (i32.sub (local.get $sum) (i32.const 5)))))
          (local.get $sum) (local.get $i)))
      """
    for at in [0, 1, 2, 12, 15, 17, 20, 99] as [Int32] { try expectSame(text, "f", .i32(at)) }
  }

  @Test func uncaughtExceptionsAndNullReferencesHaveTheSamePlaces() throws {
    let text = """
      (module \(Self.thrower)
        (func $pass (param exnref) (throw_ref (local.get 0)))
        (func (export "null") (block $h (try_table (catch_all $h) (call $pass (ref.null exn)))))
        (func (export "again") (param $at i32)
          (call $pass (block $h (result exnref)
            (try_table (catch_all_ref $h) (drop (call $maybe (local.get $at) (local.get $at))))
            (ref.null exn))))
        (func (export "through") (param $at i32)
          (block $h (try_table (catch $c $h)
            (drop (i32.add (i32.const 1) (call $maybe (local.get $at) (local.get $at))))))))
      """
    try expectSame(text, "null")
    for at in [0, 1, 2] as [Int32] {
      for name in ["again", "through"] { try expectSame(text, name, .i32(at)) }
    }
  }

  /// 16 bits do not address the frame, so the window moves when the function is entered.
  @Test func aHandlerFindsTheLocalsOfALargeFrame() throws {
    let count = 9000
    let locals = String(repeating: "(local i64)", count: count)
    let body = (0..<count).map { index in
      "(local.set \(index + 1) (i64.add (local.get \(max(index, 1))) (i64.const \(index & 7))))"
    }
    let text = """
      (module \(Self.thrower)
        (func (export "f") (param i32) (result i64 i32) \(locals)
          (block $h (result i32)
            (try_table (catch $a $h)
              \(body.joined(separator: "\n"))
              (drop (call $maybe (local.get 0) (i32.const 3)))
              (local.set \(count) (i64.const 0)))
            (i32.const 7))
          (local.set 0)
          (i64.add (local.get \(count)) (i64.add (local.get 1) (local.get 4000))) (local.get 0)))
      """
    for at in [3, 4] as [Int32] { try expectSame(text, "f", .i32(at)) }
  }

  /// Blocks in blocks, each with calls: each call has the handlers of all of them. Beyond a limit, the
  /// second tier compiles the function, or refuses it.
  @Test func handlersOfManyCallsAreLimited() throws {
    for (depth, isTaken) in [(20, true), (1000, false)] {
      var text = "(module (tag $e) (func $g) (func (export \"f\")"
      for _ in 0..<depth { text += "(block $h (try_table (catch $e $h) (call $g)" }
      for _ in 0..<depth { text += "))" }
      text += "))"
      let validated = try WasmInput(Array(text.utf8), isText: true).load()
      var compiler = BaselineCompiler(validated, layout: ContextLayout(validated))
      #expect((compiler.compile(1) != nil) == isTaken)
    }
  }

  // MARK: Calls

  @Test func tailCallsOfAllKindsPassTheirArguments() throws {
    let text = """
      (module (type $t (func (param i32 i64 f64) (result i64))) (table 2 2 funcref)
        (elem (i32.const 0) $even $odd)
        (func $even (type $t)
          (if (i32.eqz (local.get 0)) (then (return (i64.add (local.get 1) (i64.trunc_f64_s (local.get 2))))))
          (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1))
            (i64.add (local.get 1) (i64.const 3)) (f64.add (local.get 2) (f64.const 0.5)) (i32.const 1)))
        (func $odd (type $t)
          (return_call_ref $t (i32.sub (local.get 0) (i32.const 1)) (i64.mul (local.get 1) (i64.const 3))
            (local.get 2) (ref.func $even)))
        (func $many (param i32 i32 i32 i32 i32 i32 i32 i32 i32 f64) (result i64)
          (if (i32.eqz (local.get 0)) (then (return (i64.extend_i32_s
            (i32.add (local.get 8) (i32.sub (local.get 7) (i32.mul (local.get 6) (local.get 1))))))))
          (return_call $many (i32.sub (local.get 0) (i32.const 1)) (local.get 8) (local.get 1)
            (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 9)))
        (func (export "f") (param i32) (result i64)
          (return_call $even (local.get 0) (i64.const 1) (f64.const 2)))
        (func (export "g") (param i32) (result i64)
          (return_call $many (local.get 0) (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4)
            (i32.const 5) (i32.const 6) (i32.const 7) (i32.const 8) (f64.const 9))))
      """
    for count in [0, 1, 2, 9, 20_000] as [Int32] {
      if count & 1 == 0 { try expectSame(text, "f", .i32(count)) }
      try expectSame(text, "g", .i32(count))
    }
  }

  @Test func callsPassManyArgumentsOnTheStack() throws {
    let count = 60
    let parameters = (0..<count).map {
      "(param \($0 % 3 == 0 ? "i32" : $0 % 3 == 1 ? "f64" : "i64"))"
    }
    let arguments = (0..<count).map {
      $0 % 3 == 0
        ? "(i32.add (local.get $n) (i32.const \($0)))"
        : $0 % 3 == 1 ? "(f64.const \($0).5)" : "(i64.const -\($0))"
    }
    let sum = (0..<count).map {
      $0 % 3 == 0
        ? "(f64.convert_i32_s (local.get \($0)))"
        : $0 % 3 == 1 ? "(local.get \($0))" : "(f64.convert_i64_s (local.get \($0)))"
    }
    let folded = sum.enumerated().map {
      $0.offset == 0 ? $0.element : "(f64.mul (f64.const 1.01)) \($0.element) f64.add"
    }
    let text = """
      (module (tag $e)
        (func $many \(parameters.joined(separator: " ")) (result f64)
          (if (i32.eq (local.get 0) (i32.const 3)) (then (throw $e)))
          \(folded.joined(separator: "\n")))
        (func (export "f") (param $n i32) (result f64)
          (block $h
            (return (try_table (result f64) (catch $e $h)
              (f64.add (f64.const 0.125) (call $many \(arguments.joined(separator: "\n")))))))
          (return_call $many \(arguments.joined(separator: "\n"))))
        (func (export "g") (param $n i32) (result f64)
          (return_call $many \(arguments.joined(separator: "\n")))))
      """
    for number in [3, 4] as [Int32] {
      for name in ["f", "g"] { try expectSame(text, name, .i32(number)) }
    }
  }

  @Test func indirectCallsCompareTypesWithSupertypes() throws {
    let text = """
      (module
        (type $base (sub (func (param i32) (result i32))))
        (type $derived (sub $base (func (param i32) (result i32))))
        (type $other (func (param i64) (result i32)))
        (table 5 5 funcref) (elem (i32.const 0) $base $derived $other)
        (table $typed 2 2 (ref null $base)) (elem (table $typed) (i32.const 0) (ref null $base) (ref.func $derived))
        (func $base (type $base) (i32.add (local.get 0) (i32.const 1)))
        (func $derived (type $derived) (i32.div_u (i32.const 100) (local.get 0)))
        (func $other (type $other) (i32.const 3))
        (func (export "base") (param i32 i32) (result i32)
          (i32.add (i32.const 1000) (call_indirect (type $base) (local.get 0) (local.get 1))))
        (func (export "derived") (param i32 i32) (result i32)
          (call_indirect (type $derived) (local.get 0) (local.get 1)))
        (func (export "typed") (param i32 i32) (result i32)
          (call_indirect $typed (type $base) (local.get 0) (local.get 1)))
        (func (export "null") (param i32 i32) (result i32)
          (call_ref $base (local.get 0) (ref.null $base))))
      """
    for name in ["base", "derived", "typed", "null"] {
      for index in [0, 1, 2, 3, 5, -1] as [Int32] {
        for argument in [0, 7] as [Int32] {
          try expectSame(text, name, .i32(argument), .i32(index))
        }
      }
    }
  }

  // MARK: Tables, references and objects

  @Test func tablesAndReferencesTrapAtTheSamePlaces() throws {
    let text = """
      (module (table $t 3 10 externref) (table $u 3 10 externref)
        (elem $e externref (ref.null extern))
        (func (export "f") (param $x externref) (param $i i32) (result i32 i32 i32)
          (table.set $t (local.get $i) (local.get $x))
          (i32.add (i32.const 10) (ref.is_null (table.get $t (i32.const 1))))
          (table.grow $u (local.get $x) (i32.const 4))
          (table.fill $u (i32.const 1) (local.get $x) (local.get $i))
          (table.copy $t $u (i32.const 0) (i32.const 1) (local.get $i))
          (table.init $t $e (i32.const 2) (i32.const 0) (i32.const 1))
          (i32.mul (table.size $u) (if (result i32) (ref.is_null (table.get $t (i32.const 2)))
            (then (i32.const 3)) (else (i32.const 5)))))
        (func (export "g") (param $x externref) (param $i i32) (result i32)
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (block $null
            (drop (br_on_null $null (local.get $x)))
            (drop (block $value (result (ref extern))
              (br_on_non_null $value (local.get $x))
              (return (i32.const 1))))
            (return (local.get $i)))
          (drop (ref.as_non_null (local.get $x)))
          (i32.const 2)))
      """
    for index in [0, 1, 2, 3, -1] as [Int32] {
      for reference in [.externref(7), .externref(0)] as [GuestValue] {
        try expectSame(text, "f", reference, .i32(index))
        try expectSame(text, "g", reference, .i32(index))
      }
    }
  }

  @Test func objectsHaveTheSameContentsAndTraps() throws {
    let text = """
      (module
        (type $s (sub (struct (field (mut i8)) (field (mut i16)) (field (mut f32)) (field (mut f64))
          (field (mut anyref)) (field (mut i64)))))
        (type $t (sub $s (struct (field (mut i8)) (field (mut i16)) (field (mut f32)) (field (mut f64))
          (field (mut anyref)) (field (mut i64)) (field i32))))
        (type $bytes (array (mut i8))) (type $floats (array (mut f32))) (type $any (array (mut anyref)))
        (func $object (param $i i32) (result anyref)
          (if (i32.eqz (local.get $i)) (then (return (ref.null any))))
          (if (i32.eq (local.get $i) (i32.const 1)) (then (return (ref.i31 (i32.const -5)))))
          (if (i32.eq (local.get $i) (i32.const 2)) (then (return (struct.new $s (i32.const 200)
            (i32.const -3) (f32.const 1.5) (f64.const -2.5) (ref.i31 (local.get $i)) (i64.const 9)))))
          (if (i32.eq (local.get $i) (i32.const 3)) (then (return (struct.new $t (local.get $i)
            (local.get $i) (f32.const 0) (f64.const 2.5) (ref.null any) (i64.const 0) (i32.const 77)))))
          (if (i32.eq (local.get $i) (i32.const 4)) (then (return (array.new $bytes (i32.const -2) (local.get $i)))))
          (if (i32.eq (local.get $i) (i32.const 5)) (then (return (array.new $floats (f32.const 2.5) (i32.const 6)))))
          (array.new_fixed $any 2 (ref.i31 (i32.const 3)) (struct.new_default $s)))
        (func (export "kinds") (param $i i32) (result i32) (local $x anyref)
          (local.set $x (call $object (local.get $i)))
          (i32.add (ref.test (ref $s) (local.get $x))
          (i32.add (i32.mul (i32.const 10) (ref.test (ref null $t) (local.get $x)))
          (i32.add (i32.mul (i32.const 100) (ref.test (ref i31) (local.get $x)))
          (i32.add (i32.mul (i32.const 1000) (ref.test (ref null array) (local.get $x)))
          (i32.add (i32.mul (i32.const 10000) (ref.test (ref struct) (local.get $x)))
          (i32.add (i32.mul (i32.const 100000) (ref.test (ref null eq) (local.get $x)))
          (i32.add (i32.mul (i32.const 1000000) (ref.test (ref eq) (local.get $x)))
            (i32.mul (i32.const 10000000) (ref.test nullref (local.get $x)))))))))))
        (func (export "fields") (param $i i32) (result i32 i32 f32 f64 i64) (local $x (ref null $s))
          (local.set $x (ref.cast (ref null $s) (call $object (local.get $i))))
          (struct.set $s 0 (local.get $x) (i32.add (struct.get_u $s 0 (local.get $x)) (i32.const 60)))
          (struct.set $s 4 (local.get $x) (ref.i31 (i32.const 8)))
          (struct.set $s 5 (local.get $x) (i64.const 500))
          (struct.get_s $s 0 (local.get $x)) (struct.get_u $s 1 (local.get $x))
          (struct.get $s 2 (local.get $x)) (struct.get $s 3 (local.get $x)) (struct.get $s 5 (local.get $x)))
        (func (export "elements") (param $i i32) (param $at i32) (result i32 i32 f32)
          (local $x (ref null $bytes)) (local $y (ref null $floats)) (local $r anyref)
          (local.set $r (call $object (local.get $i)))
          (block $no (result anyref)
            (local.set $x (br_on_cast_fail $no anyref (ref null $bytes) (local.get $r)))
            (array.set $bytes (local.get $x) (local.get $at) (i32.const 130))
            (array.get_s $bytes (local.get $x) (local.get $at)) (array.len (local.get $x)) (f32.const 1)
            (return))
          (local.set $y (ref.cast (ref $floats)))
          (array.fill $floats (local.get $y) (local.get $at) (f32.const 8.5) (i32.const 2))
          (array.copy $floats $floats (local.get $y) (i32.const 0) (local.get $y) (local.get $at) (i32.const 1))
          (i32.const 1) (i32.const 2) (array.get $floats (local.get $y) (i32.const 0)))
        (func (export "numbers") (param $i i32) (param $at i32) (result i32)
          (i32.add (i31.get_s (ref.cast i31ref (call $object (local.get $i))))
            (i31.get_u (ref.cast (ref i31) (array.get $any (ref.cast (ref null $any)
              (call $object (local.get $at))) (i32.const 0)))))))
      """
    for kind in 0...7 as ClosedRange<Int32> {
      for name in ["kinds", "fields"] { try expectSame(text, name, .i32(kind)) }
      for at in [0, 1, 4, 5, 6, -1] as [Int32] {
        for name in ["elements", "numbers"] { try expectSame(text, name, .i32(kind), .i32(at)) }
      }
    }
  }
}
