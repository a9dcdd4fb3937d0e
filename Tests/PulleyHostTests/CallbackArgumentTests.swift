import PulleyDeclarations
import PulleyVM
import Testing

@testable import PulleyHost

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Host functions that take functions of the guest, called as a guest calls them.
@Suite struct CallbackArguments {
  private let machine: FakeMachine
  private let guest = FakeGuest()

  init() throws {
    machine = try FakeMachine()
    machine.environment.guest = guest
  }

  private func record(
    _ parameters: [HostType], result: HostType, _ function: UnsafeRawPointer
  ) throws -> HostFunctionRecord {
    let signature = HostSignature(result: result, context: [], parameters: parameters)
    let definition = HostDefinition(
      name: "env.f", signature: signature,
      function: unsafeBitCast(function, to: HostDefinition.Function.self))
    return try HostFunctionRecord(
      definition, type: try GuestABI.functionType(of: signature, .guest32),
      environment: machine.environment, signatureNumber: 0)
  }

  private func call(_ record: HostFunctionRecord, _ arguments: [UInt64]) throws -> (
    status: Int32, x0: UInt64, message: String?
  ) {
    let type = try GuestABI.functionType(of: record.definition.signature, .guest32)
    let outcome = machine.call(record, type: type, arguments)
    return (outcome.status, outcome.x0, (machine.machine.hostError as? HostTrap)?.message)
  }

  private func sorting() throws -> HostFunctionRecord {
    let comparator = CallbackType(try HostSignature("int(ptr?, ptr?)"), isNullable: false)
    let sort:
      @convention(c) (
        UnsafeMutableRawPointer?, Int, Int,
        (@convention(c) (UnsafeRawPointer?, UnsafeRawPointer?) -> Int32)?
      ) -> Void = { base, count, size, compare in
        guard let base, let compare else { return }
        qsort(base, count, size, compare)
      }
    return try record(
      [.nullablePointer, .size, .size, .callback(comparator)], result: .void,
      unsafeBitCast(sort, to: UnsafeRawPointer.self))
  }

  @Test func `qsort sorts the guest's memory with the guest's comparator`() throws {
    let record = try sorting()
    let base = try #require(machine.memory.pointee.base)
    let numbers = (base + 64).assumingMemoryBound(to: Int32.self)
    for index in 0..<100 { numbers[index] = Int32(truncatingIfNeeded: index &* 2_654_435_761) }
    guest.functions[3] = FakeFunction { slots in
      let left = base.load(fromByteOffset: Int(slots[0]), as: Int32.self)
      let right = base.load(fromByteOffset: Int(slots[1]), as: Int32.self)
      slots[0] = UInt64(UInt32(bitPattern: left < right ? -1 : left > right ? 1 : 0))
      return nil
    }
    #expect(try call(record, [64, 100, 4, 3]).status == 0)
    #expect((1..<100).allSatisfy { numbers[$0 - 1] < numbers[$0] })
  }

  @Test func `a trap in a callback ends the host call with the callback's trap`() throws {
    let record = try sorting()
    let function = FakeFunction { _ in HostTrap(message: "deliberate") }
    guest.functions[3] = function
    let outcome = try call(record, [64, 100, 4, 3])
    #expect(outcome.status != 0)
    #expect(outcome.message == "deliberate")
    #expect(function.callCount == 1)
    #expect(!machine.environment.hasPendingTrap)
  }

  @Test func `a function pointer that is none traps with the function and the argument`() throws {
    let record = try sorting()
    #expect(
      try call(record, [64, 100, 4, 0]).message
        == "argument 4 of env.f must be a function, but it is NULL")
    #expect(
      try call(record, [64, 100, 4, 9]).message
        == "argument 4 of env.f is not a function that C can call: there is no function 9")
  }

  /// A type as the declaration `TYPE *`.
  private static func pointer(_ type: CType) -> CType { .pointer(PointerType(to: type)) }

  @Test func `arrays of strings and of handles are copied for the callback and end with it`() throws
  {
    let object = Record(.structure, tag: "value")
    let callback = CallbackType(
      HostSignature(
        result: .i32, context: [],
        parameters: [
          .i32,
          .data(
            PointedData(
              Self.pointer(.integer(.char)), extent: .elements(.parameter(position: 0)))),
          .data(
            PointedData(
              Self.pointer(.record(object)), extent: .elements(.parameter(position: 0)))),
          .handle(HandleType(name: "struct value")),
        ]))
    typealias Row =
      @convention(c) (
        Int32, UnsafeMutablePointer<UnsafePointer<CChar>?>?,
        UnsafeMutablePointer<UnsafeMutableRawPointer?>?, UnsafeMutableRawPointer?
      ) -> Int32
    let rows: @convention(c) (Row?) -> Int32 = { row in
      var texts: [UnsafePointer<CChar>?] = [nil, nil, nil]
      let (first, last) = (strdup("one"), strdup("three"))
      defer {
        free(first)
        free(last)
      }
      texts[0] = UnsafePointer(first)
      texts[2] = UnsafePointer(last)
      var words = [1, 2, 3]
      return words.withUnsafeMutableBytes { words in
        var objects = (0..<3).map { index in words.baseAddress.map { $0 + 8 * index } }
        let result = row?(3, &texts, &objects, objects[1]) ?? -1
        return texts[0] == UnsafePointer(first) && texts[1] == nil ? result : -2
      }
    }
    let record = try record(
      [.callback(callback)], result: .i32, unsafeBitCast(rows, to: UnsafeRawPointer.self))
    let base = try #require(machine.memory.pointee.base)
    let guest = guest
    nonisolated(unsafe) var handles: [UInt64] = []
    guest.functions[3] = FakeFunction { slots in
      func word(_ address: UInt64, _ index: Int) -> UInt64 {
        UInt64((base + Int(address) + 4 * index).load(as: UInt32.self))
      }
      func text(_ address: UInt64) -> String {
        String(cString: (base + Int(address)).assumingMemoryBound(to: CChar.self))
      }
      guard slots[0] == 3, text(word(slots[1], 0)) == "one", word(slots[1], 1) == 0,
        text(word(slots[1], 2)) == "three"
      else { return HostTrap(message: "other strings") }
      handles = (0..<3).map { word(slots[2], $0) }
      guard slots[3] == handles[1], Set(handles).count == 3,
        (try? guest.handles.object(handles[0], type: "struct value")) != nil
      else { return HostTrap(message: "other handles") }
      slots[0] = 5
      return nil
    }
    let outcome = try call(record, [3])
    #expect(outcome.status == 0, "\(outcome.message ?? "")")
    #expect(outcome.x0 & 0xFFFF_FFFF == 5)
    #expect(Set(guest.freed) == Set(guest.allocated) && !guest.freed.isEmpty)
    for handle in handles {
      #expect(throws: HandleError.self) {
        try guest.handles.object(handle, type: "struct value")
      }
    }
  }

  @Test func `C receives what the callback writes through a pointer to the host's memory`() throws {
    let callback = CallbackType(
      HostSignature(
        result: .void, context: [],
        parameters: [.data(PointedData(.integer(.long), access: .readWrite))]))
    let twice: @convention(c) ((@convention(c) (UnsafeMutablePointer<Int>?) -> Void)?) -> Int = {
      change in
      var number = -20
      change?(&number)
      return number
    }
    let record = try record(
      [.callback(callback)], result: .ssize, unsafeBitCast(twice, to: UnsafeRawPointer.self))
    let base = try #require(machine.memory.pointee.base)
    guest.functions[3] = FakeFunction { slots in
      let place = base + Int(slots[0])
      place.storeBytes(of: place.load(as: Int32.self) - 1, as: Int32.self)
      return nil
    }
    let outcome = try call(record, [3])
    #expect(outcome.status == 0, "\(outcome.message ?? "")")
    #expect(Int32(truncatingIfNeeded: outcome.x0) == -21)
  }
}
