import PulleyIR
import PulleyISA

/// Sums, differences and products of 128 bits. There are no registers of 128 bits: the operation comes
/// as an `isplit` of a computation on two `iconcat`, or of a product of two extended numbers, and
/// becomes one instruction with both halves as results.
extension Lowering {
  mutating func lowerSplit(_ inst: Inst, _ data: InstructionData) throws(CodegenError) {
    let results = function.results(of: inst)
    let low = expected(function.pool[Int(results.start)])
    let high = expected(function.pool[Int(results.start) + 1])
    if low.isNone && high.isNone { return }
    guard data.type == .i128, case .result(let source, _) = function.definition(of: data.argument0)
    else { throw unsupported(data) }
    let computation = function.instructions[source]
    let lowResult = low.isNone ? makeX() : low
    let highResult = high.isNone ? makeX() : high
    switch computation.operation {
    case .iadd, .isub:
      guard let a = halves(computation.argument0), let b = halves(computation.argument1) else {
        throw unsupported(computation)
      }
      let (aLow, aHigh) = (try use(a.low), try use(a.high))
      let (bLow, bHigh) = (try use(b.low), try use(b.high))
      emit(
        computation.operation == .iadd ? .xadd128 : .xsub128, lowResult, highResult, aLow, aHigh,
        bLow, bHigh)
    case .imul:
      for (opcode, product) in [
        (Operation.uextend, Opcode.xwidemul64_u), (.sextend, .xwidemul64_s),
      ] {
        guard let a = self.data(defining: computation.argument0, as: opcode),
          let b = self.data(defining: computation.argument1, as: opcode),
          function.type(of: a.argument0) == .i64, function.type(of: b.argument0) == .i64
        else { continue }
        let left = try use(a.argument0)
        return emit(product, lowResult, highResult, left, try use(b.argument0))
      }
      throw unsupported(computation)
    default:
      throw unsupported(computation)
    }
  }

  private func halves(_ value: Value) -> (low: Value, high: Value)? {
    guard let parts = data(defining: value, as: .iconcat), parts.type == .i64 else { return nil }
    return (parts.argument0, parts.argument1)
  }
}
