import PulleyIR
import PulleyISA
import PulleyVM

@testable import PulleyCodegen

/// Compiles functions on demand for the machine. Function i is named `u0:i`.
final class CompilingSource: FunctionSource {
  let functions: [Function]

  init(_ functions: [Function]) { self.functions = functions }

  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody {
    var compiler = FunctionCompiler()
    compiler.checksAllocation = true
    compiler.memoryOffset = Memory.recordOffset
    do {
      let compiled = try compiler.compile(functions[function])
      let calls = compiled.relocations.filter { $0.kind != .hostCall }
        .map { CallTarget(instruction: $0.offset, function: $0.target) }
      return FunctionBody(bytes: compiled.code, calls: calls)
    } catch {
      throw FunctionUnavailable(message: "\(error)")
    }
  }
}

/// A machine and the functions it runs.
final class Runner {
  let functions: [Function]
  let image: CodeImage
  let machine: Machine

  init(_ functions: [Function], hostSignatures: [UInt32] = []) throws {
    self.functions = functions
    var options = PredecodingOptions()
    options.hasWindows = functions[0].signature.convention == .wasm
    // The context of a function without a heap is any number.
    let hasHeap = functions.contains { $0.heaps.count > 0 }
    options.memoryOffset = hasHeap ? UInt32(Memory.recordOffset) : 0
    image = CodeImage(
      functionCount: functions.count, hostSignatures: hostSignatures, registry: CodeRegistry(),
      source: CompilingSource(functions), options: options)
    machine = try Machine(stackSize: 4 << 20, hasWindows: options.hasWindows)
  }

  /// Runs a function; results are bit patterns, zero above the type's bits.
  func call(_ index: Int, _ arguments: [UInt64]) -> Result<[UInt64], RunnerTrap> {
    let signature = functions[index].signature
    if signature.convention == .wasm { return callWithWindows(index, arguments) }
    let abi = CallABI(
      parameters: signature.parameters.map { $0.type.isFloat ? RegisterClass.f : .x },
      results: signature.results.map { $0.type.isFloat ? RegisterClass.f : .x },
      convention: signature.convention.supportsTailCalls ? .tail : .standard)
    guard let area = machine.argumentArea(bytes: Int(abi.stackBytes)) else {
      return .failure(RunnerTrap(kind: .stackOverflow, message: nil))
    }
    // Callee-saved registers must keep these values; all others hold garbage.
    for number in 0..<30 { machine.state[x: number] = 0xDEAD_0000_BEEF_0000 | UInt64(number) }
    for (argument, location) in zip(arguments, abi.parameters) {
      switch location {
      case .x(let number): machine.state[x: Int(number)] = argument
      case .f(let number): machine.state[fBits: Int(number)] = argument
      case .v: break
      case .stack(let offset):
        area.storeBytes(of: argument, toByteOffset: Int(offset), as: UInt64.self)
      }
    }
    let results = area + Int(abi.poppedBytes)
    switch abi.resultPointer {
    case .x(let number)?: machine.state[x: Int(number)] = UInt64(UInt(bitPattern: results))
    case .stack(let offset)?:
      area.storeBytes(of: results, toByteOffset: Int(offset), as: UnsafeMutableRawPointer.self)
    default: break
    }
    // The bits above a narrow argument are undefined.
    for (parameter, location) in zip(signature.parameters, abi.parameters) {
      guard case .x(let number) = location, parameter.type.bits < 64 else { continue }
      machine.state[x: Int(number)] |= ~0 << UInt64(parameter.type.bits)
    }
    if let trap = machine.run(image.entry(index), stackArguments: Int(abi.stackBytes)) {
      return .failure(report(trap))
    }
    for number in 16..<30
    where machine.state[x: number] != 0xDEAD_0000_BEEF_0000 | UInt64(number) {
      return .failure(RunnerTrap(kind: .unsupported, message: "x\(number) is not kept"))
    }
    return .success(
      zip(signature.results, abi.results).map { result, location in
        let bits: UInt64 =
          switch location {
          case .x(let number): machine.state[x: Int(number)]
          case .f(let number): machine.state[fBits: Int(number)]
          case .v: 0
          case .stack(let offset):
            results.loadUnaligned(fromByteOffset: Int(offset), as: UInt64.self)
          }
        return truncate(bits, result.type)
      })
  }
}

extension Runner {
  private func callWithWindows(
    _ index: Int, _ arguments: [UInt64]
  ) -> Result<[UInt64], RunnerTrap> {
    let signature = functions[index].signature
    let abi = CallABI(
      parameters: signature.parameters.map { $0.type.isFloat ? RegisterClass.f : .x },
      results: signature.results.map { $0.type.isFloat ? RegisterClass.f : .x },
      convention: .window)
    guard let area = machine.argumentArea(bytes: Int(abi.stackBytes)) else {
      return .failure(RunnerTrap(kind: .stackOverflow, message: nil))
    }
    let registers = machine.passedRegisters
    func place(_ location: ABILocation) -> UnsafeMutableRawPointer {
      switch location {
      case .x(let number): registers + StateLayout.x(Int(number))
      case .f(let number): registers + StateLayout.f(Int(number))
      case .v(let number): registers + StateLayout.v(Int(number))
      case .stack(let offset): area + Int(offset)
      }
    }
    for (index, location) in abi.parameters.enumerated() {
      let type = signature.parameters[index].type
      // The bits above a narrow argument are undefined.
      let above: UInt64 = type.isFloat || type.bits == 64 ? 0 : ~0 << UInt64(type.bits)
      place(location).storeBytes(of: arguments[index] | above, as: UInt64.self)
    }
    if let trap = machine.run(image.entry(index), stackArguments: Int(abi.stackBytes)) {
      return .failure(report(trap))
    }
    return .success(
      zip(signature.results, abi.results).map { result, location in
        truncate(place(location).load(as: UInt64.self), result.type)
      })
  }

  /// The machine's trap, or the trap table's code for a `trap` instruction.
  private func report(_ trap: Trap) -> RunnerTrap {
    var report = RunnerTrap(kind: trap.kind, message: trap.message)
    guard trap.kind == .unreachable, let location = trap.location else { return report }
    var compiler = FunctionCompiler()
    compiler.memoryOffset = Memory.recordOffset
    let compiled = try? compiler.compile(functions[location.function])
    let entry = compiled?.traps.first { $0.offset == UInt32(location.offset) }
    switch entry?.code {
    case .heapOutOfBounds?: report.kind = .memoryOutOfBounds
    case .integerOverflow?: report.kind = .integerOverflow
    case nil: report.message = "no trap table entry"
    default: break
    }
    return report
  }
}

struct RunnerTrap: Error, Equatable {
  var kind: TrapKind
  var message: String?
}

/// A context block with one memory, as compiled code expects it.
final class Memory {
  static let recordOffset: Int32 = 32
  let size: Int
  private let block: UnsafeMutableRawPointer

  init(size: Int) {
    self.size = size
    block = .allocate(byteCount: 128 + size, alignment: 16)
    block.initializeMemory(as: UInt8.self, repeating: 0, count: 128 + size)
    let record = block + 64
    block.storeBytes(of: UInt(bitPattern: record), toByteOffset: 32, as: UInt.self)
    record.storeBytes(of: UInt(bitPattern: block + 128), as: UInt.self)
    record.storeBytes(of: UInt(size), toByteOffset: 8, as: UInt.self)
    for index in 0..<size {
      (block + 128 + index).storeBytes(of: UInt8(truncatingIfNeeded: index &* 7), as: UInt8.self)
    }
  }

  deinit { block.deallocate() }

  var context: UInt64 { UInt64(UInt(bitPattern: block)) }
  var bytes: [UInt8] { Array(UnsafeRawBufferPointer(start: block + 128, count: size)) }
}
