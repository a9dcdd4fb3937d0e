import PulleyCodegen
import PulleyHost
import PulleyIR
import PulleyISA
import PulleyVM
import Synchronization

/// The definition that a CLIF import is linked to.
enum ClifDefinition {
  /// A C function with the signature that the embedder gave it.
  case registered(HostDefinition)
  /// A C function with the signature that the import has.
  case found(HostDefinition)
  /// A function of a type that C does not have, and the message of the error if it is called.
  case uncallable(address: UInt, message: String)
  case address(UInt)

  var address: UInt {
    switch self {
    case .registered(let definition), .found(let definition): definition.address
    case .uncallable(let address, _), .address(let address): address
    }
  }

  /// Whether the address is known to be that of a function.
  var isFunction: Bool {
    if case .address = self { false } else { true }
  }
}

/// An instance of a module in CLIF. Its code contains the addresses of its imports, so each instance has
/// its own image.
final class ClifInstanceState: InstanceState {
  private let records: [ImportRecord?]

  /// - Parameter imports: for each import of the module.
  init(
    _ module: Module, _ frontEnd: ClifFrontEnd, _ imports: [ClifDefinition], group: InstanceGroup
  ) throws(PulleyError) {
    let engine = module.engine
    let charge = try Charge(
      MemoryBounds.instance(of: frontEnd), of: .instances, to: group.account, for: "an instance")
    let environment = HostEnvironment()
    var records: [ImportRecord?] = []
    for (number, (item, definition)) in zip(frontEnd.imports, imports).enumerated() {
      records.append(
        try ImportRecord(
          item, definition, number: UInt32(number),
          hasNarrowAddresses: frontEnd.hasNarrowAddresses, environment: environment))
    }
    self.records = records
    var predecoding = PredecodingOptions(engine.options)
    predecoding.checksCallees = true
    predecoding.isLow = frontEnd.hasNarrowAddresses
    let image = CodeImage(
      functionCount: frontEnd.functionCount,
      hostSignatures: (0..<UInt32(imports.count)).map { $0 }, registry: engine.registry,
      source: try ClifInstanceCode(module.code, frontEnd, imports, records, environment),
      options: predecoding)
    guard image.hasAddresses else {
      throw PulleyError(
        .limit,
        "no addresses\(predecoding.isLow ? " below 4 GiB" : "") for the module's "
          + "\(frontEnd.functionCount) functions")
    }
    super.init(
      module, image: image, group: group, interruption: engine.options.makeInterruption(),
      environment: environment, charge)
  }

  override func object(ofExport index: Int) -> ExportedObject? {
    guard case .function(.clif(let signature)) = module.exports[index].type else { return nil }
    return .function(Callable(self, signature, entry: image.entry(index)))
  }
}

/// The record that calls of an import use.
private enum ImportRecord {
  case host(HostFunctionRecord)
  case uncallable(UncallableRecord)

  /// Nil for an import that cannot be called.
  init?(
    _ item: ImportDescription, _ definition: ClifDefinition, number: UInt32,
    hasNarrowAddresses: Bool, environment: HostEnvironment
  ) throws(PulleyError) {
    guard case .function(.clif(let signature)) = item.type else { return nil }
    switch definition {
    case .address: return nil
    case .uncallable(_, let message):
      self = .uncallable(UncallableRecord(message: message, signatureNumber: number))
    case .registered(let host), .found(let host):
      do {
        let type = GuestFunctionType(signature, for: host.signature)
        self = .host(
          try HostFunctionRecord(
            hasNarrowAddresses ? host.takingNarrowAddresses(type) : host, type: type,
            environment: environment, signatureNumber: number))
      } catch {
        throw PulleyError(
          item.refused(error.message), "incompatible import type: \(item): \(error.message)")
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

/// The code of a module in CLIF with one instance's addresses filled in.
private final class ClifInstanceCode: CodeOrigin, @unchecked Sendable {
  let code: ModuleCode
  private let frontEnd: ClifFrontEnd
  private let imports: [ClifDefinition]
  private let narrow: NarrowAddresses
  /// The instance keeps them.
  private let records: [UInt]
  /// Kept, because a function may still be compiling when the instance is destroyed.
  private let environment: HostEnvironment
  private let foreignCalls = Mutex<[Signature: ForeignCallRecord]>([:])
  /// Charges the predecoded code of this instance.
  private let kept: Mutex<Charge>

  init(
    _ code: ModuleCode, _ frontEnd: ClifFrontEnd, _ imports: [ClifDefinition],
    _ records: [ImportRecord?], _ environment: HostEnvironment
  ) throws(PulleyError) {
    self.code = code
    self.frontEnd = frontEnd
    kept = Mutex(try Charge(0, of: .compilation, to: code.account, for: "an instance"))
    self.imports = imports
    narrow = try NarrowAddresses(frontEnd.narrowReferences, frontEnd.imports, imports)
    self.records = records.map { $0?.address ?? 0 }
    self.environment = environment
  }

  func body(
    of function: Int, _ control: PredecodingControl
  ) throws(FunctionUnavailable) -> FunctionBody {
    let compiled = try code.compiled(function, control)
    var body = FunctionBody(compiled, frontEnd)
    for relocation in compiled.relocations {
      let place = Int(relocation.offset) + Int(relocation.patchDistance)
      let target = Int(relocation.target)
      switch relocation.kind {
      case .nearCall, .functionAddress: break
      case .hostCall:
        body.bytes[place] = UInt8(min(target, 255))
      case .hostRecord:
        write(UInt64(records[target]), to: &body.bytes, at: place)
      case .address:
        write(
          UInt64(imports[target].address) &+ UInt64(bitPattern: relocation.addend),
          to: &body.bytes, at: place)
      case .narrowAddress:
        let reference = NarrowReference(number: target, addend: relocation.addend)
        guard let address = narrow[reference] else {
          throw FunctionUnavailable(
            message: "no address of 32 bits for \(frontEnd.imports[target].qualifiedName)")
        }
        write(address, to: &body.bytes, at: place)
      }
    }
    body.foreignCalls = compiled.indirectCalls.map { call in
      ForeignCall(
        instruction: call.offset,
        function: foreignCall(frontEnd.signature(call.signature, ofFunction: function)))
    }
    return body
  }

  func takesLong(_ function: Int) -> Bool { code.takesLong(function) }

  func willKeep(_ bytes: Int) throws(FunctionUnavailable) {
    guard kept.withLock({ $0.grow(by: bytes) }) else {
      throw FunctionUnavailable(
        code.account.refusal(bytes, of: .compilation, "a function's code"))
    }
  }

  private func foreignCall(_ signature: Signature) -> UnsafeMutablePointer<HostFunction> {
    foreignCalls.withLock { known in
      if let record = known[signature] { return record.pointer }
      var registered: [(definition: HostDefinition, type: GuestFunctionType)] = []
      let isNarrow = frontEnd.hasNarrowAddresses
      for case .registered(let host) in imports {
        let type = GuestFunctionType(signature, for: host.signature)
        registered.append((isNarrow ? host.takingNarrowAddresses(type) : host, type))
      }
      let type = GuestFunctionType(signature)
      let unknown = HostSignature(signature)
      let record = ForeignCallRecord(
        type: type, signature: isNarrow ? unknown?.takingNarrowAddresses(type) : unknown,
        registered: registered, poppedBytes: CallABI(signature).poppedBytes,
        environment: environment)
      known[signature] = record
      return record.pointer
    }
  }

  private func write(
    _ value: some FixedWidthInteger, to bytes: inout [UInt8], at place: Int
  ) {
    withUnsafeBytes(of: value.littleEndian) {
      bytes.replaceSubrange(place..<place + $0.count, with: $0)
    }
  }
}
