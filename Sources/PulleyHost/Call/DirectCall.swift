import PulleyVM

/// Calls of C functions without libffi.
///
/// On x86-64 and arm64, the first integer arguments (including pointers) go to one set of registers and
/// the first floating-point arguments to another, in any order. A callee reads only the registers of its
/// own parameters, and only the low bits that their types have. So a call with six integers and eight
/// doubles reaches every function with at most that many parameters of each kind; smaller shapes exist
/// only to load fewer registers. A single is passed in the low half of a double.
enum DirectCall {
  /// The function that makes calls of the plan's shape; nil if only libffi can.
  static func invoke(for plan: CallPlan) -> HostFunction.Invoke? {
    let integers = plan.arguments.count { !$0.isFloat }
    let floats = plan.arguments.count - integers
    guard canPass(integers: integers, floats: floats), !plan.hasWideValues else { return nil }
    let returnsFloat = plan.result == .float || plan.result == .double
    if plan.arguments.allSatisfy(\.isRegisterOfFullWidth) {
      return untouched(integers: integers, floats: floats, plan.result)
    }
    return returnsFloat ? convertedToFloat : converted
  }

  /// Whether a direct call can pass so many arguments on this processor.
  static func canPass(integers: Int, floats: Int) -> Bool {
    #if (arch(x86_64) || arch(arm64)) && !os(Windows)
      integers <= 6 && floats <= 8
    #else
      false
    #endif
  }

  /// Calls that pass each argument unchanged, in the low bits of its register.
  private static func untouched(
    integers: Int, floats: Int, _ result: ResultConversion
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
  /// Whether an argument or the result has 128 bits.
  fileprivate var hasWideValues: Bool {
    result == .vector || result == .pair
      || arguments.contains { $0.kind == .vector || $0.kind == .pair }
  }
}

extension ArgumentConversion {
  /// Whether the C function can take the argument's register unchanged.
  fileprivate var isRegisterOfFullWidth: Bool { isWordInPlace && !isOnStack }
}
