import PulleyISA

/// The registers of one class that are occupied at each point, as masks, so that one search of a range
/// finds all registers that are free in it.
struct BusyMap: Sendable {
  /// By half instruction: the half up to the uses, and the half from the definitions on. Ranges in
  /// registers start and end between halves.
  private var masks: [UInt64] = []
  /// By group of halves: the union of their masks.
  private var summaries: [UInt64] = []

  private static let groupShift = 5
  private static let groupSize = 1 << groupShift

  mutating func reset(instructionCount: Int) {
    let groups = (2 * instructionCount + Self.groupSize - 1) >> Self.groupShift
    masks.reset(to: 0, count: groups << Self.groupShift)
    summaries.reset(to: 0, count: groups)
  }

  private func halves(of range: LiveRange) -> Range<Int> {
    Int(range.start >> 1)..<Int((range.end + 1) >> 1)
  }

  /// The registers of `candidates` that are free in all of `range`.
  func free(_ candidates: UInt64, in range: LiveRange) -> UInt64 {
    let halves = halves(of: range)
    var free = candidates
    var index = halves.lowerBound
    while index < halves.upperBound, free != 0 {
      if index & (Self.groupSize - 1) == 0, index + Self.groupSize <= halves.upperBound {
        free &= ~summaries[index >> Self.groupShift]
        index += Self.groupSize
      } else {
        free &= ~masks[index]
        index += 1
      }
    }
    return free
  }

  mutating func take(_ bit: UInt64, in range: LiveRange) {
    let halves = halves(of: range)
    for index in halves { masks[index] |= bit }
    for group in groups(of: halves) { summaries[group] |= bit }
  }

  mutating func release(_ bit: UInt64, in range: LiveRange) {
    let halves = halves(of: range)
    for index in halves { masks[index] &= ~bit }
    for group in groups(of: halves) {
      let first = group << Self.groupShift
      if first >= halves.lowerBound, first + Self.groupSize <= halves.upperBound {
        summaries[group] &= ~bit
      } else {
        var union: UInt64 = 0
        for index in first..<first + Self.groupSize { union |= masks[index] }
        summaries[group] = union
      }
    }
  }

  private func groups(of halves: Range<Int>) -> ClosedRange<Int> {
    let first = halves.lowerBound >> Self.groupShift
    return first...max(first, (halves.upperBound - 1) >> Self.groupShift)
  }
}
