import Pulley
import Testing

@testable import PulleyScript

private func run(_ script: String) throws -> ScriptOutcome {
  let source = ScriptSource(Array(script.utf8), name: "script", supersededLines: [])
  let log = ScriptLog()
  let commands = try #require(source.readScript(log)).commands
  var runner = try ScriptRunner(source, engine: Engine(), log: log)
  runner.run(commands)
  #expect(log.current.count == commands.totalCount)
  return log.current
}

private func reasons(_ script: String) throws -> [FailureReason] {
  try run(script).failures.sorted { $0.line < $1.line }.map(\.failure.reason)
}

private let divide = """
  (module $m (func (export "div") (param i32 i32) (result i32)
    (i32.div_s (local.get 0) (local.get 1))))
  """

@Suite struct RunningScripts {
  @Test func assertionsThatHoldPass() throws {
    let outcome = try run(
      """
      \(divide)
      (assert_return (invoke "div" (i32.const 9) (i32.const 3)) (i32.const 3))
      (assert_trap (invoke $m "div" (i32.const 9) (i32.const 0)) "integer divide by zero")
      (register "m" $m)
      (module (import "m" "div" (func (param i32 i32) (result i32))))
      (assert_malformed (module quote "(func") "unexpected token")
      (assert_invalid (module (func (result i32))) "type mismatch")
      (assert_unlinkable (module (import "m" "x" (func))) "unknown import")
      (assert_trap (module (func $f unreachable) (start $f)) "unreachable")
      (module definition $d (global (export "g") i32 (i32.const 7)))
      (module instance $i $d)
      (assert_return (get $i "g") (i32.const 7))
      (assert_malformed_custom (module quote "(@custom 4)") "missing section name")
      """)
    #expect(outcome.failed == 0, "\(outcome.failures)")
    #expect(outcome.passed == 13)
  }

  @Test func assertionsThatDoNotHoldAreReported() throws {
    #expect(
      try reasons(
        """
        \(divide)
        (assert_return (invoke "div" (i32.const 9) (i32.const 3)) (i32.const 4))
        (assert_return (invoke "div" (i32.const 9) (i32.const 0)) (i32.const 4))
        (assert_trap (invoke "div" (i32.const 9) (i32.const 1)) "integer divide by zero")
        (assert_trap (invoke "div" (i32.const 9) (i32.const 0)) "integer overflow")
        (assert_malformed (module quote "(func (result i32))") "unexpected token")
        (module binary "(module)")
        (assert_invalid (module quote "(func") "type mismatch")
        (assert_invalid (module) "type mismatch")
        (assert_unlinkable (module) "unknown import")
        (invoke $nobody "f")
        (wait $nobody)
        """) == [

          .wrongResult, .trapped, .returned, .otherTrap, .otherRefusal, .refused, .otherRefusal,
          .accepted,
          .accepted, .missing, .missing,
        ])
  }

  @Test func reasonsOfFailuresAreReported() throws {
    #expect(
      try reasons(
        """
        (module $a (global (export "g") (mut i32) (i32.const 1)))
        (register "a" $a)
        (assert_return (get $a "g") (i32.const 2))
        (module $b (import "a" "h" (global (mut i32))))
        (invoke $b "f")
        (module $c (tag $t) (func (export "f") (unreachable)) (func (export "g") (result i32)
          (i32.const 1)) (func (export "h") (throw $t)))
        (assert_exception (invoke "f"))
        (assert_exception (invoke "g"))
        (assert_exception (invoke "h"))
        (invoke "h")
        (assert_trap (invoke "g") "unreachable")
        """)
        == [.wrongResult, .refused, .refused, .otherTrap, .returned, .trapped, .returned])
  }

  @Test func threadsOfAScriptHaveTheirOwnNames() throws {
    let outcome = try run(
      """
      (module $m (memory (export "m") 1 1 shared) (func (export "one") (result i32)
        (i32.const 1)))
      (register "m" $m)
      (thread $t (shared (module $m))
        (assert_unlinkable (module (import "m" "m" (memory 1 1 shared))) "unknown import")
        (register "m" $m)
        (module (import "m" "m" (memory 1 1 shared)) (func (export "set")
          (i32.store (i32.const 0) (i32.const 7))))
        (invoke "set")
        (thread $u (shared (module $m)) (register "m" $m)
          (assert_unlinkable (module (import "m" "one" (func (result i32)))) "unknown import"))
        (invoke $m "one")
        (wait $u))
      (wait $t)
      (module (import "m" "m" (memory 1 1 shared)) (func (export "get") (result i32)
        (i32.load (i32.const 0))))
      (assert_return (invoke "get") (i32.const 7))
      """)
    #expect(outcome.failures.map(\.line) == [12])
    #expect(outcome.passed == 14)
  }

  @Test(arguments: [
    ("uninitialized element 2", "uninitialized element", true),
    ("undefined", "undefined element", true),
    ("integer overflow", "integer divide by zero", false), ("", "unreachable", false),
  ])
  func trapsAreComparedByTheirMessages(wanted: String, actual: String, isEqual: Bool) {
    let error = PulleyError(trap: .unreachable, message: actual)
    #expect(ScriptRunner.isTrap(error, wanted) == isEqual)
  }
}
