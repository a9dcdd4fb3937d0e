import CFFI
import PulleyDeclarations
import PulleyISA
import PulleyVM

/// Computes the parts of a plan.
struct PlanBuilder {
  let signature: HostSignature
  let model: DataModel
  /// The function's name in messages.
  private let name: String
  private let guestType: GuestFunctionType
  private var locations: ArraySlice<ABILocation>
  private let results: [ABILocation]

  var steps: [ArgumentStep] = []
  var types: [UnsafeMutablePointer<ffi_type>?] = []
  var resultType: UnsafeMutablePointer<ffi_type>?
  var data: [DataStep] = []
  var handles: [HandleType] = []
  var callbacks: [CallbackPlan] = []
  var result = ResultStep.simple(.nothing)
  var resultOffset = 0
  var frame = 0
  var transfers: [Transfer] = []
  var foreignTypes: [ForeignType] = []
  var fixedCount: Int?
  /// The guest's address of its variable arguments.
  private var buffer: ArgumentConversion?
  /// The parameter that is being added, for errors.
  private(set) var parameter: Int?
  var savedOffset: Int?
  /// The slot of the guest's value of each parameter; nil if it has none.
  private var slots: [ArgumentConversion?] = []
  /// The structure that an argument is, by the argument's index.
  private var records: [Int: Record] = [:]
  /// Pointers to data, whose counts may be later arguments.
  private var pending: [(transfer: Transfer, type: PointedData, state: Int, copy: Int?)] = []
  /// By the positions of parameters.
  var finalizers: [Int: HandleFinalizer] = [:]
  /// Those of the pointers to data.
  private var dataFinalizers: [HandleFinalizer?] = []

  init(
    _ signature: HostSignature, _ type: GuestFunctionType, _ model: DataModel, name: String
  ) {
    self.name = name
    self.signature = signature
    self.model = model
    guestType = type
    let abi = type.abi(leading: [.x])
    locations = abi.parameters.dropFirst()
    results = abi.results
  }

  mutating func build() throws(LayoutError) {
    let context = signature.context.count
    // One structure may be split.
    frame = 8 * (context + signature.parameters.count + 1)
    if case .memory = try GuestABI.returning(signature.result, model) {
      try addResultInMemory()
    }
    for argument in signature.context {
      let kind: ArgumentConversion.Kind =
        switch argument {
        case .instance: .instance
        case .userData: .userData
        }
      add(ArgumentConversion(kind: kind, isReadInPlace: false), pulley_ffi_pointer())
    }
    let extended = HostType.extendedToWord(
      signature.context.map { _ in .hostPointer } + signature.fixedParameters)
    for (index, type) in signature.fixedParameters.enumerated() {
      parameter = index
      let count = steps.count
      try add(type, at: index, isExtended: extended[context + index])
      if steps.count > count {
        steps[count].conversion.refusesNull = signature.nonNull.contains(index)
      }
      slots.append(steps.count > count ? steps[count].conversion : nil)
    }
    parameter = nil
    for (item, finalizer) in zip(pending, dataFinalizers) {
      data.append(
        DataStep(
          transfer: item.transfer, type: item.type, count: try count(item.type.extent),
          stateOffset: item.state, copyOffset: item.copy, finalizer: finalizer))
    }
    if signature.variadic != nil { buffer = addressSlot() }
    try addResult()
    try splitStructure()
    if signature.variadic != nil { fixedCount = types.count }
    if readsArgumentsLate { savedOffset = room(MarshallingPlan.savedBytes) }
  }

  /// How calls pass variable arguments to the function at an address; nil if it takes none.
  func variadicPlan(_ function: UInt) throws(LayoutError) -> VariadicPlan? {
    guard let buffer else { return nil }
    return try VariadicPlan(
      signature, function: function, first: signature.context.count, buffer: buffer,
      fixedTypes: types, resultType: resultType)
  }

  /// Whether an argument is read after the call.
  private var readsArgumentsLate: Bool {
    switch result {
    case .structure: return true
    case .data(_, .constant, _): break
    case .data: return true
    default: break
    }
    return handles.contains(where: \.isReleased)
  }

  /// Describes a structure to libffi as two arguments where libffi would pass it wrongly.
  private mutating func splitStructure() throws(LayoutError) {
    #if arch(x86_64) && !os(Windows)
      var registers = SystemVRegisters()
      switch signature.result {
      case .structure(let record), .several(let record):
        let size = try record.layout(.host).extent.size
        if size > 16 { registers.takeScalar(isFloat: false) }
      default: break
      }
      for index in steps.indices {
        guard let record = records[index] else {
          switch steps[index].conversion.kind {
          case .vector, .pair: registers.takePair()
          default: registers.takeScalar(isFloat: steps[index].conversion.isFloat)
          }
          continue
        }
        guard registers.take(try SystemVClasses(record)) else { continue }
        steps[index].isSplit = true
        types.replaceSubrange(index...index, with: [pulley_ffi_uint64(), pulley_ffi_double()])
        if let count = fixedCount, index < count { fixedCount = count + 1 }
        return
      }
    #endif
  }

  /// Whether all arguments and the result are words that a direct call can pass.
  var isDirect: Bool {
    switch result {
    case .scalars, .pointerStructure, .structure, .simple(.vector), .simple(.pair): return false
    default: break
    }
    let isWords = steps.allSatisfy {
      $0.kind != .structure && $0.kind != .scalarStructure && $0.kind != .pointerStructure
        && $0.conversion.kind != .vector
        && $0.conversion.kind != .pair
    }
    let floats = steps.count { $0.conversion.isFloat }
    return isWords && fixedCount == nil
      && DirectCall.canPass(integers: steps.count - floats, floats: floats)
  }

  // MARK: Counts

  private func count(_ extent: PointerRules.Extent) throws(LayoutError) -> DataCount {
    switch extent {
    case .one: return .constant(1)
    case .elements(let count), .bytes(let count):
      switch count {
      case .constant(let number): return .constant(number)
      case .parameter(let position): return .argument(try counter(position))
      case .product(let first, let second):
        return .product(try counter(first), try counter(second))
      case .strings(let positions):
        return .strings(try positions.map { (position) throws(LayoutError) in try slot(position) })
      }
    }
  }

  private func slot(_ position: Int) throws(LayoutError) -> ArgumentConversion {
    guard slots.indices.contains(position), let slot = slots[position] else {
      throw LayoutError("parameter \(position + 1)", "has no number that could be a count")
    }
    return slot
  }

  private func counter(_ position: Int) throws(LayoutError) -> DataCounter {
    let slot = try slot(position)
    if case .data(let data) = signature.parameters[position],
      case .integer(let type) = data.element
    {
      return .pointed(slot, type)
    }
    guard signature.parameters[position].isInteger else {
      throw LayoutError("parameter \(position + 1)", "is not an integer and cannot be a count")
    }
    return .integer(slot)
  }

  // MARK: Places

  private mutating func room(_ bytes: Int) -> Int {
    frame = (frame + 15) & ~15
    defer { frame += bytes }
    return frame
  }

  private mutating func slot(_ conversion: ArgumentConversion) -> ArgumentConversion {
    var conversion = conversion
    if let location = locations.popFirst() { conversion.setLocation(location) }
    return conversion
  }

  /// The slot of an address, or of a number as wide.
  private mutating func addressSlot() -> ArgumentConversion {
    slot(
      ArgumentConversion(
        kind: .pointer, isReadInPlace: false, isWide: model == .guest64))
  }

  // MARK: Arguments

  private mutating func add(
    _ conversion: ArgumentConversion, _ type: UnsafeMutablePointer<ffi_type>?
  ) {
    steps.append(
      ArgumentStep(kind: .simple, conversion: conversion, valueOffset: room(16)))
    types.append(type)
  }

  private mutating func add(
    _ type: HostType, at index: Int, isExtended: Bool
  ) throws(LayoutError) {
    switch type {
    case .structure(let record): try add(record)
    case .several: throw LayoutError(type.word, "is a list of results")
    case .data(let data): try add(data)
    case .buffer, .nullableBuffer:
      var data = PointedData(
        .integer(.uint8), extent: .bytes(.parameter(position: index + 1)),
        isNullable: type.isNullable)
      data.isNullOnlyIfEmpty = false
      try add(data)
    case .handle(let handle):
      steps.append(
        ArgumentStep(
          kind: .handle, conversion: addressSlot(), valueOffset: room(16), detail: handles.count))
      handles.append(handle)
      types.append(pulley_ffi_pointer())
    case .callback(let callback):
      steps.append(
        ArgumentStep(
          kind: .callback, conversion: addressSlot(), valueOffset: room(16),
          detail: callbacks.count))
      callbacks.append(
        try CallbackPlan(callback, model, place: "argument \(index + 1) of \(name)"))
      types.append(pulley_ffi_pointer())
    case .objectSize(let size):
      let transfer = try Transfer(size.type, model)
      transfers.append(transfer)
      steps.append(
        ArgumentStep(
          kind: .objectSize,
          conversion: slot(try ArgumentConversion(scalar: .integer(size.integer), model)),
          valueOffset: room(16), transfer: .passUnretained(transfer)))
      types.append(try ForeignType.scalar(.integer(size.integer)))
    default:
      guard let guest = try GuestABI.parameterTypes(type, model).first else { return }
      guard type != .i128 else {
        throw LayoutError("__int128", "is passed only to functions whose types are all simple")
      }
      let conversion = slot(
        ArgumentConversion(type, from: guest, isExtended: isExtended))
      add(conversion, isExtended ? pulley_ffi_uint64() : type.ffiType)
    }
  }

  private mutating func add(_ record: Record) throws(LayoutError) {
    records[steps.count] = record
    switch try GuestABI.passing(record, model) {
    case .nothing: records[steps.count] = nil
    case .direct(.pointer):
      let foreign = try ForeignType(record)
      let transfer = try Transfer(.record(record), model)
      steps.append(
        ArgumentStep(
          kind: .pointerStructure, conversion: addressSlot(), valueOffset: room(16),
          transfer: .passUnretained(transfer)))
      types.append(foreign.type)
      foreignTypes.append(foreign)
      transfers.append(transfer)
    case .direct(let scalar):
      let foreign = try ForeignType(record)
      let conversion = slot(try ArgumentConversion(scalar: scalar, model))
      steps.append(
        ArgumentStep(
          kind: .scalarStructure, conversion: conversion,
          valueOffset: room(max(16, foreign.type.pointee.size))))
      types.append(foreign.type)
      foreignTypes.append(foreign)
    case .indirect:
      let foreign = try ForeignType(record)
      let transfer = try Transfer(.record(record), model)
      steps.append(
        ArgumentStep(
          kind: .structure, conversion: addressSlot(), valueOffset: room(transfer.host.size),
          transfer: .passUnretained(transfer)))
      types.append(foreign.type)
      foreignTypes.append(foreign)
      transfers.append(transfer)
    }
  }

  private mutating func add(_ type: PointedData) throws(LayoutError) {
    let transfer = try Transfer(type.element, model)
    let value = room(16)
    let isCopied = !transfer.isIdentical
    let state = room(MemoryLayout<DataState>.size)
    let room = isCopied && !type.isKept ? room(transfer.host.size + DataStep.endBytes) : 0
    let copy = isCopied ? room : nil
    steps.append(
      ArgumentStep(
        kind: .data, conversion: addressSlot(), valueOffset: value, detail: pending.count))
    pending.append((transfer, type, state, copy))
    dataFinalizers.append(parameter.flatMap { finalizers[$0] })
    types.append(pulley_ffi_pointer())
  }

  // MARK: Results

  private mutating func addResultInMemory() throws(LayoutError) {
    let address = addressSlot()
    guard case .structure(let record) = signature.result else {
      throw LayoutError(signature.result.word, "cannot be a result")
    }
    let transfer = try Transfer(.record(record), model)
    result = .structure(transfer, address: address)
  }

  private mutating func addResult() throws(LayoutError) {
    resultType = signature.result.ffiType
    switch signature.result {
    case .structure(let record), .several(let record):
      guard try record.layout(.host).extent.size > 0 else {
        resultType = pulley_ffi_void()
        break
      }
      let foreign = try ForeignType(record)
      foreignTypes.append(foreign)
      resultType = foreign.type
      resultOffset = room(max(16, foreign.type.pointee.size))
      if case .structure = result { return }
      try addScalarResults(record)
      return
    case .string, .nullableString: result = .text
    case .data(let data):
      let transfer = try Transfer(data.element, model)
      result = .data(
        transfer, try count(data.extent), isInBytes: DataCount.isInBytes(data.extent))
    case .handle(let type): result = .handle(type)
    case .callback(let type): result = .callback(type)
    default:
      result = .simple(ResultConversion(signature.result, to: guestType.results.first))
    }
    resultOffset = room(16)
  }

  private mutating func addScalarResults(_ record: Record) throws(LayoutError) {
    var scalars: [(type: CType, offset: Int)] = []
    if case .several = signature.result {
      let offsets = try record.layout(.host).offsets
      scalars = zip(record.definition?.members ?? [], offsets).map { ($0.type, $1) }
    } else if case .direct(.pointer) = try GuestABI.passing(record, model) {
      result = .pointerStructure(try Transfer(.record(record), model))
      return
    } else if case .direct(let scalar) = try GuestABI.passing(record, model) {
      scalars = [(scalar, 0)]
    }
    var list: [ResultStep.Scalar] = []
    for ((type, offset), location) in zip(scalars, results) {
      list.append(
        ResultStep.Scalar(
          offset: offset, size: try type.extent(.host).size, isSigned: type.isSignedInHost,
          location: location))
    }
    result = .scalars(list)
  }
}

extension CType {
  fileprivate var isSignedInHost: Bool {
    if case .integer(let type) = self { type.isSigned(.host) } else { false }
  }
}

extension ArgumentConversion {
  /// The conversion of a scalar that is the only member of a structure.
  fileprivate init(scalar: CType, _ model: DataModel) throws(LayoutError) {
    let host: HostType
    switch scalar {
    case .floating(.float): host = .f32
    case .floating(.double): host = .f64
    case .integer(let type):
      let isSigned = type.isSigned(.host)
      switch type.size(.host) {
      case 1: host = isSigned ? .i8 : .u8
      case 2: host = isSigned ? .i16 : .u16
      case 4: host = isSigned ? .i32 : .u32
      case 8: host = isSigned ? .ssize : .size
      default: throw LayoutError("\(scalar)", "cannot be passed by value")
      }
    default: throw LayoutError("\(scalar)", "as the only member cannot be passed by value")
    }
    let guest = GuestABI.types(of: scalar, model).first ?? .i32
    self.init(host, from: guest, isExtended: true)
  }
}
