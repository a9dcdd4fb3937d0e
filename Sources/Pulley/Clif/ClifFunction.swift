import PulleyHost
import PulleyIR
import PulleyISA
import PulleyVM

/// A function of an instance of CLIF, ready to be called. Belongs to the instance's thread.
public final class ClifFunction: @unchecked Sendable {
  public let instance: ClifInstance
  public let signature: Signature
  private let entry: UnsafeMutablePointer<FunctionEntry>
  private let parameters: [Place]
  private let results: [Place]
  private let resultPointer: Place?
  private let stackBytes: Int
  /// Where on the stack the results begin.
  private let resultArea: Int
  /// The instance's machine, once it was needed.
  private var machine: Unmanaged<Machine>?

  /// Where the machine has a value, or half of one.
  private struct Place {
    let isOnStack: Bool
    /// From the register pointer, or from the stack pointer.
    let offset: Int
    /// What of a word belongs to the value.
    let mask: UInt64
    /// How many words.
    let words: Int

    init(_ location: ABILocation, _ type: GuestType, area: Int = 0) {
      switch location {
      case .x(let number): (isOnStack, offset) = (false, StateLayout.x(Int(number)))
      case .f(let number): (isOnStack, offset) = (false, StateLayout.f(Int(number)))
      case .v(let number): (isOnStack, offset) = (false, StateLayout.v(Int(number)))
      case .stack(let bytes): (isOnStack, offset) = (true, area + Int(bytes))
      }
      mask =
        switch type {
        case .i8: 0xFF
        case .i16: 0xFFFF
        case .i32, .f32: 0xFFFF_FFFF
        default: .max
        }
      words = type == .v128 ? 2 : 1
    }
  }

  init(_ instance: ClifInstance, index: Int) {
    self.instance = instance
    signature = instance.module.exports[index].signature
    entry = instance.image.entry(index)
    let type = GuestFunctionType(signature)
    let abi = CallABI(signature)
    let area = Int(abi.poppedBytes)
    parameters = zip(abi.parameters, Self.parts(type.parameters)).map { Place($0, $1) }
    results = zip(abi.results, Self.parts(type.results)).map { Place($0, $1, area: area) }
    resultPointer = abi.resultPointer.map { Place($0, .word) }
    stackBytes = Int(abi.stackBytes)
    resultArea = area
    machine = instance.existingMachine
  }

  /// The types with the halves of those that have two places.
  private static func parts(_ types: [GuestType]) -> [GuestType] {
    types.flatMap { $0 == .i128 ? [.word, .word] : [$0] }
  }

  /// How many words `call(slots:)` needs: those of the parameters or those of the results, whichever
  /// are more.
  public var slotCount: Int {
    max(
      parameters.reduce(0) { $0 + $1.words }, results.reduce(0) { $0 + $1.words })
  }

  /// The function's address, as the guest's code has it, for `call_indirect`.
  public var address: UInt { UInt(bitPattern: entry) }

  /// Calls with raw words, arguments in, results out: narrow values in the low bits, wide ones in two
  /// words, the low one first. There must be room for `slotCount` words.
  public func call(slots: UnsafeMutablePointer<UInt64>) throws(PulleyError) {
    if let failure = run(slots: slots) { throw failure.error }
  }

  /// The same; nil if the call succeeds.
  public func run(slots: UnsafeMutablePointer<UInt64>) -> CallFailure? {
    guard let machine else { return runFirst(slots) }
    // The instance keeps the machine alive, and whoever calls keeps this object.
    return machine._withUnsafeGuaranteedRef { run(slots, on: $0) }
  }

  @inline(never)
  private func runFirst(_ slots: UnsafeMutablePointer<UInt64>) -> CallFailure? {
    do throws(PulleyError) {
      machine = try HostStack.make { () throws(PulleyError) in
        .passUnretained(try instance.machine())
      }
    } catch {
      return CallFailure(error)
    }
    return run(slots: slots)
  }

  @inline(__always)
  private func run(_ slots: UnsafeMutablePointer<UInt64>, on machine: Machine) -> CallFailure? {
    if machine.delaysCalls || instance.environment.hasPendingTrap {
      return runCarefully(slots, machine)
    }
    return enter(slots, on: machine)
  }

  /// Runs after what few calls have to do first, and in the time that they have.
  @inline(never)
  private func runCarefully(
    _ slots: UnsafeMutablePointer<UInt64>, _ machine: Machine
  ) -> CallFailure? {
    if let failure = CallFailure.beforeRun(on: machine, instance.environment) { return failure }
    return machine.interruption.limitingRun { enter(slots, on: machine) }
  }

  @inline(__always)
  private func enter(_ slots: UnsafeMutablePointer<UInt64>, on machine: Machine) -> CallFailure? {
    let registers = machine.state.base
    guard let stack = machine.argumentArea(bytes: stackBytes) else { return CallFailure.overflow }
    var slot = 0
    for place in parameters {
      let base = place.isOnStack ? stack : registers
      for word in 0..<place.words {
        base.storeBytes(of: slots[slot], toByteOffset: place.offset + 8 * word, as: UInt64.self)
        slot += 1
      }
    }
    if let resultPointer {
      (resultPointer.isOnStack ? stack : registers).storeBytes(
        of: stack + resultArea, toByteOffset: resultPointer.offset,
        as: UnsafeMutableRawPointer.self)
    }
    if let trap = machine.run(entry, stackArguments: stackBytes) {
      return CallFailure(trap, on: machine)
    }
    slot = 0
    for place in results {
      let base = place.isOnStack ? stack : registers
      for word in 0..<place.words {
        slots[slot] =
          base.load(fromByteOffset: place.offset + 8 * word, as: UInt64.self) & place.mask
        slot += 1
      }
    }
    return nil
  }
}

extension ClifFunction {
  /// Calls with values, whose types are checked.
  public func call(_ arguments: [ClifValue]) throws(PulleyError) -> [ClifValue] {
    let wanted = signature.parameters.map(\.type)
    guard arguments.map(\.type) == wanted else {
      throw PulleyError(
        .argument,
        "the function takes (\(wanted.map(\.description).joined(separator: ", "))), not "
          + "(\(arguments.map(\.type.description).joined(separator: ", ")))")
    }
    var slots = arguments.flatMap(\.words)
    slots += Array(repeating: 0, count: max(1, slotCount) - min(slots.count, slotCount))
    let failure: PulleyError? = slots.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      do throws(PulleyError) { try call(slots: base) } catch { return error }
      return nil
    }
    if let failure { throw failure }
    var results: [ClifValue] = []
    var slot = 0
    for type in signature.results.map(\.type) {
      let high = type.slotCount > 1 ? slots[slot + 1] : 0
      results.append(
        ClifValue(type: type, bits: UInt128(slots[slot]) | UInt128(high) << 64))
      slot += type.slotCount
    }
    return results
  }
}
