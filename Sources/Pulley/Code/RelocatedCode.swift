import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyVM

/// The code of all functions of a module in one text, with relocations applied.
struct RelocatedCode: Sendable {
  /// The place of each function of the image in the text.
  var ranges: [Range<Int>] = []
  var text: [UInt8] = []
  /// Instructions that name a function: sorted offsets in the text, and the functions' numbers.
  var calls: [(offset: UInt32, function: UInt32)] = []
  var traps: [(offset: UInt32, code: UInt32)] = []
  var sources: [(offset: UInt32, location: UInt32)] = []

  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody {
    guard ranges.indices.contains(function) else {
      throw FunctionUnavailable(message: "the artifact has no function \(function)")
    }
    let range = ranges[function]
    return FunctionBody(
      bytes: Array(text[range]),
      calls: calls.entries(in: range, by: \.offset).map { call in
        CallTarget(
          instruction: call.offset - UInt32(range.lowerBound), function: call.function)
      })
  }

  /// The memory that the code takes, in bytes.
  var byteCount: Int {
    text.count + 16 * ranges.count + 8 * (calls.count + traps.count + sources.count)
  }

  /// Whether the code has instructions that upstream lacks.
  var usesOwnInstructions: Bool {
    ranges.contains { range in
      var offset = range.lowerBound
      while offset < range.upperBound, let next = try? Decoder.decode(text, at: offset) {
        if next.opcode.isOwn { return true }
        offset += next.lengthWithTable
      }
      return false
    }
  }

  func trapCode(function: Int, offset: Int) -> TrapCode? {
    let position = ranges[function].lowerBound + offset
    let index = traps.partitioningIndex { Int($0.offset) >= position }
    guard index < traps.count, Int(traps[index].offset) == position else { return nil }
    return TrapCode(rawValue: UInt8(truncatingIfNeeded: traps[index].code))
  }

  func sourceOffset(function: Int, offset: Int) -> Int? {
    let position = ranges[function].lowerBound + offset
    let index = sources.partitioningIndex { Int($0.offset) > position }
    guard index > 0, Int(sources[index - 1].offset) >= ranges[function].lowerBound else {
      return nil
    }
    let location = sources[index - 1].location
    return location == .max ? nil : Int(location)
  }
}

extension Array {
  /// The entries whose offsets are in a range. The array must be sorted by these offsets.
  func entries(in range: Range<Int>, by offset: (Element) -> UInt32) -> ArraySlice<Element> {
    let first = partitioningIndex { Int(offset($0)) >= range.lowerBound }
    return self[first...].prefix { Int(offset($0)) < range.upperBound }
  }
}

extension RelocatedCode {
  /// Concatenates functions and fills in the distances between them.
  ///
  /// - Parameter target: the function that a relocation names; nil if it names anything else.
  init(
    _ functions: [CompiledFunction], target: (Relocation) -> Int?
  ) throws(PulleyError) {
    var size = 0
    for function in functions {
      ranges.append(size..<size + function.code.count)
      size += function.code.count
    }
    guard size <= Int(Int32.max) else {
      throw PulleyError(.limit, "the code takes \(size) bytes, more than distances can span")
    }
    text.reserveCapacity(size)
    for (number, function) in functions.enumerated() {
      let base = UInt32(text.count)
      text += function.code
      for relocation in function.relocations {
        guard let target = target(relocation) else { continue }
        let place = Int(base + relocation.offset) + Int(relocation.patchDistance)
        let distance = ranges[target].lowerBound - Int(base + relocation.offset)
        withUnsafeBytes(of: Int32(distance).littleEndian) { bytes in
          text.replaceSubrange(place..<place + 4, with: bytes)
        }
        calls.append((base + relocation.offset, UInt32(target)))
      }
      traps += function.traps.map { (base + $0.offset, UInt32($0.code.rawValue)) }
      sources += function.sourceLocations.map { (base + $0.offset, $0.location) }
      assert(ranges[number].upperBound == text.count)
    }
  }
}
