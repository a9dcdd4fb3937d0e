import PulleyHost
import PulleyISA
import PulleyVM
import PulleyWasm

/// A function of an instance, looked up and ready to be called. Belongs to the instance's thread.
public final class Function: @unchecked Sendable {
  unowned(unsafe) let state: InstanceState
  /// In the instance's function index space.
  let index: Int
  let group: InstanceGroup
  public let type: FunctionType

  public var engine: Engine { state.module.engine }

  /// The engine's number of the type.
  var typeNumber: UInt32 { state.typeNumber(ofFunction: index) }

  private let entry: UnsafeMutablePointer<FunctionEntry>
  private let environment: Unmanaged<HostEnvironment>
  /// The instance's machine, once it was needed.
  private var machine: Unmanaged<Machine>?
  private let context: UnsafeMutableRawPointer
  private let parameters: [SlotPlace]
  private let results: [SlotPlace]
  /// The parameters' types by the engine's numbers.
  private let parameterTypes: [ValueType]
  private let resultPointer: SlotPlace?
  private let stackBytes: Int
  /// Where on the stack the results begin.
  private let resultArea: Int
  /// Whether references are among the parameters.
  private let takesReferences: Bool
  /// Whether vectors are among parameters or results, so that a value may have two words.
  private let hasVectors: Bool

  /// Where the machine has the value of a slot.
  private struct SlotPlace {
    enum Kind { case register, stack }
    let kind: Kind
    /// From the register pointer, or from the stack pointer.
    let offset: Int
    /// 32-bit values leave the high half of a register alone.
    let isNarrow: Bool
    /// A vector has two words.
    var isWide = false
  }

  init(_ state: InstanceState, index: Int) {
    self.state = state
    self.index = index
    group = state.group.current
    environment = .passUnretained(state.environment)
    machine = state.existingMachine
    type = state.module.wasm.type(ofFunction: index) ?? FunctionType()
    (entry, context) = state.target(ofFunction: index)
    let abi = CallABI(
      parameters: [.x] + type.parameters.map(\.registerClass),
      results: type.results.map(\.registerClass), convention: .tail)
    parameters = zip(type.parameters, abi.parameters.dropFirst()).map(Self.place)
    resultPointer = abi.resultPointer.map { Self.place(.i64, $0) }
    let area = Int(abi.poppedBytes)
    resultArea = area
    results = zip(type.results, abi.results).map { Self.place($0, $1, area: area) }
    stackBytes = Int(abi.stackBytes)
    parameterTypes = type.parameters.map { $0.numbered(by: state.module.typeNumbers) }
    takesReferences = type.parameters.contains { $0.isReference }
    hasVectors = type.parameters.contains(.v128) || type.results.contains(.v128)
  }

  /// The guest may keep the functions that it is given, and takes types for granted.
  private func adoptReferences(_ slots: UnsafeMutablePointer<UInt64>) throws(PulleyError) {
    var slot = 0
    for (index, type) in parameterTypes.enumerated() {
      if type.isReference {
        guard let value = GuestValue(bits: slots[slot], type: type), value.fits(type) else {
          throw PulleyError(
            .argument,
            "argument \(index + 1) is no reference of type \(self.type.parameters[index])")
        }
        try group.adopt(value)
      }
      slot += type.slotCount
    }
  }

  private static func place(_ type: ValueType, _ location: ABILocation) -> SlotPlace {
    place(type, location, area: 0)
  }

  private static func place(
    _ type: ValueType, _ location: ABILocation, area: Int
  ) -> SlotPlace {
    let isNarrow = type == .i32 || type == .f32
    return switch location {
    case .x(let number):
      SlotPlace(kind: .register, offset: StateLayout.x(Int(number)), isNarrow: isNarrow)
    case .f(let number):
      SlotPlace(kind: .register, offset: StateLayout.f(Int(number)), isNarrow: isNarrow)
    case .v(let number):
      SlotPlace(
        kind: .register, offset: StateLayout.v(Int(number)), isNarrow: false, isWide: true)
    case .stack(let offset):
      SlotPlace(
        kind: .stack, offset: area + Int(offset), isNarrow: isNarrow, isWide: type == .v128)
    }
  }

  /// How many words `call(slots:)` needs: one for each parameter or each result, two for a vector,
  /// whichever are more.
  public var slotCount: Int {
    guard hasVectors else { return max(parameters.count, results.count) }
    return max(
      type.parameters.reduce(0) { $0 + $1.slotCount },
      type.results.reduce(0) { $0 + $1.slotCount })
  }

  /// The reference that tables and globals hold; 0 if the module lets nobody have one.
  public var reference: GuestValue { .funcref(state.reference(toFunction: index)) }

  /// Calls with values; their types are checked.
  public func call(_ arguments: [GuestValue]) throws(PulleyError) -> [GuestValue] {
    guard arguments.count == parameters.count else {
      throw PulleyError(
        .argument,
        "the function takes \(parameters.count) arguments and was given \(arguments.count)")
    }
    var slots = [UInt64](repeating: 0, count: max(1, slotCount))
    var slot = 0
    for (index, (argument, wanted)) in zip(arguments, parameterTypes).enumerated() {
      guard argument.fits(wanted) else {
        throw PulleyError(
          .argument,
          "argument \(index + 1) must be of type \(type.parameters[index]), not \(argument.type)")
      }
      let bits = argument.cell
      slots[slot] = bits.low
      if wanted == .v128 { slots[slot + 1] = bits.high }
      slot += wanted.slotCount
    }
    let failure: PulleyError? = slots.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      do throws(PulleyError) { try call(slots: base) } catch { return error }
      return nil
    }
    if let failure { throw failure }
    var values: [GuestValue] = []
    slot = 0
    for type in type.results {
      let high = type == .v128 ? slots[slot + 1] : 0
      guard let value = GuestValue(CellBits(low: slots[slot], high: high), type: type) else {
        throw PulleyError(.unsupported, "results of type \(type) cannot be received")
      }
      values.append(value)
      slot += type.slotCount
    }
    return values
  }

  /// Calls with raw words, arguments in, results out, narrow values in the low bits, vectors in two
  /// words, the low one first. There must be room for `slotCount` words.
  public func call(slots: UnsafeMutablePointer<UInt64>) throws(PulleyError) {
    if let failure = run(slots: slots) { throw failure.error }
  }

  /// The same; nil if the call succeeds. Of what lies on the host's stack while the guest runs, this
  /// takes the least.
  public func run(slots: UnsafeMutablePointer<UInt64>) -> CallFailure? {
    guard let machine else { return runFirst(slots) }
    // The group keeps the machine and the environment alive, and whoever calls keeps this object:
    // counting references would take longer than many a call.
    return machine._withUnsafeGuaranteedRef { run(slots, on: $0) }
  }

  /// Calls a function without parameters, whose results are dropped.
  public func run() -> CallFailure? {
    let slots = UnsafeMutablePointer<UInt64>.allocate(capacity: max(1, slotCount))
    defer { slots.deallocate() }
    return run(slots: slots)
  }

  @inline(never)
  private func runFirst(_ slots: UnsafeMutablePointer<UInt64>) -> CallFailure? {
    do throws(PulleyError) {
      machine = try HostStack.make { () throws(PulleyError) in .passUnretained(try state.machine())
      }
    } catch {
      return CallFailure(error)
    }
    return run(slots: slots)
  }

  @inline(__always)
  private func run(_ slots: UnsafeMutablePointer<UInt64>, on machine: Machine) -> CallFailure? {
    if takesReferences || machine.delaysCalls
      || environment._withUnsafeGuaranteedRef({ $0.hasPendingTrap })
    {
      return runCarefully(slots, machine)
    }
    return enter(slots, on: machine)
  }

  @inline(__always)
  private func enter(_ slots: UnsafeMutablePointer<UInt64>, on machine: Machine) -> CallFailure? {
    let registers = machine.state.base
    guard let stack = machine.argumentArea(bytes: stackBytes) else { return CallFailure.overflow }
    registers.storeBytes(
      of: context, toByteOffset: StateLayout.x(0), as: UnsafeMutableRawPointer.self)
    if hasVectors {
      storeWide(slots, registers, stack)
    } else {
      for index in 0..<parameters.count {
        let place = parameters[index]
        let base = place.kind == .register ? registers : stack
        base.storeBytes(of: slots[index], toByteOffset: place.offset, as: UInt64.self)
      }
    }
    if let resultPointer {
      let base = resultPointer.kind == .register ? registers : stack
      base.storeBytes(
        of: stack + resultArea, toByteOffset: resultPointer.offset,
        as: UnsafeMutableRawPointer.self)
    }
    if let trap = machine.run(entry, stackArguments: stackBytes) {
      return CallFailure(trap, on: machine)
    }
    if hasVectors {
      loadWide(slots, registers, stack)
      return nil
    }
    for index in 0..<results.count {
      let place = results[index]
      let base = place.kind == .register ? registers : stack
      slots[index] =
        place.isNarrow
        ? UInt64(base.load(fromByteOffset: place.offset, as: UInt32.self))
        : base.load(fromByteOffset: place.offset, as: UInt64.self)
    }
    return nil
  }

  /// Runs after what few calls have to do first, and in the time that they have.
  @inline(never)
  private func runCarefully(
    _ slots: UnsafeMutablePointer<UInt64>, _ machine: Machine
  ) -> CallFailure? {
    let interruption = machine.interruption
    if interruption.isDue || environment._withUnsafeGuaranteedRef({ $0.hasPendingTrap }),
      let failure = CallFailure.beforeRun(on: machine, state.environment)
    {
      return failure
    }
    if takesReferences {
      do throws(PulleyError) { try adoptReferences(slots) } catch { return CallFailure(error) }
    }
    return interruption.limitingRun { enter(slots, on: machine) }
  }

  @inline(never)
  private func storeWide(
    _ slots: UnsafeMutablePointer<UInt64>, _ registers: UnsafeMutableRawPointer,
    _ stack: UnsafeMutableRawPointer
  ) {
    var slot = 0
    for place in parameters {
      let base = place.kind == .register ? registers : stack
      for word in 0..<(place.isWide ? 2 : 1) {
        base.storeBytes(
          of: slots[slot], toByteOffset: place.offset + 8 * word, as: UInt64.self)
        slot += 1
      }
    }
  }

  @inline(never)
  private func loadWide(
    _ slots: UnsafeMutablePointer<UInt64>, _ registers: UnsafeMutableRawPointer,
    _ stack: UnsafeMutableRawPointer
  ) {
    var slot = 0
    for place in results {
      let base = place.kind == .register ? registers : stack
      for word in 0..<(place.isWide ? 2 : 1) {
        let offset = place.offset + 8 * word
        slots[slot] =
          place.isNarrow
          ? UInt64(base.load(fromByteOffset: offset, as: UInt32.self))
          : base.load(fromByteOffset: offset, as: UInt64.self)
        slot += 1
      }
    }
  }
}

extension ValueType {
  /// How many words a value has in `Function.call(slots:)`.
  public var slotCount: Int { self == .v128 ? 2 : 1 }

  /// The registers that carry values of the type.
  var registerClass: RegisterClass {
    switch kind {
    case .i32, .i64, .reference: .x
    case .f32, .f64: .f
    case .v128: .v
    }
  }
}
