import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyVM

/// The description of functions in CLIF in an artifact, as little-endian integers: whether
/// addresses have 32 bits; the signatures; exports and imports; and for each function, in order,
/// the size of its frame, the relocations that an instance applies, and its indirect calls.
struct ClifArtifact {
  private(set) var hasNarrowAddresses = false
  private(set) var exports: [ExportDescription] = []
  private(set) var imports: [ImportDescription] = []
  private(set) var signatures: [Signature] = []
  private(set) var functions: [CompiledFunction] = []
  private var signatureNumbers: [Signature: UInt32] = [:]
}

// Writing

extension ClifArtifact {
  /// - Parameter functions: the code of all functions.
  mutating func write(_ frontEnd: ClifFrontEnd, _ functions: [CompiledFunction]) -> [UInt8] {
    var body = ByteWriter()
    body.write(UInt32(frontEnd.exports.count))
    for export in frontEnd.exports {
      body.write(text: export.name)
      body.write(number(of: export.type))
    }
    body.write(UInt32(frontEnd.imports.count))
    for item in frontEnd.imports {
      body.write(text: item.module)
      body.write(text: item.name)
      body.write(number(of: item.type))
    }
    for (index, function) in functions.enumerated() {
      body.write(function.frameBytes)
      let relocations = function.relocations.filter { $0.kind.isFilledInLast }
      body.write(UInt32(relocations.count))
      for relocation in relocations {
        body.write(relocation.kind.rawValue)
        body.write(relocation.offset)
        body.write(relocation.patchDistance)
        body.write(relocation.target)
        body.write(relocation.addend)
      }
      body.write(UInt32(function.indirectCalls.count))
      for call in function.indirectCalls {
        body.write(call.offset)
        body.write(number(of: frontEnd.signature(call.signature, ofFunction: index)))
      }
    }
    var all = ByteWriter()
    all.write(UInt8(frontEnd.hasNarrowAddresses ? 1 : 0))
    all.write(UInt32(signatures.count))
    for signature in signatures { all.write(signature) }
    return all.bytes + body.bytes
  }

  /// The number of a function's signature; `UInt32.max` of an address.
  private mutating func number(of type: ExternalType) -> UInt32 {
    if case .function(.clif(let signature)) = type { number(of: signature) } else { .max }
  }

  private mutating func number(of signature: Signature) -> UInt32 {
    if let known = signatureNumbers[signature] { return known }
    let number = UInt32(signatures.count)
    signatures.append(signature)
    signatureNumbers[signature] = number
    return number
  }
}

extension ByteWriter {
  fileprivate mutating func write(_ signature: Signature) {
    write(signature.convention.rawValue)
    for list in [signature.parameters, signature.results] {
      write(UInt32(list.count))
      // Callers from outside do not need the purpose of a parameter.
      for parameter in list {
        write(parameter.type.rawValue)
        write(parameter.extension.rawValue)
      }
    }
  }
}

extension Relocation.Kind {
  /// Whether each instance applies the relocation for itself.
  fileprivate var isFilledInLast: Bool { self != .nearCall && self != .functionAddress }
}

// Reading

extension ClifArtifact {
  init(_ file: ArtifactFile) throws(PulleyError) {
    guard let artifact = ClifArtifact(file.description.array[...], try file.relocatedCode())
    else {
      throw PulleyError(
        .artifact, "damaged artifact: the description of its functions is not valid")
    }
    self = artifact
  }

  /// Nil if the bytes are not what `write` made for this code.
  private init?(_ bytes: ArraySlice<UInt8>, _ relocated: RelocatedCode) {
    var reader = ByteReader(bytes)
    guard let narrow = reader.read(UInt8.self), narrow <= 1, readSignatures(&reader),
      readNames(&reader), exports.count == relocated.ranges.count
    else {
      return nil
    }
    hasNarrowAddresses = narrow == 1
    for index in relocated.ranges.indices {
      guard let function = readFunction(&reader, index, relocated) else { return nil }
      functions.append(function)
    }
    guard reader.isAtEnd else { return nil }
  }

  private mutating func readSignatures(_ reader: inout ByteReader) -> Bool {
    guard let count = reader.readCount() else { return false }
    for _ in 0..<count {
      guard let code = reader.read(UInt8.self), let convention = CallConvention(rawValue: code),
        let parameters = readTypes(&reader), let results = readTypes(&reader)
      else { return false }
      signatures.append(
        Signature(parameters: parameters, results: results, convention: convention))
    }
    return true
  }

  /// More parameters would overflow the size of the arguments.
  private static let mostParameters = 1 << 24

  private func readTypes(_ reader: inout ByteReader) -> [ABIParameter]? {
    guard let count = reader.readCount(), count <= Self.mostParameters else { return nil }
    var types: [ABIParameter] = []
    for _ in 0..<count {
      guard let code = reader.read(UInt8.self), Type.all.contains(Type(rawValue: code)),
        let number = reader.read(UInt8.self),
        let `extension` = ABIParameter.Extension(rawValue: number)
      else { return nil }
      types.append(ABIParameter(Type(rawValue: code), extension: `extension`))
    }
    return types
  }

  private mutating func readNames(_ reader: inout ByteReader) -> Bool {
    guard let count = reader.readCount() else { return false }
    for _ in 0..<count {
      guard let name = reader.readText(), let number = reader.read(UInt32.self),
        Int(number) < signatures.count
      else { return false }
      exports.append(
        ExportDescription(name: name, type: .function(.clif(signatures[Int(number)]))))
    }
    guard let importCount = reader.readCount() else { return false }
    for _ in 0..<importCount {
      guard let module = reader.readText(), let field = reader.readText(),
        let number = reader.read(UInt32.self),
        number == .max || Int(number) < signatures.count
      else { return false }
      imports.append(
        ImportDescription(
          module: module, name: field,
          type: number == .max ? .address : .function(.clif(signatures[Int(number)]))))
    }
    return true
  }

  private func readFunction(
    _ reader: inout ByteReader, _ index: Int, _ relocated: RelocatedCode
  ) -> CompiledFunction? {
    let range = relocated.ranges[index]
    let base = UInt32(range.lowerBound)
    var function = CompiledFunction()
    function.code = relocated.text.array(range)
    // If two calls overlapped, saving the module again would change one by relocating the other.
    var end: UInt32 = 0
    for call in relocated.calls.entries(in: range) {
      guard let relocation = relocation(of: call, in: function.code, base),
        relocation.offset >= end
      else { return nil }
      end = relocation.offset + UInt32(relocation.patchDistance) + 4
      function.relocations.append(relocation)
    }
    function.traps = relocated.traps.entries(in: range).map {
      TrapEntry(
        offset: $0.offset - base, code: TrapCode(rawValue: UInt8(truncatingIfNeeded: $0.value)))
    }
    function.sourceLocations = relocated.sources.entries(in: range).map {
      SourceEntry(offset: $0.offset - base, location: $0.value)
    }
    function.handlers = relocated.handlers(of: range)
    guard let frameBytes = reader.read(UInt32.self), readRelocations(&reader, &function),
      readIndirectCalls(&reader, &function)
    else { return nil }
    function.frameBytes = frameBytes
    return function
  }

  /// The relocation that was applied to an instruction that names a function. The distance is its
  /// last field.
  private func relocation(
    of call: PairTable.Entry, in code: [UInt8], _ base: UInt32
  ) -> Relocation? {
    let offset = call.offset - base
    guard let instruction = try? Decoder.decode(code, at: Int(offset)) else { return nil }
    let kind: Relocation.Kind
    switch instruction.opcode {
    case .call, .call1, .call2, .call3, .call4, .jump: kind = .nearCall
    case .xpcadd: kind = .functionAddress
    default: return nil
    }
    return Relocation(
      offset: offset, kind: kind,
      patchDistance: UInt8(instruction.length - MemoryLayout<Int32>.size),
      namespace: ClifLinking.functionNamespace, target: call.value)
  }

  private func readRelocations(
    _ reader: inout ByteReader, _ function: inout CompiledFunction
  ) -> Bool {
    guard let count = reader.readCount() else { return false }
    for _ in 0..<count {
      guard let code = reader.read(UInt8.self), let kind = Relocation.Kind(rawValue: code),
        kind.isFilledInLast, let offset = reader.read(UInt32.self),
        let distance = reader.read(UInt8.self), let target = reader.read(UInt32.self),
        let addend = reader.read(Int64.self)
      else { return false }
      let size =
        switch kind {
        case .hostCall: 1
        case .narrowAddress: 4
        case .nearCall, .functionAddress, .address, .hostRecord: 8
        }
      guard UInt64(offset) + UInt64(distance) + UInt64(size) <= UInt64(function.code.count),
        Int(target) < imports.count
      else { return false }
      if imports[Int(target)].type == .address, kind != .address, kind != .narrowAddress {
        return false
      }
      if kind == .narrowAddress, !hasNarrowAddresses { return false }
      function.relocations.append(
        Relocation(
          offset: offset, kind: kind, patchDistance: distance,
          namespace: ClifLinking.importNamespace, target: target, addend: addend))
    }
    function.relocations.sort { $0.offset < $1.offset }
    return true
  }

  private func readIndirectCalls(
    _ reader: inout ByteReader, _ function: inout CompiledFunction
  ) -> Bool {
    guard let count = reader.readCount() else { return false }
    for _ in 0..<count {
      guard let offset = reader.read(UInt32.self), let number = reader.read(UInt32.self),
        Int(number) < signatures.count
      else { return false }
      function.indirectCalls.append(
        IndirectCall(offset: offset, signature: number))
    }
    return true
  }
}
