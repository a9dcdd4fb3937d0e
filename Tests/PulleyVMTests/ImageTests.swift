import PulleyISA
import Synchronization
import Testing

@testable import PulleyVM

/// Counts how often each function is asked for.
private final class CountingSource: FunctionSource {
  let bodies: [FunctionBody?]
  let asked: Mutex<[Int: Int]> = Mutex([:])

  init(_ bodies: [FunctionBody?]) { self.bodies = bodies }

  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody {
    asked.withLock { $0[function, default: 0] += 1 }
    guard let body = bodies[function] else {
      throw FunctionUnavailable(message: "function \(function) is missing")
    }
    return body
  }
}

/// Has no memory for a function the first time that it is asked for it.
private final class HesitantSource: FunctionSource {
  let bodies: [FunctionBody?]
  let asked: Mutex<[Int: Int]> = Mutex([:])

  init(_ bodies: [FunctionBody?]) { self.bodies = bodies }

  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody {
    let count = asked.withLock { asked in
      asked[function, default: 0] += 1
      return asked[function, default: 0]
    }
    // A call asks twice: when it is bound and when it is made.
    guard count > 2, let body = bodies[function] else {
      throw FunctionUnavailable(message: "no memory for function \(function)", kind: .outOfMemory)
    }
    return body
  }
}

/// Bodies that call the next function and add 1 to its result; the last returns 0.
private func chain(_ count: Int) -> [FunctionBody?] {
  (0..<count).map { index in
    var encoder = Encoder()
    encoder.push_frame()
    let call = encoder.offset
    var calls: [CallTarget] = []
    if index + 1 < count {
      encoder.call(0)
      calls = [CallTarget(instruction: UInt32(call), function: UInt32(index + 1))]
      encoder.xadd64_u8(x(0), x(0), 1)
    } else {
      encoder.xzero(x(0))
    }
    encoder.pop_frame()
    encoder.ret()
    return FunctionBody(bytes: encoder.bytes, calls: calls)
  }
}

@Suite struct Images {
  private func image(_ source: CountingSource) -> CodeImage {
    CodeImage(
      functionCount: source.bodies.count, hostSignatures: [], registry: CodeRegistry(),
      source: source)
  }

  @Test func aFunctionIsPreparedOnItsFirstCall() throws {
    let source = CountingSource(chain(3) + chain(1))
    let image = image(source)
    let machine = try Machine(stackSize: 4096)
    for _ in 0..<3 {
      #expect(machine.run(image.entry(0))?.kind == nil)
      #expect(machine.state[x: 0] == 2)
    }
    #expect(source.asked.withLock { $0 } == [0: 1, 1: 1, 2: 1])
    image.predecodeAll()
    #expect(source.asked.withLock { $0 } == [0: 1, 1: 1, 2: 1, 3: 1])
  }

  @Test func aCallOfAMissingFunctionTrapsWithTheReason() throws {
    let source = CountingSource(Array(chain(2).prefix(1)) + [nil])
    let image = image(source)
    let machine = try Machine(stackSize: 4096)
    for _ in 0..<2 {
      let trap = machine.run(image.entry(0))
      #expect(trap?.kind == .functionUnavailable)
      #expect(trap?.message == "function 1 is missing")
      #expect(trap?.backtrace.map(\.function) == [1, 0])
    }
    #expect(source.asked.withLock { $0 } == [0: 1, 1: 1])
  }

  @Test func aFunctionThatLackedMemoryIsPreparedAgainOnTheNextCall() throws {
    let source = HesitantSource(chain(3))
    let image = CodeImage(
      functionCount: 3, hostSignatures: [], registry: CodeRegistry(), source: source)
    let machine = try Machine(stackSize: 4096)
    var backtraces: [[Int]] = []
    var result: Trap?
    for _ in 0..<10 {
      result = machine.run(image.entry(0))
      guard let trap = result else { break }
      #expect(trap.kind == .outOfMemory)
      #expect(trap.message == "no memory for function \(trap.backtrace[0].function)")
      backtraces.append(trap.backtrace.map(\.function))
    }
    #expect(result == nil)
    #expect(machine.state[x: 0] == 2)
    #expect(backtraces == [[0], [0], [1, 0], [2, 1, 0]])
    #expect(machine.run(image.entry(0))?.kind == nil)
  }

  @Test func aCallOfAnInvalidFunctionTrapsWithTheReason() throws {
    let image = image(CountingSource([FunctionBody(bytes: [0xFF])]))
    let trap = try Machine(stackSize: 4096).run(image.entry(0))
    #expect(trap?.kind == .functionUnavailable)
    #expect(trap?.message == "unknown opcode 255 in function 0 at byte 0x0")
    #expect(image.failure(of: 0) == trap?.message)
  }

  @Test func severalThreadsRunOneImage() async throws {
    let count = 200
    let source = CountingSource(chain(count))
    let image = image(source)
    let results = await withTaskGroup(of: [UInt64].self) { group in
      for task in 0..<8 {
        group.addTask {
          guard let machine = try? Machine(stackSize: 1 << 16) else { return [] }
          return (0..<count).map { step in
            // The threads start at different ends and meet.
            let function = task % 2 == 0 ? step : count - 1 - step
            guard machine.run(image.entry(function)) == nil else { return .max }
            return machine.state[x: 0] &+ UInt64(function)
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.count == 8)
    for result in results {
      #expect(result == Array(repeating: UInt64(count - 1), count: count))
    }
    #expect(source.asked.withLock { $0.values.allSatisfy { $0 == 1 } })
  }

  @Test func functionsOfOneImageCallThoseOfAnother() throws {
    let registry = CodeRegistry()
    var callee = Program()
    callee.function { $0.encoder.trap() }
    let calleeImage = try callee.image(registry: registry)
    var caller = Program()
    caller.function { p in
      p.encoder.push_frame()
      p.encoder.call_indirect(x(0))
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    let callerImage = try caller.image(registry: registry)
    let machine = try Machine(stackSize: 4096)
    machine.state[x: 0] = UInt64(UInt(bitPattern: calleeImage.entry(0)))
    let trap = machine.run(callerImage.entry(0))
    #expect(trap?.location?.image === calleeImage)
    #expect(trap?.backtrace.last?.image === callerImage)
  }

  @Test func aMachineIsRefusedIfItsStackCannotBeAllocated() throws {
    #expect(throws: MachineError.noStack(bytes: .max)) { try Machine(stackSize: .max) }
    #expect(throws: MachineError.noStack(bytes: -1)) { try Machine(stackSize: -1) }
  }
}

@Suite struct Verification {
  /// The error of a function that `body` writes.
  private func failure(_ body: (inout Encoder) -> Void) -> BytecodeError? {
    var program = Program()
    program.function { body(&$0.encoder) }
    do {
      _ = try program.image()
      return nil
    } catch {
      return error as? BytecodeError
    }
  }

  @Test func branchesOutsideTheFunctionAreRefused() {
    for distance: Int32 in [1, -2, 100, -100, 7, .max, .min] {
      let error = failure {
        $0.nop()
        $0.br_if32(x(0), distance)
        $0.xadd32_u8(x(0), x(0), 1)
        $0.ret()
      }
      #expect(error?.function == 0)
      #expect(error?.offset == 1)
      guard case .invalidTarget = error?.reason else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test func invalidBranchTablesAreRefused() {
    #expect(failure { $0.br_table32(x(0), 0) }?.reason == .invalidBranchTable)
    #expect(failure { $0.br_table32(x(0), .max) }?.reason == .invalidBranchTable)
    #expect(
      failure {
        $0.br_table32(x(0), 2)
        $0.branchTableEntry(4)
        $0.ret()
      }?.reason == .invalidBranchTable)
    #expect(
      failure {
        $0.br_table32(x(0), 1)
        $0.branchTableEntry(5)
        $0.ret()
      }?.reason == .invalidTarget(11))
    #expect(
      failure {
        $0.br_table32(x(0), 1)
        $0.branchTableEntry(4)
        $0.ret()
      } == nil)
  }

  @Test func unresolvedFunctionsAndInvalidFramesAreRefused() {
    #expect(failure { $0.nop() }?.reason == .missingTerminator)
    #expect(failure { _ in }?.reason == .invalidSize)
    #expect(
      failure {
        $0.call(1)
        $0.ret()
      }?.reason == .unresolvedFunction)
    #expect(
      failure {
        $0.push_frame_save(8, UpperRegSet([x(16), x(17)]))
        $0.ret()
      }?.reason == .invalidFrame)
    #expect(
      failure {
        $0.bytes += [75, 0x21]
      }?.reason == .undecodable(.truncated))
    #expect(failure { $0.bytes += [65, 32, 0] }?.reason == .undecodable(.invalidRegister(32)))
  }

  @Test func functionRangesThatAreOutsideOrOverlapAreRefused() {
    for ranges in [[0..<2], [0..<1, 0..<1], [2..<3]] {
      #expect(throws: BytecodeError.self) { try CodeImage(text: [1], functions: ranges) }
    }
  }

  /// Any bytes give an image or an error.
  @Test func preparationOfRandomBytesNeverCrashes() {
    var state: UInt64 = 42
    var accepted = 0
    for _ in 0..<5000 {
      var bytes: [UInt8] = []
      for _ in 0..<10 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes.append(UInt8(truncatingIfNeeded: state >> 56) % 221)
      }
      bytes += [1, 1, 1, 1, 1, 1]
      if let image = try? CodeImage(text: bytes, functions: [0..<bytes.count]) {
        image.predecodeAll()
        accepted += 1
      }
    }
    #expect(accepted > 10)
  }
}
