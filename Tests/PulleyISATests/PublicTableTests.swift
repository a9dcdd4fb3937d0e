import PulleySpec
import Testing

import PulleyISA

/// The table of shared/isa, made from upstream's own source.
@Suite(.enabled(if: SharedSuites.text("isa/isa.tsv") != nil, "shared/isa/isa.tsv is missing"))
struct PublicTable {
  @Test func wasmtimesTableHasTheSameOperationsInTheSamePlaces() throws {
    let table = try #require(SharedSuites.text("isa/isa.tsv"))
    var compared = 0
    for line in table.split(separator: "\n") where !line.hasPrefix("#") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard !columns[2].hasPrefix("(") else { continue }
      let row = operations.first {
        $0.isExtended == (columns[0] == "ext") && $0.number == Int(columns[1])
      }
      let operation = try #require(row, "\(line)")
      #expect(operation.name == columns[2])
      #expect(
        operation.operation.operands.map(\.publicSpelling).joined(separator: ", ")
          == columns[3], "\(operation.name)")
      compared += 1
    }
    #expect(compared == 543)
    #expect(operations.filter { $0.number < firstOwnNumber }.count == 543)
  }
}

extension Operand {
  /// The operand as the public table writes it.
  var publicSpelling: String {
    func register(_ file: RegisterFile) -> String { file.rawValue.uppercased() + "Reg" }
    return switch self {
    case .read(let file, let name), .write(let file, let name): "\(name):\(register(file))"
    case .registers(let dst, let src1, let src2):
      dst == src1 && src1 == src2
        ? "operands:BinaryOperands<\(register(dst))>"
        : "operands:BinaryOperands<\(register(dst)), \(register(src1)), \(register(src2))>"
    case .registersAndU6(let dst, let src1):
      "operands:BinaryOperands<\(register(dst)), \(register(src1)), U6>"
    case .immediate(let type, let name): "\(name):\(type.rawValue)"
    case .lane: "lane:u8"
    case .target(let name): "\(name):PcRelOffset"
    case .upperRegisters(let name): "\(name):UpperRegSet<XReg>"
    case .addressO32: "addr:AddrO32"
    case .addressZ: "addr:AddrZ"
    case .addressG32: "addr:AddrG32"
    case .addressG32Bne: "addr:AddrG32Bne"
    }
  }
}
