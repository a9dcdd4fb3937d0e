import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyVM

/// The code of all functions of a module in one text, with relocations applied.
struct RelocatedCode: Sendable {
  /// The place of each function of the image in the text.
  let ranges: RangeTable
  let text: ByteView
  /// Instructions that name a function: sorted offsets in the text, and the functions' numbers.
  let calls: PairTable
  /// Sorted offsets in the text, and trap codes.
  let traps: PairTable
  /// Sorted offsets in the text, and places in the source.
  let sources: PairTable
  /// For each handler of exceptions two entries with the offset in the text of its call: the handler's tag;
  /// and the offset in the text of its first instruction, with `handlesAll` if the tag does not matter.
  let handlers: PairTable

  /// More than any offset in a text.
  private static let handlesAll: UInt32 = 1 << 31

  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody {
    guard ranges.indices.contains(function) else {
      throw FunctionUnavailable(message: "the artifact has no function \(function)")
    }
    let range = ranges[function]
    var body = FunctionBody(
      bytes: text.array(range),
      calls: calls.entries(in: range).map { call in
        CallTarget(instruction: call.offset - UInt32(range.lowerBound), function: call.value)
      })
    body.handlers = handlers(of: range)
    return body
  }

  /// Whether the entries of each handler are for one call, and its first instruction is in the function of
  /// the call.
  var hasValidHandlers: Bool {
    guard handlers.count % 2 == 0 else { return false }
    var function = 0
    for place in stride(from: 0, to: handlers.count, by: 2) {
      let call = handlers[place].offset
      while function < ranges.count, ranges[function].upperBound <= Int(call) { function += 1 }
      guard function < ranges.count, handlers[place + 1].offset == call,
        ranges[function].contains(Int(call)),
        ranges[function].contains(Int(handlers[place + 1].value & ~Self.handlesAll))
      else { return false }
    }
    return true
  }

  func handlers(of range: Range<Int>) -> [ExceptionHandler] {
    let entries = Array(handlers.entries(in: range))
    let base = UInt32(range.lowerBound)
    return stride(from: 0, to: entries.count - 1, by: 2).map { place in
      let target = entries[place + 1].value
      return ExceptionHandler(
        call: entries[place].offset - base,
        tag: target & Self.handlesAll == 0 ? entries[place].value : nil,
        target: (target & ~Self.handlesAll) &- base)
    }
  }

  /// The memory that the code takes, in bytes.
  var byteCount: Int {
    text.count + 16 * ranges.count + 8
      * (calls.count + traps.count + sources.count + handlers.count)
  }

  /// Whether the code has instructions that upstream lacks.
  var usesOwnInstructions: Bool {
    ranges.contains { range in
      var offset = range.lowerBound
      while offset < range.upperBound, let next = try? Decoder.decode(text.bytes.bytes, at: offset)
      {
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
    return TrapCode(rawValue: UInt8(truncatingIfNeeded: traps[index].value))
  }

  func sourceOffset(function: Int, offset: Int) -> Int? {
    let position = ranges[function].lowerBound + offset
    let index = sources.partitioningIndex { Int($0.offset) > position }
    guard index > 0, Int(sources[index - 1].offset) >= ranges[function].lowerBound else {
      return nil
    }
    let location = sources[index - 1].value
    return location == .max ? nil : Int(location)
  }
}

extension RelocatedCode {
  /// Concatenates functions and fills in the distances between them.
  ///
  /// - Parameter target: the function that a relocation names; nil if it names anything else.
  init(
    _ functions: [CompiledFunction], target: (Relocation) -> Int?
  ) throws(PulleyError) {
    var ranges: [Range<Int>] = []
    var size = 0
    for function in functions {
      ranges.append(size..<size + function.code.count)
      size += function.code.count
    }
    guard size <= Int(Int32.max) else {
      throw PulleyError(.limit, "the code takes \(size) bytes, more than distances can span")
    }
    var text: [UInt8] = []
    text.reserveCapacity(size)
    var calls: [PairTable.Entry] = []
    for function in functions {
      let base = UInt32(text.count)
      text += function.code
      for relocation in function.relocations {
        guard let target = target(relocation) else { continue }
        let place = Int(base + relocation.offset) + Int(relocation.patchDistance)
        let distance = ranges[target].lowerBound - Int(base + relocation.offset)
        withUnsafeBytes(of: Int32(distance).littleEndian) { bytes in
          text.replaceSubrange(place..<place + 4, with: bytes)
        }
        calls.append(PairTable.Entry(offset: base + relocation.offset, value: UInt32(target)))
      }
    }
    self.text = ByteView(text)
    self.ranges = RangeTable(
      table: PairTable(
        ranges.lazy.map {
          PairTable.Entry(offset: UInt32($0.lowerBound), value: UInt32($0.count))
        }))
    self.calls = PairTable(calls)
    traps = PairTable(
      zip(functions, ranges).lazy.flatMap { function, range in
        function.traps.lazy.map {
          PairTable.Entry(
            offset: UInt32(range.lowerBound) + $0.offset, value: UInt32($0.code.rawValue))
        }
      })
    handlers = PairTable(
      zip(functions, ranges).lazy.flatMap { function, range in
        function.handlers.lazy.flatMap { handler in
          let (base, call) = (UInt32(range.lowerBound), UInt32(range.lowerBound) + handler.call)
          return [
            PairTable.Entry(offset: call, value: handler.tag ?? 0),
            PairTable.Entry(
              offset: call,
              value: (base &+ handler.target) | (handler.tag == nil ? Self.handlesAll : 0)),
          ]
        }
      })
    sources = PairTable(
      zip(functions, ranges).lazy.flatMap { function, range in
        function.sourceLocations.lazy.map {
          PairTable.Entry(offset: UInt32(range.lowerBound) + $0.offset, value: $0.location)
        }
      })
  }
}
