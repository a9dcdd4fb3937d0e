import PulleyHost
import PulleyIR
import PulleyISA
import PulleyVM
import PulleyWasm

/// A function of an instance that the host can call. Belongs to the instance's thread.
public final class Callable: @unchecked Sendable {
  unowned(unsafe) let state: InstanceState
  /// Keeps the instance alive. Nil in the functions that a member of the group itself keeps.
  private let owner: InstanceGroup?
  public let type: CallableType
  /// Nil for a function in CLIF.
  let wasm: WasmFunction?

  public var engine: Engine { state.module.engine }
  var group: InstanceGroup { state.group }

  private let entry: UnsafeMutablePointer<FunctionEntry>
  private let environment: Unmanaged<HostEnvironment>
  /// The instance's machine; nil before the first call.
  private var machine: Unmanaged<Machine>?
  /// The value of x0 for functions of WebAssembly. Nil for functions in CLIF, which take an
  /// argument there.
  private let context: UnsafeMutableRawPointer?
  private let parameters: [Place]
  private let results: [Place]
  private let resultPointer: Place?
  private let stackBytes: Int
  /// Where the results begin, in bytes above the stack pointer.
  private let resultArea: Int
  /// The types of the parameters, with the engine's numbers. Empty if no parameter is a reference.
  private let checkedTypes: [ValueType]
  private let hasVectors: Bool

  /// The register or the place on the stack that holds a value, or half of an i128.
  private struct Place {
    let isOnStack: Bool
    /// In bytes, from the register pointer or from the stack pointer.
    let offset: Int
    /// The bits of a word that belong to the value.
    let mask: UInt64
    /// A vector has two words.
    let isWide: Bool

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
        case .i64, .f64, .v128, .word, .i128, .funcref, .externref, .object: .max
        }
      isWide = type == .v128
    }
  }

  /// A function that an instance of WebAssembly has defined or imported.
  struct WasmFunction {
    unowned(unsafe) let state: WasmInstanceState
    /// In the instance's function index space.
    let index: Int
    /// The engine's number of the type.
    let typeNumber: UInt32
  }

  /// - Parameter isBorrowed: whether the instance's group keeps this object, which then must not keep
  ///   the group.
  convenience init(_ state: WasmInstanceState, index: Int, isBorrowed: Bool = false) {
    let type = state.wasm.module.type(ofFunction: index) ?? FunctionType()
    let target = state.target(ofFunction: index)
    let function = WasmFunction(
      state: state, index: index, typeNumber: state.typeNumber(ofFunction: index))
    let hasReferences = type.parameters.contains(where: \.isReference)
    self.init(
      state, .wasm(type), entry: target.code, context: target.context, wasm: function,
      checkedTypes: hasReferences
        ? type.parameters.map { $0.numbered(by: state.wasm.typeNumbers) } : [],
      isBorrowed: isBorrowed)
  }

  convenience init(
    _ state: ClifInstanceState, _ signature: Signature, entry: UnsafeMutablePointer<FunctionEntry>
  ) {
    self.init(
      state, .clif(signature), entry: entry, context: nil, wasm: nil, checkedTypes: [])
  }

  private init(
    _ state: InstanceState, _ type: CallableType, entry: UnsafeMutablePointer<FunctionEntry>,
    context: UnsafeMutableRawPointer?, wasm: WasmFunction?, checkedTypes: [ValueType],
    isBorrowed: Bool = false
  ) {
    self.state = state
    owner = isBorrowed ? nil : state.group
    self.type = type
    self.wasm = wasm
    self.entry = entry
    self.context = context
    self.checkedTypes = checkedTypes
    environment = .passUnretained(state.environment)
    machine = state.existingMachine
    let guestType = type.guestType
    let abi = type.abi(guestType)
    let parameterTypes = Self.parts(guestType.parameters)
    let resultTypes = Self.parts(guestType.results)
    let area = Int(abi.poppedBytes)
    parameters = zip(abi.parameters.suffix(parameterTypes.count), parameterTypes).map {
      Place($0, $1)
    }
    results = zip(abi.results, resultTypes).map { Place($0, $1, area: area) }
    resultPointer = abi.resultPointer.map { Place($0, .word) }
    stackBytes = Int(abi.stackBytes)
    resultArea = area
    hasVectors = parameterTypes.contains(.v128) || resultTypes.contains(.v128)
  }

  /// The types, each i128 as its two halves.
  private static func parts(_ types: [GuestType]) -> [GuestType] {
    types.contains(.i128) ? types.flatMap { $0 == .i128 ? [.word, .word] : [$0] } : types
  }

  /// How many words `call(slots:)` needs: those of the parameters or those of the results, whichever
  /// are more. A vector and an i128 have two words, any other value has one.
  public var slotCount: Int {
    guard hasVectors else { return max(parameters.count, results.count) }
    return max(
      parameters.reduce(0) { $0 + ($1.isWide ? 2 : 1) },
      results.reduce(0) { $0 + ($1.isWide ? 2 : 1) })
  }

  /// The reference to the function that tables and globals hold; null if the module declares no
  /// reference to it.
  public var reference: GuestValue {
    .funcref(wasm.map { $0.state.reference(toFunction: $0.index) } ?? 0)
  }

  /// The address of a function in CLIF that its guest can pass to `call_indirect`; nil for other
  /// functions.
  public var address: UInt? { wasm == nil ? UInt(bitPattern: entry) : nil }

  /// Calls with raw words, arguments in, results out: narrow values in the low bits, wide ones in two
  /// words, the low one first. There must be room for `slotCount` words.
  public func call(slots: UnsafeMutablePointer<UInt64>) throws(PulleyError) {
    if let failure = run(slots: slots) { throw failure.error }
  }

  /// As `call(slots:)`; returns nil if the call succeeds. This way uses the least of the host's
  /// stack while the guest runs.
  public func run(slots: UnsafeMutablePointer<UInt64>) -> CallFailure? {
    guard let machine else { return runFirst(slots) }
    // The group keeps the machine and the environment alive, and the caller keeps this object.
    // Counting references would take longer than many calls.
    return machine._withUnsafeGuaranteedRef { run(slots, on: $0) }
  }

  /// Calls a function without parameters and drops its results.
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

  /// Gives the machine a stack for this call.
  @inline(never)
  private func wake(_ slots: UnsafeMutablePointer<UInt64>, _ machine: Machine) -> CallFailure? {
    do throws(PulleyError) {
      try HostStack.make { () throws(PulleyError) in try state.wake(machine) }
    } catch {
      return CallFailure(error)
    }
    return run(slots, on: machine)
  }

  @inline(__always)
  private func run(_ slots: UnsafeMutablePointer<UInt64>, on machine: Machine) -> CallFailure? {
    if !checkedTypes.isEmpty || machine.delaysCalls
      || environment._withUnsafeGuaranteedRef({ $0.hasPendingTrap })
    {
      return runCarefully(slots, machine)
    }
    return enter(slots, on: machine)
  }

  @inline(__always)
  private func enter(_ slots: UnsafeMutablePointer<UInt64>, on machine: Machine) -> CallFailure? {
    let failure = enterAwake(slots, on: machine)
    if machine.restsBetweenCalls { state.rest(machine) }
    return failure
  }

  @inline(__always)
  private func enterAwake(_ slots: UnsafeMutablePointer<UInt64>, on machine: Machine)
    -> CallFailure?
  {
    guard let stack = machine.argumentArea(bytes: stackBytes) else {
      return machine.isResting ? wake(slots, machine) : CallFailure.overflow
    }
    let registers = machine.passedRegisters
    registers.storeBytes(
      of: context, toByteOffset: StateLayout.x(0), as: UnsafeMutableRawPointer?.self)
    if hasVectors {
      storeWide(slots, registers, stack)
    } else {
      for index in 0..<parameters.count {
        let place = parameters[index]
        let base = place.isOnStack ? stack : registers
        base.storeBytes(of: slots[index], toByteOffset: place.offset, as: UInt64.self)
      }
    }
    if let resultPointer {
      let base = resultPointer.isOnStack ? stack : registers
      base.storeBytes(
        of: stack + resultArea, toByteOffset: resultPointer.offset,
        as: UnsafeMutableRawPointer.self)
    }
    if let trap = machine.run(entry, in: stack) {
      return CallFailure(trap, on: machine)
    }
    if hasVectors {
      loadWide(slots, registers, stack)
      return nil
    }
    for index in 0..<results.count {
      let place = results[index]
      let base = place.isOnStack ? stack : registers
      slots[index] = base.load(fromByteOffset: place.offset, as: UInt64.self) & place.mask
    }
    return nil
  }

  /// Runs after checks that few calls need, and within the time limit.
  @inline(never)
  private func runCarefully(
    _ slots: UnsafeMutablePointer<UInt64>, _ machine: Machine
  ) -> CallFailure? {
    if let failure = CallFailure.beforeRun(on: machine, state.environment) { return failure }
    if !checkedTypes.isEmpty {
      do throws(PulleyError) { try adoptReferences(slots) } catch { return CallFailure(error) }
    }
    return machine.interruption.limitingRun { enter(slots, on: machine) }
  }

  /// Checks the types of references, on which guests rely, and keeps the functions alive that a
  /// guest may keep.
  private func adoptReferences(_ slots: UnsafeMutablePointer<UInt64>) throws(PulleyError) {
    var slot = 0
    for (index, type) in checkedTypes.enumerated() {
      if type.isReference {
        guard let value = GuestValue(bits: slots[slot], type: type, state.module.engine),
          value.fits(type, in: group)
        else {
          throw PulleyError(
            .argument,
            "argument \(index + 1) must be a reference of type \(self.type.parameterText(index))")
        }
        try group.adopt(value)
      }
      slot += type.slotCount
    }
  }

  @inline(never)
  private func storeWide(
    _ slots: UnsafeMutablePointer<UInt64>, _ registers: UnsafeMutableRawPointer,
    _ stack: UnsafeMutableRawPointer
  ) {
    var slot = 0
    for place in parameters {
      let base = place.isOnStack ? stack : registers
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
      let base = place.isOnStack ? stack : registers
      for word in 0..<(place.isWide ? 2 : 1) {
        slots[slot] =
          base.load(fromByteOffset: place.offset + 8 * word, as: UInt64.self) & place.mask
        slot += 1
      }
    }
  }
}
