import Foundation
import PulleyIR
import PulleyWasm
import Synchronization
import Testing

@testable import Pulley

@Suite struct FunctionTiers {
  /// Loops in loops, in both arms of an `if`, after blocks that are left early, with locals of all types.
  private static let loops = """
    (module (memory 1) (global $g (mut i32) (i32.const 5))
      (func (export "f") (param $n i32) (result i64 f64)
        (local $i i32) (local $j i32) (local $sum i64) (local $x f64) (local $y f32)
        (block $out
          (loop $outer
            (local.set $j (i32.const 0))
            (if (i32.and (local.get $i) (i32.const 1))
              (then
                (loop $odd
                  (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_s (local.get $j))))
                  (local.set $y (f32.add (local.get $y) (f32.const 0.5)))
                  (local.set $j (i32.add (local.get $j) (i32.const 1)))
                  (br_if $odd (i32.lt_s (local.get $j) (local.get $n)))))
              (else
                (block $early
                  (loop $even
                    (local.set $x (f64.add (local.get $x) (f64.convert_i32_s (local.get $j))))
                    (br_if $early (i32.gt_s (local.get $j) (global.get $g)))
                    (local.set $j (i32.add (local.get $j) (i32.const 1)))
                    (br $even)))))
            (global.set $g (i32.add (global.get $g) (i32.const 1)))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $out (i32.gt_s (local.get $i) (local.get $n)))
            (br $outer)))
        (i64.xor (local.get $sum) (i64.trunc_f32_s (local.get $y)))
        (local.get $x)))
    """

  @Test func aCallThatContinuesInOptimisedCodeGivesTheSameResults() throws {
    for count in [0, 1, 2, 5, 40] {
      try TierComparison.expectSame(Self.loops, "f", [.i32(Int32(count))])
    }
  }

  private static let nestedCalls = """
    (module (type $t (func (param i32) (result i32))) (table 2 2 funcref)
      (elem (i32.const 0) $one $two)
      (func $one (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
      (func $two (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
      (func (export "f") (param $n i32) (result i32)
        (local $i i32) (local $j i32) (local $k i32) (local $s i32)
        (loop $a
          (local.set $j (i32.const 0))
          (loop $b
            (local.set $s (call_indirect (type $t) (local.get $s) (i32.and (local.get $j) (i32.const 1))))
            (local.set $k (i32.const 0))
            (loop $c
              (local.set $s (i32.xor (local.get $s) (local.get $k)))
              (br_if $c (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $n))))
            (local.set $s (call_indirect (type $t) (local.get $s) (i32.and (local.get $j) (i32.const 1))))
            (br_if $b (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $n))))
          (br_if $a (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
        (local.get $s)))
    """

  /// What is loaded before the middle one of three loops, such as the type that an indirect call expects, is
  /// needed after the inner one, in which the call continues.
  @Test func loadsBeforeLoopsAreMadeInContinuationsToo() throws {
    for count in [1, 2, 3, 20] {
      try TierComparison.expectSame(Self.nestedCalls, "f", [.i32(Int32(count))])
    }
  }

  @Test func continuationsAreValidFromEachLoop() throws {
    for (text, function, loops) in [(Self.nestedCalls, 2, 3), (Self.loops, 0, 3)] {
      let validated = try WasmInput(Array(text.utf8), isText: true).load()
      var translator = FunctionTranslator(validated, layout: ContextLayout(validated))
      var verifier = Verifier()
      for loop in 0..<loops {
        var rest = Function(name: FunctionNames.function(0), signature: Signature())
        try translator.translateContinuation(function, loop: loop, into: &rest)
        #expect(verifier.verify(rest).isEmpty, "loop \(loop): \(rest)")
      }
    }
  }

  /// The first tier refuses the function, because a continuation would take the `end` or `delegate` for
  /// that of an outer block.
  @Test(arguments: ["(try_table (nop))", "(try (do (nop)))", "(try (do (nop)) (delegate 0))"])
  func unreachableBlocksThatHandleExceptionsMayPrecedeALoop(block: String) throws {
    let text = """
      (module
        (func (export "f") (param $n i32) (result i32) (local $i i32)
          (block $out
            (block $skipped (br $skipped) \(block))
            (loop $again
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br_if $out (i32.gt_s (local.get $i) (local.get $n)))
              (br $again)))
          (local.get $i)))
      """
    try TierComparison.expectSame(text, "f", [.i32(100)])
  }

  @Test func manyLocalsMoveToTheContinuation() throws {
    let count = 40
    let locals = (0..<count).map { "(local $l\($0) \(["i32", "i64", "f64"][$0 % 3]))" }
    let steps = (0..<count).map { index in
      switch index % 3 {
      case 0: "(local.set $l\(index) (i32.add (local.get $l\(index)) (i32.const \(index))))"
      case 1: "(local.set $l\(index) (i64.add (local.get $l\(index)) (i64.const \(index))))"
      default: "(local.set $l\(index) (f64.add (local.get $l\(index)) (f64.const \(index))))"
      }
    }
    let sum = (0..<count).map { index in
      switch index % 3 {
      case 0: "(f64.convert_i32_s (local.get $l\(index))) (f64.mul (f64.const \(index)))"
      case 1: "(f64.convert_i64_s (local.get $l\(index))) (f64.mul (f64.const \(index)))"
      default: "(local.get $l\(index)) (f64.mul (f64.const \(index)))"
      }
    }.enumerated().map { $0.offset == 0 ? $0.element : "\($0.element) f64.add" }
    let text = """
      (module (func (export "f") (param $n i32) (param $a i64) (param $b f64) (result f64)
        \(locals.joined(separator: " "))
        (loop $l
          \(steps.joined(separator: "\n"))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        \(sum.joined(separator: "\n"))))
      """
    try TierComparison.expectSame(text, "f", [.i32(30), .i64(5), .f64((0.5 as Double).bitPattern)])
  }

  @Test func trapsHaveTheSamePlacesInEachTier() throws {
    let text = """
      (module (memory 1) (table 2 funcref) (elem (i32.const 0) $leaf)
        (type $t (func (param i32) (result i32)))
        (func $leaf (param i32) (result i32) (i32.div_s (i32.const 100) (local.get 0)))
        (func $load (param i32) (result i32) (i32.load offset=70000 (local.get 0)))
        (func $indirect (param i32) (result i32)
          (call_indirect (type $t) (local.get 0) (local.get 0)))
        (func (export "divide") (param i32) (result i32) (local i32)
          (loop $l
            (local.set 1 (call $leaf (local.get 0)))
            (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
            (br $l))
          (local.get 1))
        (func (export "load") (param i32) (result i32) (call $load (local.get 0)))
        (func (export "indirect") (param i32) (result i32) (call $indirect (local.get 0)))
        (func (export "unreachable") (param i32) (result i32)
          (loop $l (if (i32.eqz (local.get 0)) (then unreachable))
            (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br $l)) (unreachable)))
      """
    for count in [0, 4, 60] as [Int32] {
      for name in ["divide", "unreachable"] {
        try TierComparison.expectSame(text, name, [.i32(count)])
      }
    }
    for address in [0, -1, 1 << 16] as [Int32] {
      try TierComparison.expectSame(text, "load", [.i32(address)])
    }
    for index in [0, 1, 2, -1] as [Int32] {
      try TierComparison.expectSame(text, "indirect", [.i32(index)])
    }
  }

  @Test func argumentsAndBranchesPassManyValues() throws {
    let text = """
      (module
        (func $many (param i32 i64 f32 f64 i32 i32 i32 i32 i32 i64 f64) (result f64)
          (f64.add (local.get 10) (f64.convert_i64_s (i64.add (local.get 9)
            (i64.extend_i32_s (i32.sub (local.get 8) (i32.mul (local.get 7) (local.get 4))))))))
        (func (export "f") (param $n i32) (result f64) (local $s f64)
          (block $x (loop $l
            (local.set $s (f64.add (local.get $s)
              (call $many (local.get $n) (i64.const 1) (f32.const 2) (f64.const 3) (local.get $n)
                (i32.const 5) (i32.const 6) (local.get $n) (i32.const 8) (i64.const -9) (local.get $s))))
            (local.set $s (block $b (result f64)
              (f64.const 1.25) (f64.const 2.5)
              (br_if $b (i32.and (local.get $n) (i32.const 1))) (f64.add)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br_table $l $x $x (i32.lt_s (local.get $n) (i32.const 1)))))
          (local.get $s))
        (func (export "swap") (param $a i32) (param $b i32) (result i32 i32)
          (loop $l (param) (local.get $a) (local.get $b) (local.set $a) (local.set $b)
            (br_if $l (i32.lt_s (local.get $a) (local.get $b))))
          (local.get $a) (local.get $b)))
      """
    try TierComparison.expectSame(text, "f", [.i32(20)])
    try TierComparison.expectSame(text, "swap", [.i32(3), .i32(9)])
    try TierComparison.expectSame(text, "swap", [.i32(9), .i32(3)])
  }

  @Test func threadsThatCallOneModuleForTheFirstTimeAgree() throws {
    var options = Engine.Options()
    options.tiers = .background
    options.heat = 20
    let expected = try TierComparison.instance(Self.loops, .second, nil).function(named: "f").call([
      .i32(60)
    ])
    for _ in 0..<5 {
      let engine = Engine(options)
      let module = try Module(engine: engine, bytes: Array(Self.loops.utf8))
      let wrong = Atomic<Int>(0)
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        for _ in 0..<20 {
          let results = try? Linker(engine: engine).instantiate(module).function(named: "f")
            .call([.i32(60)])
          if results != expected { wrong.add(1, ordering: .relaxed) }
        }
      }
      #expect(wrong.load(ordering: .relaxed) == 0)
    }
  }

  @Test func modulesMayGoWhileTheirFunctionsWaitToBeOptimised() throws {
    var options = Engine.Options()
    options.heat = 1
    for _ in 0..<50 {
      let engine = Engine(options)
      let module = try Module(engine: engine, bytes: Array(Self.loops.utf8))
      _ = try Linker(engine: engine).instantiate(module).function(named: "f").call([.i32(3)])
    }
  }

  @Test func withoutMemoryForTheOptimiserFunctionsStayInTheFirstTier() throws {
    var options = Engine.Options()
    options.tiers = .synchronous
    options.heat = 3
    let engine = Engine(options)
    let other = try TierComparison.instance(Self.loops, .second, nil).function(named: "f")
    let module = try Module(engine: engine, bytes: Array(Self.loops.utf8))
    let function = try Linker(engine: engine).instantiate(module).function(named: "f")
    #expect(try function.call([.i32(0)]) == other.call([.i32(0)]))
    let rest = engine.account.limit(of: .compilation) - engine.usage(of: .compilation)
    #expect(engine.account.charge(rest - 1000, of: .compilation))
    defer { engine.account.giveBack(rest - 1000, of: .compilation) }
    #expect(try function.call([.i32(60)]) == other.call([.i32(60)]))
  }
}
