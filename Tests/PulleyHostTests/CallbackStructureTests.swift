import PulleyDeclarations
import PulleyVM
import Testing

@testable import PulleyHost

/// A generator of numbers that are the same in each run.
struct RepeatableRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

/// A value in the guest's memory: a structure, or nothing else.
private struct Sample {
  let record: Record
  let passing: GuestABI.Passing
  /// The scalars of the guest's object, by offset and size.
  let scalars: [(offset: Int, size: Int)]
  let size: Int

  init(_ record: Record) throws {
    self.record = record
    passing = try GuestABI.passing(record, .guest32)
    size = try record.layout(.guest32).extent.size
    scalars = try Self.scalars(.record(record), at: 0)
  }

  private static func scalars(_ type: CType, at offset: Int) throws -> [(offset: Int, size: Int)] {
    switch type {
    case .record(let record):
      let layout = try record.layout(.guest32)
      return try zip(record.definition?.members ?? [], layout.offsets).flatMap {
        try scalars($0.type, at: offset + $1)
      }
    case .array(let element, let count):
      let size = try element.extent(.guest32).size
      return try (0..<(count ?? 0)).flatMap { try scalars(element, at: offset + $0 * size) }
    default: return [(offset, try type.extent(.guest32).size)]
    }
  }

  func bytes(at place: UnsafeRawPointer) -> [UInt8] {
    scalars.flatMap { scalar in
      (0..<scalar.size).map { place.load(fromByteOffset: scalar.offset + $0, as: UInt8.self) }
    }
  }
}

@Suite struct CallbackStructures {
  private static let scalars: [CType] = [
    .integer(.int8), .integer(.uint8), .integer(.int16), .integer(.int32), .integer(.int64),
    .integer(.long), .integer(.unsignedLong), .floating(.float), .floating(.double),
  ]

  private static func record(
    _ random: inout RepeatableRandom, depth: Int = 2
  ) -> Record {
    let members = (0..<Int.random(in: 1...4, using: &random)).map { index in
      var type = scalars.randomElement(using: &random) ?? .integer(.int8)
      if depth > 0, Int.random(in: 0..<5, using: &random) == 0 {
        type = .record(record(&random, depth: depth - 1))
      }
      if Int.random(in: 0..<5, using: &random) == 0 {
        type = .array(type, count: Int.random(in: 1...3, using: &random))
      }
      return Record.Member(name: "m\(index)", type: type)
    }
    return Record(.structure, tag: "s", Record.Definition(members: members))
  }

  @Test func `structures reach callbacks by value through thunks and closures`() throws {
    var random = RepeatableRandom(state: 7)
    let machine = try FakeMachine()
    let guest = FakeGuest()
    machine.environment.guest = guest
    for round in 0..<400 {
      let count = Int.random(in: 0...7, using: &random)
      let samples = try (0...count).map { _ in try Sample(Self.record(&random)) }
      guard samples.allSatisfy({ $0.size <= 96 }) else { continue }
      let signature = HostSignature(
        result: .structure(samples[0].record), context: [],
        parameters: samples.dropFirst().flatMap { [.structure($0.record), .i32, .f64] })
      let base = try #require(machine.memory.pointee.base)
      for offset in 0..<1024 {
        base.storeBytes(
          of: UInt8(truncatingIfNeeded: random.next()), toByteOffset: offset, as: UInt8.self)
      }
      for path in [CallbackPointer.Path.native, .closure] {
        guest.nextAddress = 2048
        let found = try call(signature, samples, machine, path)
        #expect(
          found.received == samples.dropFirst().enumerated().map { $1.bytes(at: base + $0 * 96) },
          "round \(round), \(path)")
        #expect(found.result == samples[0].bytes(at: base + 900), "round \(round), \(path)")
      }
      #expect(guest.freed.sorted() == guest.allocated.sorted())
      (guest.freed, guest.allocated) = ([], [])
    }
  }

  /// Passes the objects at 0, 96, … to a callback that returns the object at 900.
  private func call(
    _ signature: HostSignature, _ samples: [Sample], _ machine: FakeMachine,
    _ path: CallbackPointer.Path
  ) throws -> (received: [[UInt8]], result: [UInt8]) {
    let base = try #require(machine.memory.pointee.base)
    let result = samples[0]
    var received: [[UInt8]] = []
    let function = FakeFunction { slots in
      var slot = 0
      if case .indirect = result.passing {
        (base + Int(slots[0])).copyMemory(from: base + 900, byteCount: result.size)
        slot = 1
      }
      for sample in samples.dropFirst() {
        switch sample.passing {
        case .nothing: received.append([])
        case .indirect: received.append(sample.bytes(at: base + Int(slots[slot])))
        case .direct: received.append(sample.bytes(at: slots + slot))
        }
        slot += sample.passing == .nothing ? 0 : 1
        guard slots[slot] == 77, slots[slot + 1] == 2.5.bitPattern else {
          return HostTrap(message: "other arguments have other values")
        }
        slot += 2
      }
      if case .direct = result.passing {
        slots[0] = (base + 900).loadUnaligned(as: UInt64.self)
      }
      return nil
    }
    let plan = try CallbackPlan(CallbackType(signature), .guest32, place: "argument 1 of env.f")
    let pointer = try #require(CallbackPointer.make(plan, path: path))
    pointer.target.pointee.environment = machine.environment.block
    pointer.target.pointee.function = function
    pointer.target.pointee.thread.store(CallbackTable.currentThread, ordering: .relaxed)
    defer {
      pointer.target.pointee.thread.store(0, ordering: .relaxed)
      pointer.retire()
    }
    let definition = HostDefinition(
      name: "env.f", signature: signature,
      function: unsafeBitCast(pointer.address, to: HostDefinition.Function.self))
    let type = try GuestABI.functionType(of: signature, .guest32)
    let record = try HostFunctionRecord(
      definition, type: type, environment: machine.environment, signatureNumber: 0)
    var arguments: [UInt64] = result.passing == .indirect ? [1200] : []
    for (index, sample) in samples.dropFirst().enumerated() {
      switch sample.passing {
      case .nothing: break
      case .indirect: arguments.append(UInt64(index * 96))
      case .direct: arguments.append((base + index * 96).loadUnaligned(as: UInt64.self))
      }
      arguments += [77, 2.5.bitPattern]
    }
    let outcome = machine.call(record, type: type, arguments)
    #expect(outcome.status == 0, "\((machine.machine.hostError as? HostTrap)?.message ?? "")")
    switch result.passing {
    case .nothing: return (received, [])
    case .indirect: return (received, result.bytes(at: base + 1200))
    case .direct(let scalar):
      let word = scalar.isFloat ? outcome.f0 : outcome.x0
      return (received, withUnsafeBytes(of: word) { result.bytes(at: $0.baseAddress!) })
    }
  }
}

extension CType {
  fileprivate var isFloat: Bool { if case .floating = self { true } else { false } }
}
