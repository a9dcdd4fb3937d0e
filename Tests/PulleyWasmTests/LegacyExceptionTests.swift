import Testing

@testable import PulleyWasm

@Suite struct LegacyExceptionTests {
  private static let unreachable: UInt8 = 0x00
  private static let block: [UInt8] = [0x02, W.empty]
  private static let `try`: [UInt8] = [0x06, W.empty]
  private static let catchAll: UInt8 = 0x19
  private static let drop: UInt8 = 0x1A

  /// The refusal of a function of the type `[] -> []` with these operators. Tag 0 has no parameters,
  /// tag 1 an i64, tag 2 an i32 and an i64.
  private func refusal(_ operators: [UInt8], locals: [[UInt8]] = []) -> WasmError? {
    ModuleBuilder().types(([], []), ([W.i64], []), ([W.i32, W.i64], []), ([W.i32], [W.i32]))
      .functions(0).section(13, vector([[0, 0], [0, 1], [0, 2]]))
      .code(vector(locals) + operators + [W.end]).refusal
  }

  @Test func everyPartOfATryMustLeaveTheResultsOfTheTry() {
    let i32Try: [UInt8] = [0x06, W.i32]
    let one: [UInt8] = [0x41, 1]
    let ending: [UInt8] = [W.end, Self.drop]
    #expect(refusal(i32Try + one + ending) == nil)
    #expect(refusal(i32Try + one + [0x07, 0] + one + [Self.catchAll] + one + ending) == nil)
    #expect(refusal(i32Try + one + [0x18, 0, Self.drop]) == nil)
    for wrong in [
      i32Try + ending, i32Try + [0x42, 1] + ending, i32Try + one + [0x07, 0] + ending,
      i32Try + one + [Self.catchAll] + ending, i32Try + one + [0x07, 1] + ending,
      i32Try + one + one + [Self.catchAll] + one + ending, i32Try + [0x18, 0, Self.drop],
    ] {
      #expect(refusal(wrong)?.message.hasPrefix("type mismatch") == true, "\(wrong)")
      #expect(refusal(wrong)?.kind == .invalid, "\(wrong)")
    }
  }

  @Test func aCatchBeginsWithTheParametersOfItsTag() {
    let drops = [Self.drop, Self.drop]
    #expect(
      refusal(Self.try + [0x07, 0, 0x07, 1, 0xA7, Self.drop, 0x07, 2] + drops + [W.end]) == nil)
    #expect(
      refusal(Self.try + [0x07, 1, 0x45, Self.drop, W.end])?.message
        == "type mismatch: expected i32, found i64")
    #expect(refusal(Self.try + [0x07, 2, Self.drop, W.end])?.kind == .invalid)
    #expect(refusal(Self.try + [Self.catchAll, Self.drop, W.end])?.kind == .invalid)
    #expect(refusal(Self.try + [0x07, 3, W.end])?.message == "unknown tag 3")
  }

  @Test func aTryTakesTheParametersOfItsTypeButItsHandlersDoNot() {
    let typed: [UInt8] = [0x41, 1, 0x06, 3]
    #expect(refusal(typed + [0x45, Self.catchAll, 0x41, 2, W.end, Self.drop]) == nil)
    #expect(refusal(typed + [0x45, Self.catchAll, 0x45, W.end, Self.drop])?.kind == .invalid)
    #expect(refusal([0x06, 3, 0x45, W.end, Self.drop])?.kind == .invalid)
  }

  @Test func aHandlerIsReachableAfterABodyThatIsNot() {
    #expect(
      refusal(Self.try + [Self.unreachable, Self.catchAll, 0x45, Self.drop, W.end])?.message
        == "type mismatch: expected i32, found nothing")
    #expect(refusal(Self.try + [Self.catchAll, 0x09, 0, 0x45, Self.drop, W.end]) == nil)
  }

  @Test func localsThatATryInitialisesAreNotInitialisedInItsHandlers() {
    // A local of the type (ref extern).
    let locals: [[UInt8]] = [[1, 0x64, 0x6F]]
    let set: [UInt8] = [Self.unreachable, 0x21, 0]
    let get: [UInt8] = [0x20, 0, Self.drop]
    #expect(refusal(set + Self.try + [0x07, 0] + get + [W.end], locals: locals) == nil)
    for inHandler in [[0x07, 0] as [UInt8], [Self.catchAll]] {
      #expect(
        refusal(Self.try + set + inHandler + get + [W.end], locals: locals)?.message
          == "uninitialized local 0")
    }
  }

  @Test(
    arguments: [
      [0x07, 0], [0x19], [0x18, 0], [0x02, 0x40, 0x07, 0, 0x0B], [0x02, 0x40, 0x19, 0x0B],
      [0x02, 0x40, 0x18, 0], [0x06, 0x40, 0x19, 0x19, 0x0B], [0x06, 0x40, 0x19, 0x07, 0, 0x0B],
      [0x06, 0x40, 0x05, 0x0B], [0x06, 0x40, 0x07, 0, 0x18, 0], [0x06, 0x40, 0x19, 0x18, 0],
      [0x1F, 0x40, 0, 0x19, 0x0B], [0x41, 0, 0x04, 0x40, 0x19, 0x0B],
    ] as [[UInt8]])
  func partsOfATryInTheWrongOrderAreMalformed(operators: [UInt8]) {
    #expect(refusal(operators)?.kind == .malformed)
    #expect(refusal(operators)?.message.hasPrefix("END opcode expected") == true)
    // The same if an operator before them is invalid.
    let late = refusal([0x20, 9] + operators)
    #expect(late?.kind == .malformed)
    #expect(late?.message == refusal(operators)?.message)
  }

  @Test func aMisplacedPartIsNamedInTheError() {
    #expect(
      refusal([0x19])?.message == "END opcode expected: catch_all without try, or after catch_all")
    #expect(
      refusal(Self.try + [Self.catchAll, 0x18, 0])?.message
        == "END opcode expected: delegate without try, or after catch")
  }

  @Test func aRethrowMustNameABlockInOneOfWhoseHandlersItIs() {
    let handlers: [[UInt8]] = [[0x07, 0], [Self.catchAll]]
    for handler in handlers {
      #expect(refusal(Self.try + handler + [0x09, 0, W.end]) == nil)
      let inner = Self.block + [0x09, 1, W.end]
      #expect(refusal(Self.try + handler + inner + [W.end]) == nil)
      let inTry = Self.try + [0x09, 1, 0x18, 0]
      #expect(refusal(Self.try + handler + inTry + [W.end]) == nil)
    }
    for (operators, label) in [
      ([0x09, 0], 0), (Self.block + [0x09, 0, W.end], 0), (Self.try + [0x09, 0, 0x18, 0], 0),
      (Self.try + [0x09, 0, Self.catchAll, W.end], 0),
      (Self.try + [Self.catchAll] + Self.block + [0x09, 0, W.end, W.end], 0),
      (Self.try + [Self.catchAll, 0x09, 1, W.end], 1),
    ] as [([UInt8], Int)] {
      #expect(refusal(operators)?.message == "invalid rethrow label \(label)")
      #expect(refusal(operators)?.kind == .invalid)
    }
    #expect(refusal([0x09, 1])?.message == "unknown label 1")
  }

  @Test func aDelegateMayNameAnyBlockAroundItsTry() {
    #expect(refusal(Self.try + [0x18, 0]) == nil)
    let around: [[UInt8]] = [
      Self.block, [0x03, W.empty], [0x41, 0, 0x04, W.empty], Self.try, Self.try + [Self.catchAll],
    ]
    for outer in around {
      for label: UInt8 in 0...1 {
        #expect(refusal(outer + Self.try + [0x18, label, W.end]) == nil)
      }
      #expect(refusal(outer + Self.try + [0x18, 2, W.end])?.message == "unknown label 2")
    }
    #expect(refusal(Self.try + [0x18, 1])?.message == "unknown label 1")
  }

  @Test func aBranchToATryTakesItsResults() {
    let typed: [UInt8] = [0x06, W.i32]
    #expect(
      refusal(typed + [0x41, 1, 0x0C, 0, Self.catchAll, 0x41, 1, 0x0C, 0, W.end, 0x1A]) == nil)
    #expect(refusal(typed + [0x0C, 0, W.end, 0x1A])?.kind == .invalid)
  }

  @Test func aTruncatedTryIsMalformed() {
    let bodies: [[UInt8]] = [
      Self.try + [0x07, 0, 0x09, 0, Self.catchAll, W.end], Self.try + [0x18, 0],
    ]
    for body in bodies {
      for count in 1..<body.count {
        // The body ends here, without an `end` of the function.
        let module = ModuleBuilder().types(([], [])).functions(0).section(13, vector([[0, 0]]))
          .code([0] + body.prefix(count))
        #expect(module.refusal?.kind == .malformed, "\(count) bytes of \(body)")
      }
    }
  }

  @Test func constantExpressionsMustNotContainATry() {
    for expression: [UInt8] in [[0x06, 0x40, 0x18, 0, 0x41, 0], [0x06, W.i32, 0x41, 0, W.end]] {
      let global = ModuleBuilder().globals([W.i32, 0] + expression + [W.end])
      #expect(global.refusal?.message == "constant expression required: try is not constant")
    }
  }

  @Test func validationOfDeeplyNestedTriesTakesLinearTime() {
    func seconds(_ count: Int, _ opening: [UInt8], _ closing: [UInt8]) -> Double {
      let body = [[UInt8]](repeating: opening, count: count).joined()
      let ends = [[UInt8]](repeating: closing, count: count).joined()
      let clock = ContinuousClock()
      var error: WasmError?
      let time = clock.measure { error = refusal(Array(body) + Array(ends)) }
      #expect(error == nil)
      return time / .seconds(1)
    }
    let nestings: [([UInt8], [UInt8])] = [
      (Self.try, [0x07, 0, Self.catchAll, W.end]), (Self.try, [0x18, 0]),
      (Self.try + [Self.catchAll], [0x09, 0, W.end]),
    ]
    for (opening, closing) in nestings {
      // Quadratic time would be minutes.
      #expect(seconds(200_000, opening, closing) < 30)
    }
  }
}
