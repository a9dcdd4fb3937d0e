import PulleyIR
import PulleyWasm
import Testing

/// The IR of a function of a module, verified, as text: the blocks without the header.
func translated(_ module: ModuleBuilder, function index: Int = 0) throws -> String {
  let valid = try module.load()
  var translator = FunctionTranslator(valid, layout: ContextLayout(valid))
  let function = try translator.translate(index)
  var verifier = Verifier()
  #expect(verifier.verify(function) == [])
  return body(function)
}

/// A module with one function of the given operators, without the last `end`.
func translated(
  _ parameters: [UInt8], _ results: [UInt8], locals: [[UInt8]] = [], _ operators: [UInt8]
) throws -> String {
  try translated(.function(type: (parameters, results), locals: locals, operators))
}

/// The text of a function from the first block on, without indentation.
func body(_ function: Function) -> String {
  var printer = FunctionPrinter()
  let lines = printer.print(function).split(separator: "\n")
  guard let first = lines.firstIndex(where: { $0.hasPrefix("block") }) else { return "" }
  return lines[first..<lines.count - 1].map { line in
    String(line.drop { $0 == " " })
  }.joined(separator: "\n")
}

/// The operators that the tests below use, by name.
enum Op {
  static let unreachable: UInt8 = 0x00
  static let block: UInt8 = 0x02
  static let loop: UInt8 = 0x03
  static let `if`: UInt8 = 0x04
  static let `else`: UInt8 = 0x05
  static let br: UInt8 = 0x0C
  static let brIf: UInt8 = 0x0D
  static let brTable: UInt8 = 0x0E
  static let `return`: UInt8 = 0x0F
  static let call: UInt8 = 0x10
  static let callIndirect: UInt8 = 0x11
  static let drop: UInt8 = 0x1A
  static let select: UInt8 = 0x1B
  static let get: UInt8 = 0x20
  static let set: UInt8 = 0x21
  static let tee: UInt8 = 0x22
  static let globalGet: UInt8 = 0x23
  static let globalSet: UInt8 = 0x24
  static let tableGet: UInt8 = 0x25
  static let tableSet: UInt8 = 0x26
  static let i32Load: UInt8 = 0x28
  static let i64Store8: UInt8 = 0x3C
  static let memorySize: UInt8 = 0x3F
  static let memoryGrow: UInt8 = 0x40
  static let i32: UInt8 = 0x41
  static let i64: UInt8 = 0x42
  static let i32Eqz: UInt8 = 0x45
  static let i32LtS: UInt8 = 0x48
  static let i64Eqz: UInt8 = 0x50
  static let f64Lt: UInt8 = 0x63
  static let i32Add: UInt8 = 0x6A
  static let i32Sub: UInt8 = 0x6B
  static let i32Shl: UInt8 = 0x74
  static let wrap: UInt8 = 0xA7
  static let extendU: UInt8 = 0xAD
  static let extend8: UInt8 = 0xC0
  static let refNull: UInt8 = 0xD0
  static let refIsNull: UInt8 = 0xD1
  static let refFunc: UInt8 = 0xD2
}
