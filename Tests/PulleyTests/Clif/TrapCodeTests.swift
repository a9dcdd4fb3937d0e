import Pulley
import PulleyIR
import Testing

/// Every operation that takes a trap code traps with that code.
@Suite struct ClifTrapCodes {
  /// A function whose instruction, with `CODE` in place of a code, traps when it is called with the
  /// arguments.
  private struct Sample {
    var parameters: String
    var instruction: String
    var arguments: [String]
  }

  /// For each type that the operation may have.
  private static func samples(of operation: Operation) -> [Sample] {
    let name = operation.mnemonic
    let integers: [Type] = [.i8, .i16, .i32, .i64]
    let all = integers + [.i128, .f32, .f64, .i8x16, .f32x4]
    func loads(_ types: [Type]) -> [Sample] {
      types.map {
        Sample(parameters: "i64", instruction: "v9 = \(name).\($0) CODE v0", arguments: ["0"])
      }
    }
    func stores(_ types: [Type]) -> [Sample] {
      types.map { type in
        Sample(
          parameters: "i64, \(type)", instruction: "\(name) CODE v1, v0",
          arguments: ["0", type.isVector ? "0x00" : type.isFloat ? "0.0" : "0"])
      }
    }
    func wider(than bits: Int) -> [Type] { integers.filter { $0.bits > bits } }
    switch operation {
    case .trap: return [Sample(parameters: "", instruction: "trap CODE", arguments: [])]
    case .trapz, .trapnz:
      return (integers + [.i128]).map {
        Sample(
          parameters: "\($0)", instruction: "\(name) v0, CODE",
          arguments: [operation == .trapz ? "0" : "7"])
      }
    case .uadd_overflow_trap:
      return [Type.i32, .i64].map {
        Sample(
          parameters: "\($0), \($0)", instruction: "v9 = \(name) v0, v1, CODE",
          arguments: ["-1", "1"])
      }
    case .load: return loads(all)
    case .store: return stores(all)
    case .uload8, .sload8: return loads(wider(than: 8))
    case .uload16, .sload16: return loads(wider(than: 16))
    case .istore8: return stores(wider(than: 8))
    case .istore16: return stores(wider(than: 16))
    case .istore32: return stores([.i64])
    case .uload32, .sload32, .sload8x8, .uload8x8, .sload16x4, .uload16x4, .sload32x2, .uload32x2:
      return [Sample(parameters: "i64", instruction: "v9 = \(name) CODE v0", arguments: ["0"])]
    case .atomic_load: return loads(integers)
    case .atomic_store: return stores(integers)
    case .atomic_cas:
      return integers.map {
        Sample(
          parameters: "i64, \($0)", instruction: "v9 = \(name) CODE v0, v1, v1",
          arguments: ["0", "3"])
      }
    case .atomic_rmw:
      return AtomicOperation.allCases.flatMap { operation in
        integers.map {
          Sample(
            parameters: "i64, \($0)", instruction: "v9 = \(name).\($0) CODE \(operation) v0, v1",
            arguments: ["0", "3"])
        }
      }
    default: return []
    }
  }

  /// The operations whose text has a trap code, except for accesses to WebAssembly memories.
  private static var operations: [Operation] {
    Operation.allCases.filter { !$0.needsInstance }.filter { operation in
      switch operation.format {
      case .trap, .conditionalTrap, .binaryTrap, .load, .store, .atomicRmw, .atomicCas: true
      default: false
      }
    }
  }

  private static func text(_ sample: Sample, _ name: String, _ code: String) -> String {
    let instruction = sample.instruction.replacing("CODE", with: code)
    let parameters = sample.parameters.split(separator: ", ").enumerated().map {
      "v\($0.offset): \($0.element)"
    }
    let isEnd = instruction.hasPrefix("trap ")
    return """
      function %\(name)(\(sample.parameters)) {
      block0(\(parameters.joined(separator: ", "))):
          \(instruction)
          \(isEnd ? "" : "return")
      }

      """.replacing("block0():", with: "block0:")
  }

  @Test(arguments: operations)
  func aTrapReportsTheCodeOfItsInstruction(operation: Operation) throws {
    let samples = Self.samples(of: operation)
    #expect(!samples.isEmpty, "\(operation.mnemonic) has no sample")
    let codes = ["user1", "user7", "user250", "int_divz", "bad_toint", "heap_oob", "int_ovf"]
    let reasons: [TrapReason] = [
      .numbered, .numbered, .numbered, .integerDivideByZero, .badConversion, .memoryOutOfBounds,
      .integerOverflow,
    ]
    var text = ""
    for (index, sample) in samples.enumerated() {
      for code in codes { text += Self.text(sample, "f\(index)_\(code)", code) }
    }
    for program in try programs(text) {
      for (index, sample) in samples.enumerated() {
        for (code, reason) in zip(codes, reasons) {
          let error = program.trap("f\(index)_\(code)", sample.arguments)
          #expect(error?.trap == reason, "\(sample.instruction) with \(code)")
          #expect(
            error?.trapNumber == (reason == .numbered ? UInt8(code.dropFirst(4)) : nil),
            "\(sample.instruction) with \(code)")
        }
      }
    }
  }

  @Test(arguments: operations.filter { $0.traits.contains(.atomic) || $0.format == .load })
  func anAccessWithoutATrapCodeTrapsAsOutOfBounds(operation: Operation) throws {
    let samples = Self.samples(of: operation)
    var text = ""
    for (index, sample) in samples.enumerated() { text += Self.text(sample, "f\(index)", "") }
    for program in try programs(text) {
      for (index, sample) in samples.enumerated() {
        #expect(program.trap("f\(index)", sample.arguments)?.trap == .memoryOutOfBounds)
      }
    }
  }

  /// A trap that the optimizer knows of has the same code.
  @Test(arguments: operations)
  func aTrapThatTheOptimizerFoldsKeepsItsCode(operation: Operation) throws {
    let integers = ["i8", "i16", "i32", "i64"]
    let samples = Self.samples(of: operation).filter { sample in
      sample.parameters.split(separator: ", ").allSatisfy { integers.contains(String($0)) }
    }
    var text = ""
    for (index, sample) in samples.enumerated() {
      let types = sample.parameters.split(separator: ", ")
      for (number, (type, argument)) in zip(types, sample.arguments).enumerated() {
        text += number == 0 ? "function %f\(index)() {\nblock0:\n" : ""
        text += "    v\(number) = iconst.\(type) \(argument)\n"
      }
      if types.isEmpty { text += "function %f\(index)() {\nblock0:\n" }
      text += "    \(sample.instruction.replacing("CODE", with: "user11"))\n"
      text += operation == .trap ? "}\n" : "    return\n}\n"
    }
    for program in try programs(text) {
      for (index, sample) in samples.enumerated() {
        #expect(program.trap("f\(index)")?.trapNumber == 11, "\(sample.instruction)")
      }
    }
  }

  @Test func trapCodesAreReadAsTheyArePrinted() throws {
    var printer = FunctionPrinter()
    for operation in Self.operations {
      for sample in Self.samples(of: operation) {
        let text = Self.text(sample, "f", "user9")
        let file = ClifReader.read(Array(text.utf8))
        #expect(file.errors.isEmpty, "\(text)")
        let printed = printer.print(try #require(file.functions.first).function)
        #expect(printed.contains("user9"), "\(printed)")
        let again = ClifReader.read(Array(printed.utf8))
        #expect(
          printer.print(try #require(again.functions.first).function) == printed)
      }
    }
  }
}
