import PulleyWasm

@testable import PulleyWat

/// An unsigned number in LEB128.
func leb(_ value: Int) -> [UInt8] {
  value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + leb(value >> 7)
}

func sized(_ bytes: [UInt8]) -> [UInt8] { leb(bytes.count) + bytes }
func name(_ text: String) -> [UInt8] { sized(Array(text.utf8)) }
func vector(_ items: [[UInt8]]) -> [UInt8] { leb(items.count) + items.flatMap { $0 } }
func section(_ id: UInt8, _ contents: [UInt8]) -> [UInt8] { [id] + sized(contents) }

/// A custom section.
func custom(_ title: String, _ contents: [UInt8]) -> [UInt8] { section(0, name(title) + contents) }

func module(_ sections: [UInt8]...) -> [UInt8] {
  [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0] + sections.flatMap { $0 }
}

/// Functions of the type `[] -> []` with these operators, which lack their last `end`.
func functions(_ bodies: [UInt8]..., locals: [[UInt8]] = [], before: [UInt8] = []) -> [UInt8] {
  section(1, vector([[0x60, 0, 0]])) + section(3, vector(bodies.map { _ in [0] })) + before
    + section(10, vector(bodies.map { sized(vector(locals) + $0 + [0x0B]) }))
}

func printed(_ bytes: [UInt8], isFolded: Bool = false) throws -> String {
  var options = WatPrinter.Options()
  options.isFolded = isFolded
  return String(decoding: try WatPrinter.print(ModuleBytes(bytes), options: options), as: UTF8.self)
}

/// The lines between `(func …` and its end, without indentation.
func printedBody(_ operators: [UInt8], isFolded: Bool = false) throws -> [String] {
  try printed(module(functions(operators)), isFolded: isFolded)
    .split(separator: "\n").dropFirst(3).dropLast(2)
    .map { line in String(line.drop { $0 == " " }) }
}

/// The line that contains `text`, without indentation.
func line(with text: String, in output: String) -> String? {
  output.split(separator: "\n").first { $0.contains(text) }
    .map { line in String(line.drop { $0 == " " }) }
}
