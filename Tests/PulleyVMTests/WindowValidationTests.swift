import PulleyISA
import Testing

@testable import PulleyVM

/// Bytecode of functions with windows that is not what a compiler writes.
@Suite struct WindowValidation {
  private static let bodies = WindowProgram.all.flatMap { $0.functions.map(\.body) }

  /// Predecodes a function, selects its handlers and lays out its cells. True if it is valid.
  private func isValid(_ body: FunctionBody, _ options: PredecodingOptions) -> Bool {
    do {
      let predecoded = try predecodedInWindow(
        body, functionCount: 8, hostSignatures: WindowProgram.hostSignatures)
      let emission = Emission(predecoded, Selection.select(predecoded, options), options)
      let cells = UnsafeMutablePointer<UInt64>.allocate(capacity: emission.wordCount)
      defer { cells.deallocate() }
      emission.write(to: cells, handlers)
      #expect(!emission.locations().isEmpty)
      return true
    } catch {
      #expect(!error.description.isEmpty)
      return false
    }
  }

  @Test func bytecodeWithRandomChangesIsRefusedOrPredecoded() {
    var random = Random(state: 5)
    var options = PredecodingOptions()
    var refused = 0
    let count = 40_000
    for round in 0..<count {
      var body = random.pick(Self.bodies)
      for _ in 0...random.below(3) { change(&body, &random) }
      options.fuses = round % 2 == 0
      options.usesAccumulator = round % 4 < 2
      options.isInterruptible = round % 8 < 4
      if !isValid(body, options) { refused += 1 }
    }
    #expect(refused > count / 10)
    #expect(refused < count)
  }

  private func change(_ body: inout FunctionBody, _ random: inout Random) {
    let place = random.below(body.bytes.count)
    switch random.below(8) {
    case 0: body.bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 1: body.bytes[place] ^= 1 << UInt8(random.below(8))
    case 2: body.bytes.removeSubrange(place...min(place + random.below(4), body.bytes.count - 1))
    case 3: body.bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
    case 4: body.bytes.removeLast(random.below(body.bytes.count))
    case 5:
      // The record.
      let bit = random.below(64)
      body.bytes[min(2 + bit / 8, body.bytes.count - 1)] ^= 1 << UInt8(bit % 8)
    case 6:
      let other = random.pick(Self.bodies).bytes
      let start = random.below(other.count)
      body.bytes.insert(contentsOf: other[start...].prefix(12), at: place)
    default:
      body.calls = body.calls.filter { _ in random.below(2) == 0 }
      body.calls.append(
        CallTarget(instruction: UInt32(place), function: UInt32(random.below(10))))
      body.calls.sort { $0.instruction < $1.instruction }
    }
    if body.bytes.isEmpty { body.bytes = [0] }
  }

  @Test func randomRecordsAreRefusedOrPredecoded() {
    var random = Random(state: 6)
    let options = PredecodingOptions()
    for _ in 0..<4000 {
      var body = random.pick(Self.bodies)
      var bits = random.next() & random.next()
      // Most random bits are no record.
      if random.below(2) == 0 { bits &= 0x0707_0707_0707_0707 }
      var encoder = Encoder()
      encoder.encode(.xconst64, [31, Int64(bitPattern: bits)])
      body.bytes.replaceSubrange(..<encoder.offset, with: encoder.bytes)
      _ = isValid(body, options)
    }
  }

  @Test func aCallFromAFrameThatAnOperandCannotSpanIsRefused() throws {
    var record = WindowRecord(passes: 1)
    record.incoming = 0x1FFF
    for isHostCall in [false, true] {
      var function = WindowFunction(record)
      if isHostCall {
        function.add(.call_indirect_host, 0)
      } else {
        function.add(.call_indirect, 7)
      }
      function.encoder.ret()
      #expect(throws: BytecodeError.self) {
        try predecodedInWindow(function.body, functionCount: 1, hostSignatures: [1])
      }
    }
  }

  @Test func aFunctionWithoutARecordIsRefused() throws {
    let valid = WindowFunction(WindowRecord(isLeaf: true)).body.bytes
    for (register, bits) in [(Int64(30), Int64(0)), (31, -1), (31, 15)] {
      var encoder = Encoder()
      encoder.encode(.xconst64, [register, bits])
      encoder.ret()
      #expect(throws: BytecodeError(.invalidFrame, function: 0, offset: 0)) {
        try predecodedInWindow(FunctionBody(bytes: encoder.bytes), functionCount: 1)
      }
    }
    #expect(throws: BytecodeError.self) {
      try predecodedInWindow(FunctionBody(bytes: valid), functionCount: 1)
    }
    #expect(throws: Never.self) {
      try predecodedInWindow(
        FunctionBody(bytes: valid + [UInt8(Opcode.ret.rawValue)]), functionCount: 1)
    }
  }
}
