import PulleyCodegen
import PulleyHost
import PulleyIR
import PulleyISA
import PulleyText
import PulleyVM
import Synchronization

/// What stands behind an import of CLIF.
enum ClifDefinition {
  /// A C function with the signature that the embedder gave it.
  case registered(HostDefinition)
  /// A C function with the signature that the import has.
  case found(HostDefinition)
  /// A function of a type that C does not have, and what to say when it is called.
  case uncallable(address: UInt, message: String)
  case address(UInt)
}

/// Functions in CLIF, linked with what they name and ready to be called. Belongs to one thread at a
/// time.
public final class ClifInstance: @unchecked Sendable {
  public let module: ClifModule
  /// A pointer of the embedder's, for host functions to find.
  public var userData: UnsafeMutableRawPointer?

  let environment = HostEnvironment()
  let image: CodeImage
  private let records: [ImportRecord?]
  private let interruption: Interruption
  private var machineStorage: Machine?
  private var stackCharge: Charge?
  private let charge: Charge
  /// Functions of CLIF share nothing that counts: each instance is a group of its own.
  let account: Account

  init(_ module: ClifModule, _ imports: [ClifDefinition]) throws(PulleyError) {
    self.module = module
    let options = module.engine.options
    interruption = options.makeInterruption()
    account = Account(parent: module.engine.account, groupLimits: options.limits)
    charge = try Charge(
      MemoryBounds.instance(of: module), of: .instances, to: account, for: "an instance")
    var records: [ImportRecord?] = []
    for (number, (item, definition)) in zip(module.imports, imports).enumerated() {
      records.append(
        try ImportRecord(item, definition, number: UInt32(number), environment: environment))
    }
    self.records = records
    var preparation = PreparationOptions()
    preparation.countsDispatches = options.countsDispatches
    preparation.isInterruptible = options.stopsRunningCode
    preparation.checksCallees = true
    image = CodeImage(
      functionCount: module.code.functionCount,
      hostSignatures: (0..<UInt32(imports.count)).map { $0 },
      registry: module.engine.registry,
      source: try ClifInstanceCode(module.code, imports, records, environment), options: preparation
    )
    environment.instance = Unmanaged.passUnretained(self).toOpaque()
  }

  public func function(named name: String) throws(PulleyError) -> ClifFunction {
    guard let index = module.exportIndices[name] else {
      throw PulleyError(.notFound, "the module has no function named \(VisibleText.quoted(name))")
    }
    return ClifFunction(self, index: index)
  }

  /// Makes the guest trap with this message once the host function that is running has returned.
  public func requestTrap(_ message: String?) { environment.requestTrap(message) }

  /// Makes the guest trap as `error` says, once the host function that is running has returned: with
  /// its reason, its message and the frames that it has, before those of this guest.
  public func requestTrap(passingOn error: PulleyError) {
    environment.requestTrap(HostTrap(message: error.message, cause: error))
  }

  /// Throws an exception once the host function that is running has returned: the guest goes on in
  /// the innermost handler of the tag.
  public func requestThrow(_ exception: GuestException) { environment.requestThrow(exception) }

  /// Ends what the host has called on this instance, or calls next: where a function is compiled that is
  /// called for the first time, or anywhere if the engine's code is interruptible. For any thread, and
  /// for signal handlers.
  public func interrupt() { interruption.request() }

  /// Forgets an interruption that has ended nothing yet.
  public func clearInterruption() { interruption.withdraw() }

  /// How many bytes of a resource the instance takes; of compilation, its module.
  public func usage(of resource: Resource) -> Int {
    (resource == .compilation ? module.code.account : account).usage(of: resource)
  }

  /// How many instructions calls from the host have dispatched, if the engine counts them.
  public var dispatchCount: UInt64 { machineStorage?.dispatches ?? 0 }

  /// The machine, if there is one yet.
  var existingMachine: Unmanaged<Machine>? { machineStorage.map(Unmanaged.passUnretained) }

  /// The machine that calls from the host run on.
  func machine() throws(PulleyError) -> Machine {
    if let machineStorage { return machineStorage }
    let size = module.engine.options.stackSize
    let charge = try Charge(size, of: .stacks, to: account, for: "a guest's stack")
    let machine: Machine
    do throws(MachineError) {
      machine = try Machine(
        stackSize: size, hasLowStack: module.hasNarrowAddresses, interruption: interruption)
    } catch {
      throw PulleyError(error)
    }
    machine.hostStackReserve = module.engine.options.hostStackReserve
    stackCharge = consume charge
    machineStorage = machine
    return machine
  }
}

/// What calls of an import go through.
private enum ImportRecord {
  case host(HostFunctionRecord)
  case uncallable(UncallableRecord)

  /// Nil of what cannot be called.
  init?(
    _ item: ClifModule.Import, _ definition: ClifDefinition, number: UInt32,
    environment: HostEnvironment
  ) throws(PulleyError) {
    guard case .function(let signature) = item.kind else { return nil }
    switch definition {
    case .address: return nil
    case .uncallable(_, let message):
      self = .uncallable(UncallableRecord(message: message, signatureNumber: number))
    case .registered(let host), .found(let host):
      do {
        self = .host(
          try HostFunctionRecord(
            host, type: GuestFunctionType(signature, for: host.signature),
            environment: environment, signatureNumber: number))
      } catch {
        throw PulleyError(
          .link, "incompatible import type: \(item.name) \(signature): \(error.message)")
      }
    }
  }

  var address: UInt {
    switch self {
    case .host(let record): UInt(bitPattern: record.pointer)
    case .uncallable(let record): UInt(bitPattern: record.pointer)
    }
  }
}

/// A text's code with one instance's addresses filled in.
final class ClifInstanceCode: FunctionSource, @unchecked Sendable {
  let code: ClifCode
  private let imports: [ClifDefinition]
  /// The instance keeps them.
  private let records: [UInt]
  /// Held, for a function that nobody waits for any more may be compiled while the instance goes.
  private let environment: HostEnvironment
  private let foreignCalls = Mutex<[Signature: ForeignCallRecord]>([:])

  /// The code that is prepared for this instance alone.
  private let prepared: Mutex<Charge>

  fileprivate init(
    _ code: ClifCode, _ imports: [ClifDefinition], _ records: [ImportRecord?],
    _ environment: HostEnvironment
  ) throws(PulleyError) {
    self.code = code
    prepared = Mutex(try Charge(0, of: .compilation, to: code.account, for: "an instance"))
    self.imports = imports
    self.records = records.map { $0?.address ?? 0 }
    self.environment = environment
  }

  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody {
    try body(of: function, PreparationControl())
  }

  func body(
    of function: Int, _ control: PreparationControl
  ) throws(FunctionUnavailable) -> FunctionBody {
    do throws(PulleyError) {
      return body(of: function, try code.code(of: function, control))
    } catch {
      if control.isCancelled { throw .cancelled }
      throw FunctionUnavailable(
        message: error.message, kind: error.kind == .limit ? .outOfMemory : .functionUnavailable)
    }
  }

  func takesLong(_ function: Int) -> Bool { code.takesLong(function) }

  func willKeep(_ bytes: Int) throws(FunctionUnavailable) {
    guard prepared.withLock({ $0.grow(by: bytes) }) else {
      let refusal = code.account.refusal(bytes, of: .compilation, "a function's code")
      throw FunctionUnavailable(message: refusal.message, kind: .outOfMemory)
    }
  }

  private func body(of function: Int, _ compiled: CompiledFunction) -> FunctionBody {
    var body = FunctionBody(bytes: compiled.code)
    for relocation in compiled.relocations {
      let place = Int(relocation.offset) + Int(relocation.patchDistance)
      let target = Int(relocation.target)
      switch relocation.kind {
      case .nearCall, .functionAddress:
        body.calls.append(CallTarget(instruction: relocation.offset, function: relocation.target))
      case .hostCall:
        body.bytes[place] = UInt8(min(target, 255))
      case .hostRecord:
        write(UInt64(records[target]), to: &body.bytes, at: place)
      case .address:
        write(
          address(of: target) &+ UInt64(bitPattern: relocation.addend), to: &body.bytes, at: place)
      }
    }
    body.frameBytes = compiled.frameBytes
    body.handlers = compiled.handlers.map {
      HandlerEntry(call: $0.call, tag: $0.tag, target: $0.target)
    }
    body.foreignCalls = compiled.indirectCalls.map { call in
      ForeignCall(
        instruction: call.offset,
        function: foreignCall(code.signature(call.signature, ofFunction: function)))
    }
    return body
  }

  private func address(of number: Int) -> UInt64 {
    switch imports[number] {
    case .registered(let definition), .found(let definition): UInt64(definition.address)
    case .uncallable(let address, _), .address(let address): UInt64(address)
    }
  }

  private func foreignCall(_ signature: Signature) -> UnsafeMutablePointer<HostFunction> {
    foreignCalls.withLock { known in
      if let record = known[signature] { return record.pointer }
      var registered: [(definition: HostDefinition, type: GuestFunctionType)] = []
      for case .registered(let host) in imports {
        registered.append((host, GuestFunctionType(signature, for: host.signature)))
      }
      let record = ForeignCallRecord(
        type: GuestFunctionType(signature), signature: HostSignature(signature),
        registered: registered, poppedBytes: CallABI(signature).poppedBytes,
        environment: environment)
      known[signature] = record
      return record.pointer
    }
  }

  private func write(_ value: UInt64, to bytes: inout [UInt8], at place: Int) {
    withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(place..<place + 8, with: $0) }
  }
}
