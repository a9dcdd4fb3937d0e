import PulleyVM

/// Calls that need no libffi.
///
/// On the processors named below, the first integer arguments (pointers among them) go to one
/// set of registers and the first floating-point arguments to another, whatever their order, and
/// a callee looks only at those of its own parameters and at as many low bits as their types have.
/// So a call of type `(six integers, eight doubles)` reaches every function with at most so many
/// parameters of each kind; only how many registers are worth loading makes different shapes.
/// Singles travel in the low half of a double.
enum DirectCall {
  /// The call for a plan's shape; nil if it has none.
  static func invoke(for plan: CallPlan) -> HostFunction.Invoke? {
    #if (arch(x86_64) || arch(arm64)) && !os(Windows)
      let integers = plan.steps.count { !$0.isFloat }
      let floats = plan.steps.count - integers
      guard integers <= 6, floats <= 8, !plan.hasWideValues else { return nil }
      let returnsFloat = plan.result == .float || plan.result == .double
      if plan.steps.allSatisfy(\.isRegisterOfFullWidth) {
        return untouched(integers: integers, floats: floats, plan.result)
      }
      return returnsFloat ? convertedToFloat : converted
    #else
      return nil
    #endif
  }

  /// Calls whose arguments are passed as they stand in the registers.
  private static func untouched(
    integers: Int, floats: Int, _ result: ResultStep
  ) -> HostFunction.Invoke {
    switch result {
    // The guest reads only as many bits of x0 as its type has, and none if there is no result.
    case .nothing, .raw, .zeroExtend32, .signExtend32:
      if floats == 0 { return integersOnly[integers] }
    case .double, .float:
      if integers == 0 && (1...3).contains(floats) { return floatsOnly[floats - 1] }
      return floats <= 4 && integers <= 2 ? fewToFloat : allToFloat
    default: break
    }
    return floats <= 4 && integers <= 2 ? fewToInteger : allToInteger
  }
}

extension CallPlan {
  /// Whether a value has 128 bits.
  fileprivate var hasWideValues: Bool {
    result == .vector || result == .pair
      || steps.contains { $0.kind == .vector || $0.kind == .pair }
  }
}

extension ArgumentStep {
  /// Whether the argument's register can be handed on as it is.
  fileprivate var isRegisterOfFullWidth: Bool { isWordInPlace && !isOnStack }
}
