import Pulley
import PulleyCodegen
import PulleyIR
import PulleyISA

/// `test compile`
extension ClifTestFile {
  /// Compiles each function; if `isPrecise`, compares how many instructions it has with the listing
  /// in the comments behind it, which need not have the same ones.
  func compile(_ outcome: inout ClifTestOutcome, isPrecise: Bool) {
    let compiler = ClifCompiler(optimizes: engine.options.optimizes)
    let isBigEndian = target?.contains("big_endian") == true
    for item in file.functions {
      var function = item.function
      if isBigEndian { function.makeBigEndian() }
      do {
        let count = instructionCount(try compiler.compile(function).code)
        outcome.pass("compile")
        guard isPrecise, let expected = expectedCount(item.comments) else { continue }
        outcome.compare(
          ClifTestOutcome.Size(function: "\(function.name)", count: count, expected: expected))
      } catch {
        outcome.fail("compile", line: item.line, "\(function.name): \(error)")
      }
    }
  }

  /// How many lines of the listing are instructions: entries of branch tables are numbers alone.
  private func expectedCount(_ comments: [ClifComment]) -> Int? {
    guard let start = comments.firstIndex(where: { $0.text == "Disassembled:" }) else { return nil }
    return comments[(start + 1)...].filter { !$0.text.isEmpty && !$0.text.hasPrefix("0x") }.count
  }

  private func instructionCount(_ code: [UInt8]) -> Int {
    var (count, offset) = (0, 0)
    while offset < code.count, let instruction = try? Decoder.decode(code, at: offset) {
      count += 1
      offset += instruction.lengthWithTable
    }
    return count
  }
}

extension PulleyIR.Function {
  /// Gives the byte order of the target to accesses that do not name one.
  fileprivate mutating func makeBigEndian() {
    for index in instructions.elements.indices {
      switch instructions.elements[index].opcode.format {
      case .load, .store, .atomicRmw, .atomicCas:
        if instructions.elements[index].flags.isDisjoint(with: [.little, .big]) {
          instructions.elements[index].flags.insert(.big)
        }
      default: break
      }
    }
  }
}
