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

/// A guest with 32-bit addresses and what calls of its functions from C need.
private struct Caller {
  let machine: FakeMachine
  let guest = FakeGuest()
  var environment: HostEnvironment { machine.environment }

  init() throws {
    machine = try FakeMachine()
    environment.guest = guest
  }

  var base: UnsafeMutableRawPointer { machine.memory.pointee.base! }

  func plan(
    _ signature: String, kept: Bool = false, nullable: Bool = true, sentinels: [Int] = []
  ) throws -> CallbackPlan {
    let type = CallbackType(
      try HostSignature(signature), isNullable: nullable, isKept: kept, sentinels: sentinels)
    return try CallbackPlan(type, .guest32, place: "argument 4 of env.f")
  }

  /// What C receives for a function pointer of the guest's. It has a meaning until `use` is ended.
  func begin(
    _ index: UInt64, _ plan: CallbackPlan, _ use: inout CallbackTable.Use
  ) throws(MarshallingFailure) -> UnsafeRawPointer? {
    try withUnsafeMutablePointer(to: &use) { (use) throws(MarshallingFailure) in
      try environment.beginCallback(at: index, plan, use: use)
    }
  }

  func end(_ use: inout CallbackTable.Use) {
    use.end(environment)
    environment.callbackTable.reportStrayCalls()
  }

  /// The message of the trap that is pending.
  func trap() -> String? { environment.takePendingTrap()?.message }
}

private typealias Comparator =
  @convention(c) (UnsafeRawPointer?, UnsafeRawPointer?) -> Int32

@Suite struct CallbacksFromC {
  private let caller: Caller

  init() throws { caller = try Caller() }

  /// A guest's comparator of 32-bit integers.
  private func comparator() -> FakeFunction {
    let base = caller.base
    return FakeFunction { slots in
      let left = base.load(fromByteOffset: Int(slots[0]), as: Int32.self)
      let right = base.load(fromByteOffset: Int(slots[1]), as: Int32.self)
      slots[0] = UInt64(UInt32(bitPattern: left < right ? -1 : left > right ? 1 : 0))
      return nil
    }
  }

  /// Passes function 7 to `body` as C would receive it.
  private func call(_ plan: CallbackPlan, _ body: (UnsafeRawPointer) -> Void) throws {
    var use = CallbackTable.Use()
    let pointer = try #require(try caller.begin(7, plan, &use))
    body(pointer)
    caller.end(&use)
  }

  @Test func `qsort of the C library sorts with a comparator of the guest`() throws {
    let numbers = caller.base.assumingMemoryBound(to: Int32.self)
    for index in 0..<200 { numbers[index] = Int32(truncatingIfNeeded: index &* 2_654_435_761) }
    caller.guest.functions[7] = comparator()
    try call(try caller.plan("int(ptr, ptr)")) { pointer in
      qsort(numbers, 200, 4) { _, _ in 0 }
      qsort(numbers, 200, 4, unsafeBitCast(pointer, to: Comparator.self))
    }
    #expect((1..<200).allSatisfy { numbers[$0 - 1] < numbers[$0] })
    #expect(caller.trap() == nil)
  }

  @Test func `after a trap C receives zero and the guest is not called again`() throws {
    let function = FakeFunction { _ in HostTrap(message: "deliberate") }
    caller.guest.functions[7] = function
    try call(try caller.plan("i64(i64)")) { pointer in
      let function = unsafeBitCast(pointer, to: (@convention(c) (Int64) -> Int64).self)
      #expect(function(5) == 0)
      #expect(function(6) == 0)
    }
    #expect(function.callCount == 1)
    #expect(caller.trap() == "deliberate")
  }

  @Test func `a pointer outside of the guest's memory traps and names the argument`() throws {
    let function = FakeFunction { _ in nil }
    caller.guest.functions[7] = function
    try call(try caller.plan("int(i32, ptr)")) { pointer in
      let function = unsafeBitCast(
        pointer, to: (@convention(c) (Int32, UnsafeRawPointer?) -> Int32).self)
      var local = 0
      #expect(function(1, &local) == 0)
    }
    #expect(function.callCount == 0)
    #expect(
      caller.trap()
        == "the callback in argument 4 of env.f: its argument 2 points outside of the guest's memory"
    )
  }

  @Test func `a pointer to the end of the memory and NULL are addresses`() throws {
    nonisolated(unsafe) var seen: [UInt64] = []
    caller.guest.functions[7] = FakeFunction { slots in
      seen += [slots[0], slots[1]]
      return nil
    }
    try call(try caller.plan("void(ptr, ptr)")) { pointer in
      typealias Function = @convention(c) (UnsafeRawPointer?, UnsafeRawPointer?) -> Void
      unsafeBitCast(pointer, to: Function.self)(caller.base + FakeMachine.memorySize, nil)
    }
    #expect(seen == [UInt64(FakeMachine.memorySize), 0])
    #expect(caller.trap() == nil)
  }

  @Test func `a result is a pointer into the memory or traps`() throws {
    nonisolated(unsafe) var result: UInt64 = 16
    caller.guest.functions[7] = FakeFunction { slots in
      slots[0] = result
      return nil
    }
    try call(try caller.plan("ptr(void)")) { pointer in
      let function = unsafeBitCast(pointer, to: (@convention(c) () -> UnsafeRawPointer?).self)
      #expect(function() == UnsafeRawPointer(caller.base) + 16)
      result = UInt64(FakeMachine.memorySize)
      #expect(function() == nil)
    }
    #expect(
      caller.trap()
        == "the callback in argument 4 of env.f: its result 4096 is out of bounds of the guest's memory"
    )
  }

  @Test func `a string elsewhere is copied for the guest and freed after the call`() throws {
    nonisolated(unsafe) var seen = ""
    let base = caller.base
    caller.guest.functions[7] = FakeFunction { slots in
      seen = String(cString: (base + Int(slots[0])).assumingMemoryBound(to: CChar.self))
      return nil
    }
    typealias Function = @convention(c) (UnsafePointer<CChar>?) -> Void
    let plan = try caller.plan("void(cstr)")
    try call(plan) { pointer in unsafeBitCast(pointer, to: Function.self)("héllo") }
    #expect(seen == "héllo")
    #expect(caller.guest.allocated == [1024] && caller.guest.freed == [1024])
    caller.machine.write("inside", at: 64)
    try call(plan) { pointer in
      unsafeBitCast(pointer, to: Function.self)((base + 64).assumingMemoryBound(to: CChar.self))
    }
    #expect(seen == "inside")
    #expect(caller.guest.allocated == [1024])
    caller.guest.nextAddress = nil
    try call(plan) { pointer in unsafeBitCast(pointer, to: Function.self)("more") }
    #expect(caller.trap()?.hasSuffix("there is no malloc") == true)
  }

  @Test func `a call after its time returns zero and ends the host call that is running`() throws {
    let function = FakeFunction { slots in
      slots[0] = 42
      return nil
    }
    caller.guest.functions[7] = function
    let plan = try caller.plan("i64(void)")
    nonisolated(unsafe) var kept: (@convention(c) () -> Int64)?
    try call(plan) { kept = unsafeBitCast($0, to: (@convention(c) () -> Int64).self) }
    #expect(kept?() == 0)
    #expect(function.callCount == 0)
    #expect(
      caller.trap()
        == "the callback in argument 4 of env.f was called after the call that had passed it")
    // Without a host call that could end, the next one with callbacks does.
    caller.guest.isRunning = false
    #expect(kept?() == 0)
    #expect(caller.trap() == nil)
    caller.guest.isRunning = true
    try call(plan) { _ in #expect(kept?() == 42) }
    #expect(
      caller.trap()
        == "the callback in argument 4 of env.f was called on another thread, or after the call that"
        + " had passed it")
  }

  @Test func `a kept callback may be called as long as the instance lives`() throws {
    caller.guest.functions[7] = FakeFunction { slots in
      slots[0] = 42
      return nil
    }
    let plan = try caller.plan("i64(void)", kept: true)
    nonisolated(unsafe) var pointers: [UnsafeRawPointer] = []
    try call(plan) { pointers.append($0) }
    let function = unsafeBitCast(pointers[0], to: (@convention(c) () -> Int64).self)
    #expect(function() == 42)
    try call(plan) { pointers.append($0) }
    #expect(pointers[0] == pointers[1])
    let environment = caller.environment
    #expect(
      try environment.index(ofFunction: UnsafeMutableRawPointer(mutating: pointers[0])) == 7)
    environment.callbacks = nil
    #expect(function() == 0)
    #expect(!environment.hasPendingTrap)
  }

  @Test func `a call on another thread returns zero and the instance traps`() throws {
    let function = FakeFunction { slots in
      slots[0] = 42
      return nil
    }
    caller.guest.functions[7] = function
    try call(try caller.plan("i64(void)")) { pointer in
      var thread = pthread_t()
      let result = UnsafeMutablePointer<Int64>.allocate(capacity: 2)
      result[0] = Int64(Int(bitPattern: pointer))
      result[1] = -1
      pthread_create(
        &thread, nil,
        { words in
          let words = words!.assumingMemoryBound(to: Int64.self)
          let function = unsafeBitCast(
            Int(words[0]), to: (@convention(c) () -> Int64).self)
          words[1] = function()
          return nil
        }, result)
      pthread_join(thread, nil)
      #expect(result[1] == 0)
      result.deallocate()
    }
    #expect(function.callCount == 0)
    #expect(caller.trap()?.contains("another thread") == true)
  }

  @Test func `a failure without a host call makes later calls return zero until it is taken`()
    throws
  {
    nonisolated(unsafe) var fails = true
    caller.guest.functions[7] = FakeFunction { slots in
      slots[0] = 42
      return fails ? HostTrap(message: "deliberate") : nil
    }
    nonisolated(unsafe) var kept: (@convention(c) () -> Int64)?
    try call(try caller.plan("i64(void)", kept: true)) {
      kept = unsafeBitCast($0, to: (@convention(c) () -> Int64).self)
    }
    caller.guest.isRunning = false
    #expect(kept?() == 0)
    fails = false
    #expect(kept?() == 0)
    #expect(caller.trap() == nil)
    // A call by the guest itself must not be answered with zero.
    caller.guest.isRunning = true
    #expect(kept?() == 42)
    caller.guest.isRunning = false
    #expect(caller.environment.takeCallbackFailure()?.message == "deliberate")
    #expect(kept?() == 42)
  }

  @Test func `nested calls may pass the same function`() throws {
    let plan = try caller.plan("i64(i64)")
    let caller = caller
    caller.guest.functions[7] = FakeFunction { slots in
      let depth = slots[0]
      guard depth > 0 else { return nil }
      var use = CallbackTable.Use()
      guard let pointer = try? caller.begin(7, plan, &use) else {
        return HostTrap(message: "no pointer")
      }
      let function = unsafeBitCast(pointer, to: (@convention(c) (Int64) -> Int64).self)
      slots[0] = UInt64(function(Int64(depth) - 1) + 1)
      caller.end(&use)
      return nil
    }
    try call(plan) { pointer in
      let function = unsafeBitCast(pointer, to: (@convention(c) (Int64) -> Int64).self)
      #expect(function(50) == 50)
    }
    #expect(caller.trap() == nil)
  }

  @Test func `NULL is passed where it is accepted, and sentinels unchanged`() throws {
    var use = CallbackTable.Use()
    #expect(try caller.begin(0, try caller.plan("void(void)"), &use) == nil)
    let destructor = try caller.plan("void(ptr)", sentinels: [-1])
    #expect(Int(bitPattern: try caller.begin(0xFFFF_FFFF, destructor, &use)) == -1)
    let error = #expect(throws: MarshallingFailure.self) {
      try caller.begin(0, try caller.plan("void(void)", nullable: false), &use)
    }
    #expect(error?.text == "must be a function, but it is NULL")
    let missing = #expect(throws: MarshallingFailure.self) {
      try caller.begin(9, destructor, &use)
    }
    #expect(missing?.text == "is not a function that C can call: there is no function 9")
  }

  @Test func `many functions share few pointers, but kept ones are limited`() throws {
    let plan = try caller.plan("void(void)")
    for index in 1...UInt64(CallbackTable.limit * 2) {
      caller.guest.functions[index] = FakeFunction { _ in nil }
      var use = CallbackTable.Use()
      #expect(try caller.begin(index, plan, &use) != nil)
      caller.end(&use)
    }
    let kept = try caller.plan("void(void)", kept: true)
    var failure: MarshallingFailure?
    for index in 1...UInt64(CallbackTable.limit + 1) where failure == nil {
      var use = CallbackTable.Use()
      do throws(MarshallingFailure) {
        _ = try caller.begin(index, kept, &use)
      } catch {
        failure = error
        #expect(index == UInt64(CallbackTable.limit) + 1)
      }
      caller.end(&use)
    }
    #expect(failure?.text.contains("already has 1024") == true)
  }

  #if os(Linux) && arch(x86_64)
    @Test func `a function pointer without a meaning keeps no plan`() throws {
      weak var plan: CallbackPlan?
      func make() throws -> CallbackPointer {
        let made = try caller.plan("int(ptr, struct{i32, f64})")
        plan = made
        return try #require(CallbackPointer.make(made))
      }
      let pointer = try make()
      #expect(plan != nil)
      pointer.retire()
      #expect(plan == nil)
    }

    @Test func `no page is both writable and executable because of callbacks`() throws {
      caller.guest.functions[7] = FakeFunction { _ in nil }
      try call(try caller.plan("void(void)")) { pointer in
        #expect(mappings(around: UInt(bitPattern: pointer)).first?.hasPrefix("r-x") == true)
      }
    }

    /// The permissions of the mapping that contains an address.
    private func mappings(around address: UInt) -> [String] {
      guard let file = fopen("/proc/self/maps", "r") else { return [] }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 4096)
      var found: [String] = []
      while fgets(&line, 4096, file) != nil {
        let words = line.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
          .split(separator: " ")
        let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        if bounds.count == 2, bounds[0] <= address, address < bounds[1] {
          found.append(String(words[1]))
        }
      }
      return found
    }
  #endif
}
