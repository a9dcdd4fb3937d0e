import PulleyDeclarations
import PulleyVM
import Testing

@testable import PulleyHost

/// What a guest's function received.
private final class Recorder {
  var words: [UInt64] = []
  var result: [UInt64] = [0, 0]
}

@Suite struct CallbackPaths {
  private static let types: [(host: String, guest: GuestType)] = [
    ("bool", .i32), ("i8", .i32), ("u8", .i32), ("i16", .i32), ("u16", .i32), ("i32", .i32),
    ("u32", .i32), ("i64", .i64), ("u64", .i64), ("long", .i32), ("size_t", .i64), ("f32", .f32),
    ("f64", .f64), ("ptr", .i32), ("v128", .v128),
  ]

  /// Calls C function pointers through libffi, and compares what arrives with what was passed.
  @Test func `thunks and closures pass every scalar like libffi calls`() throws {
    var random = RepeatableRandom(state: 13)
    let machine = try FakeMachine()
    for round in 0..<600 {
      let count = Int.random(in: 0...20, using: &random)
      let chosen = (0..<count).map { _ in Self.types.randomElement(using: &random)! }
      let result = Self.types.randomElement(using: &random)!
      let signature = try HostSignature(
        "\(result.host)(\(chosen.map(\.host).joined(separator: ", ")))")
      let type = GuestFunctionType(parameters: chosen.map(\.guest), results: [result.guest])
      let arguments = signature.parameters.map {
        $0 == .pointer ? random.next() % 4096 : random.next()
      }
      let returned = signature.result == .pointer ? random.next() % 4096 : random.next()
      var outcomes: [[UInt64]] = []
      for path in [CallbackPointer.Path.native, .closure] {
        let recorder = Recorder()
        recorder.result = [returned, ~returned]
        let outcome = try call(
          signature, type, arguments, recorder, machine: machine, path)
        outcomes.append(recorder.words + outcome)
      }
      #expect(outcomes[0] == outcomes[1], "round \(round): \(signature)")
      let expected = zip(signature.parameters, arguments).flatMap { Self.words($0, $1) }
      let wanted = expected + Self.result(signature.result, returned)
      #expect(outcomes[0] == wanted, "round \(round): \(signature)")
    }
  }

  /// The words of a guest with 32-bit addresses for an argument.
  private static func words(_ type: HostType, _ argument: UInt64) -> [UInt64] {
    switch type {
    case .bool: [UInt32(truncatingIfNeeded: argument) == 0 ? 0 : 1]
    case .i8: [UInt64(UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: argument))))]
    case .u8: [argument & 0xFF]
    case .i16: [UInt64(UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: argument))))]
    case .u16: [argument & 0xFFFF]
    case .i32, .u32, .f32, .ssize, .size: [argument & 0xFFFF_FFFF]
    case .v128: [argument, ~argument]
    default: [argument]
    }
  }

  /// The words of a host call's result for a word of the guest's.
  private static func result(_ type: HostType, _ word: UInt64) -> [UInt64] {
    switch type {
    case .bool: [UInt32(truncatingIfNeeded: word) == 0 ? 0 : 1]
    case .i8: [UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: word)))]
    case .u8: [word & 0xFF]
    case .i16: [UInt64(bitPattern: Int64(Int16(truncatingIfNeeded: word)))]
    case .u16: [word & 0xFFFF]
    case .i32, .ssize: [UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: word)))]
    case .u32, .size, .f32: [word & 0xFFFF_FFFF]
    case .v128: [word, ~word]
    default: [word]
    }
  }

  /// Calls a function pointer to a function that records its words. Returns the result.
  private func call(
    _ signature: HostSignature, _ type: GuestFunctionType, _ arguments: [UInt64],
    _ recorder: Recorder, machine: FakeMachine, _ path: CallbackPointer.Path
  ) throws -> [UInt64] {
    let plan = try CallbackPlan(CallbackType(signature), .guest32, place: "argument 1 of env.f")
    let count = plan.body.pointee.arguments
    let words = (0..<plan.body.pointee.count).reduce(0) { $0 + (count[$1] == .wide ? 2 : 1) }
    let function = FakeFunction { slots in
      recorder.words = (0..<words).map { slots[$0] }
      slots[0] = recorder.result[0]
      if signature.result == .v128 { slots[1] = recorder.result[1] }
      return nil
    }
    let pointer = try #require(CallbackPointer.make(plan, path: path))
    defer { pointer.retire() }
    pointer.target.pointee.environment = machine.environment.block
    pointer.target.pointee.function = function
    pointer.target.pointee.thread.store(CallbackTable.currentThread, ordering: .relaxed)
    defer { pointer.target.pointee.thread.store(0, ordering: .relaxed) }
    let definition = HostDefinition(
      name: "env.f", signature: signature,
      function: unsafeBitCast(pointer.address, to: HostDefinition.Function.self))
    let record = try HostFunctionRecord(
      definition, type: type, environment: machine.environment, signatureNumber: 0, path: .general)
    let outcome = machine.call(record, type: type, arguments)
    guard outcome.status == 0 else { return [] }
    switch signature.result {
    case .f32, .f64: return [outcome.f0]
    case .v128:
      let vector = machine.registers + StateLayout.v(0)
      return [vector.load(as: UInt64.self), vector.load(fromByteOffset: 8, as: UInt64.self)]
    default: return [outcome.x0]
    }
  }
}
