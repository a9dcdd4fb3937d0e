import Pulley
import PulleyCodegen
import PulleyIR
import PulleyISA

/// `test compile`
extension ClifTestFile {
  /// Compiles each function. If `isPrecise`, compares the number of its instructions with the listing
  /// in the comments after it; the instructions themselves may differ.
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

  /// The number of instructions in a listing. Entries of branch tables are lines with only a number.
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
  /// Marks accesses that name no byte order as big-endian, as the target is.
  fileprivate mutating func makeBigEndian() {
    for index in instructions.elements.indices {
      switch instructions.elements[index].operation.format {
      case .load, .store, .atomicRmw, .atomicCas:
        if instructions.elements[index].flags.isDisjoint(with: [.little, .big]) {
          instructions.elements[index].flags.insert(.big)
        }
      default: break
      }
    }
  }
}
