/// The table of all WebAssembly operators.
///
/// Each operator is one row of the arrays in `Operators+….swift`; all other facts about
/// operators follow from their rows.
package enum Operators {
  /// All rows. A test checks that each code has one, and that no two rows share an encoding.
  static let all: [[OperatorRow]] = [
    control, calls, variables, references, memories, tables, accesses, numbers, comparisons,
    integers, floats, conversions, wideIntegers, aggregates, vectorAccesses, lanes,
    vectorComparisons, bitwise, bytes, shorts, words, doubleWords, vectorFloats, relaxed, atomics,
  ]

  /// The positions in `rows` that are reserved for the operators with a prefix byte; nil if it is not
  /// one. The first 256 positions are for operators without a prefix.
  @inline(__always)
  static func positions(ofPrefix byte: UInt8) -> Range<Int>? {
    switch byte {
    case 0xFB: 0x100..<0x120
    case 0xFC: 0x120..<0x140
    case 0xFD: 0x140..<0x280
    case 0xFE: 0x280..<0x300
    default: nil
    }
  }

  /// The rows in the order of their encodings. An operator of one byte is at the index of that byte;
  /// one with a prefix is in the range of the prefix, at the number that follows the prefix.
  ///
  /// Readers hold the address, since each operator that is decoded needs its row.
  package static var rows: UnsafePointer<OperatorRow> {
    @inline(__always) get { table.rows }
  }

  /// The row of an operator.
  @inline(__always)
  static func row(_ code: OperatorCode) -> UnsafePointer<OperatorRow> {
    let table = table
    return table.rows + Int(table.positions[Int(code.rawValue)])
  }

  /// The number of rows, those without an operator included.
  package static let count = 0x300

  private typealias Table = (rows: UnsafePointer<OperatorRow>, positions: UnsafePointer<UInt16>)

  // The memory is only read after this initialiser, which runs once.
  nonisolated(unsafe) private static let table: Table = {
    let rows = UnsafeMutablePointer<OperatorRow>.allocate(capacity: count)
    rows.initialize(repeating: unassigned, count: count)
    let codeCount = OperatorCode.allCases.count
    let positions = UnsafeMutablePointer<UInt16>.allocate(capacity: codeCount)
    positions.initialize(repeating: UInt16(count - 1), count: codeCount)
    for group in all {
      for row in group {
        guard let position = position(row.encoding) else { continue }
        rows[position] = row
        positions[Int(row.code.rawValue)] = UInt16(truncatingIfNeeded: position)
      }
    }
    return (UnsafePointer(rows), UnsafePointer(positions))
  }()

  private static func position(_ encoding: UInt32) -> Int? {
    if encoding < 0x100 { return Int(encoding) }
    let (prefix, number) = (UInt8(truncatingIfNeeded: encoding >> 12), Int(encoding & 0xFFF))
    guard let range = positions(ofPrefix: prefix), number < range.count else { return nil }
    return range.lowerBound + number
  }

  private static var unassigned: OperatorRow {
    OperatorRow(
      code: .unreachable, encoding: 0, mnemonic: "", immediates: .none,
      typing: .special, signature: .nullary(to: .none), naturalAlignment: 0, isAtomic: false,
      laneCount: 0, special: .nop, arity: .fixed(0, 0), translation: .special(.nop),
      isConstant: false, isAssigned: false)
  }
}
