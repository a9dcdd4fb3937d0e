import PulleyGenerator
import PulleyIR

/// `docs/clif.md`: the dialect of CLIF that is accepted, operation by operation.
public enum ClifDocument {
  public static func file() -> GeneratedFile {
    GeneratedFile(path: "docs/clif.md", content: content())
  }

  private static func content() -> String {
    var probe = Probe()
    var text = ClifIntroduction.text
    text += "\n## Operations\n\n" + ClifIntroduction.operations
    for group in groups {
      text += "\n### \(group.name)\n\n"
      var index = 0
      while index < group.operations.count {
        let meaning = group.operations[index].meaning
        let alike = group.operations[index...].prefix { $0.meaning == meaning }
        text += entry(alike.map { heading($0, probe.outcome(of: $0)) }, meaning)
        index += alike.count
      }
    }
    return text
  }

  private static func heading(_ operation: PulleyIR.Operation, _ outcome: Probe.Outcome) -> String {
    if operation.isHeapAccess { return "`\(operation.syntax)` — only in WebAssembly" }
    return switch outcome {
    case .compiled(let types) where types.isEmpty: "`\(operation.syntax)`"
    case .compiled(let types):
      "`\(operation.syntax)` (\(operation.isTypeOptional ? "" : "T is written: ")\(list(types)))"
    case .refused: "`\(operation.syntax)` — refused"
    }
  }

  /// Operations that do the same, and what that is.
  private static func entry(_ headings: [String], _ meaning: String) -> String {
    wrapped("* " + (headings + [meaning]).joined(separator: "  \n  ") + "\n")
  }

  /// Types, those that come together often by a name for all.
  private static func list(_ types: [PulleyIR.`Type`]) -> String {
    var rest = types
    var parts: [String] = []
    for (set, name) in sets where set.allSatisfy(rest.contains) {
      parts.append(name)
      rest.removeAll(where: set.contains)
    }
    parts += rest.map(\.description)
    return parts.joined(separator: ", ")
  }

  private static let sets: [([PulleyIR.`Type`], String)] = [
    (
      [.i8, .i16, .i32, .i64, .i128, .f32, .f64, .i8x16, .i16x8, .i32x4, .i64x2, .f32x4, .f64x2],
      "all"
    ),
    ([.i8, .i16, .i32, .i64, .i128], "i8 to i128"),
    ([.i8, .i16, .i32, .i64], "i8 to i64"),
    ([.i16, .i32, .i64, .i128], "i16 to i128"),
    ([.i8x16, .i16x8, .i32x4, .i64x2, .f32x4, .f64x2], "vectors"),
    ([.i8x16, .i16x8, .i32x4, .i64x2], "vectors of integers"),
    ([.f32, .f64, .f32x4, .f64x2], "floats and vectors of them"),
    ([.f32, .f64], "f32, f64"),
  ]

  /// Lines of at most 100 columns; those that follow belong to the same item.
  private static func wrapped(_ text: String) -> String {
    var lines: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var current = String(line.prefix { $0 == " " })
      for word in line.drop(while: { $0 == " " }).split(
        separator: " ", omittingEmptySubsequences: false)
      {
        if current.count + word.count + 1 > 100, !current.allSatisfy({ $0 == " " }) {
          lines.append(current)
          current = "  " + word
        } else {
          current += (current.allSatisfy { $0 == " " } ? "" : " ") + word
        }
      }
      lines.append(current)
    }
    return lines.joined(separator: "\n")
  }

  private struct Group {
    let name: String
    let operations: [PulleyIR.Operation]
  }

  /// Every operation is in one.
  static let operations: [PulleyIR.Operation] = groups.flatMap(\.operations)

  private static let groups: [Group] = {
    let named: [(String, [PulleyIR.Operation])] = [
      ("Constants", [.iconst, .f16const, .f32const, .f64const, .f128const, .vconst]),
      (
        "Integer arithmetic",
        [
          .iadd, .isub, .imul, .umulhi, .smulhi, .udiv, .sdiv, .urem, .srem, .ineg, .iabs, .smin,
          .smax, .umin, .umax,
        ]
      ),
      (
        "Arithmetic that tells of overflow",
        [
          .uadd_overflow, .sadd_overflow, .usub_overflow, .ssub_overflow, .umul_overflow,
          .smul_overflow, .uadd_overflow_cin, .sadd_overflow_cin, .usub_overflow_bin,
          .ssub_overflow_bin, .uadd_overflow_trap,
        ]
      ),
      (
        "Bits",
        [
          .band, .bor, .bxor, .bnot, .bitselect, .rotl, .rotr, .ishl, .ushr, .sshr, .clz, .ctz,
          .cls, .popcnt, .bswap, .bitrev, .bmask,
        ]
      ),
      ("Comparison and choice", [.icmp, .fcmp, .select, .select_spectre_guard]),
      (
        "Floats",
        [
          .fadd, .fsub, .fmul, .fdiv, .fma, .fmin, .fmax, .fcopysign, .fneg, .fabs, .sqrt, .ceil,
          .floor, .trunc, .nearest,
        ]
      ),
      (
        "Conversion",
        [
          .uextend, .sextend, .ireduce, .bitcast, .isplit, .iconcat, .fpromote, .fdemote,
          .fcvt_to_uint, .fcvt_to_sint, .fcvt_to_uint_sat, .fcvt_to_sint_sat, .fcvt_from_uint,
          .fcvt_from_sint,
        ]
      ),
      (
        "Vectors",
        [
          .splat, .scalar_to_vector, .extractlane, .insertlane, .shuffle, .swizzle, .blendv,
          .vany_true, .vall_true, .vhigh_bits, .sadd_sat, .uadd_sat, .ssub_sat, .usub_sat,
          .avg_round, .sqmul_round_sat, .iadd_pairwise, .swiden_low, .swiden_high, .uwiden_low,
          .uwiden_high, .snarrow, .unarrow, .uunarrow, .fvpromote_low, .fvdemote, .x86_pshufb,
          .x86_pmulhrsw, .x86_pmaddubsw, .x86_cvtt2dq,
        ]
      ),
      (
        "Memory",
        [
          .load, .uload8, .sload8, .uload16, .sload16, .uload32, .sload32, .store, .istore8,
          .istore16, .istore32, .uload8x8, .sload8x8, .uload16x4, .sload16x4, .uload32x2,
          .sload32x2,
        ]
      ),
      ("Atomic access", [.atomic_load, .atomic_store, .atomic_rmw, .atomic_cas, .fence]),
      (
        "Addresses and registers",
        [
          .stack_addr, .func_addr, .symbol_value, .tls_value, .get_frame_pointer,
          .get_stack_pointer, .get_return_address, .get_exception_handler_address,
          .get_pinned_reg, .set_pinned_reg,
        ]
      ),
      (
        "Control",
        [
          .jump, .brif, .br_table, .return, .call, .call_indirect, .return_call,
          .return_call_indirect, .try_call, .try_call_indirect, .trap, .trapz, .trapnz, .nop,
          .sequence_point, .debugtrap, .stack_switch,
        ]
      ),
    ]
    return named.map { Group(name: $0.0, operations: $0.1) }
      + [
        Group(name: "Linear memory", operations: PulleyIR.Operation.allCases.filter(\.isHeapAccess))
      ]
  }()
}

extension PulleyIR.Operation {
  /// Whether it accesses a linear memory.
  var isHeapAccess: Bool {
    switch format {
    case .heapLoad, .heapStore, .heapAtomicRmw, .heapAtomicCas: true
    default: false
    }
  }
}
