import PulleyHeap
import PulleyVM
import PulleyWasm

/// An exception of WebAssembly that no guest has caught, with the values of its payload.
///
/// It keeps the objects that the values refer to, so it belongs to the thread of its group if it has
/// references.
public final class ThrownException: OwnErrorDetail, @unchecked Sendable {
  public let tag: Tag
  public let values: [GuestValue]
  private let roots: [RootedWord]

  init(_ tag: Tag, _ values: [GuestValue], in group: InstanceGroup) {
    self.tag = tag
    self.values = values
    roots = values.compactMap { value in
      switch value {
      case .anyref, .exnref, .externref: RootedWord(value.bits, in: group)
      default: nil
      }
    }
  }

  /// Reads what a guest has thrown.
  convenience init?(_ exception: GuestException, in group: InstanceGroup) {
    guard exception.isObject,
      let object = UnsafeRawPointer(bitPattern: UInt(exception.payload0)),
      let word = UnsafeRawPointer(bitPattern: UInt(exception.tag))
    else { return nil }
    let tag = Unmanaged<Tag>.fromOpaque(word).takeUnretainedValue()
    let types = tag.payload
    var values: [GuestValue] = []
    for (type, offset) in zip(types, ObjectLayout(payload: types).offsets) {
      guard let value = GuestValue(readFrom: object + offset, type, group.engine) else {
        return nil
      }
      values.append(value)
    }
    self.init(tag, values, in: group)
  }
}

extension PulleyError {
  /// What no guest has caught: of the trap `uncaughtException` in WebAssembly.
  public var exception: ThrownException? {
    get { detail as? ThrownException }
    set { detail = newValue }
  }
}

extension InstanceState: ExceptionReader {
  func detail(of exception: GuestException) -> (any OwnErrorDetail)? {
    ThrownException(exception, in: group.current)
  }
}

extension Tag {
  /// The types of the payload, with the engine's numbers.
  var payload: [ValueType] {
    guard case .function(let type)? = engine.types.type(typeNumber)?.composite else { return [] }
    return type.parameters
  }
}

extension GuestValue {
  /// The value of a field of an object.
  init?(readFrom place: UnsafeRawPointer, _ type: ValueType, _ engine: Engine) {
    switch StorageType.value(type).size {
    case 4:
      self.init(bits: UInt64(place.load(as: UInt32.self)), type: type, engine)
    case 8:
      self.init(bits: place.load(as: UInt64.self), type: type, engine)
    default:
      self.init(
        CellBits(
          low: place.load(as: UInt64.self), high: place.load(fromByteOffset: 8, as: UInt64.self)),
        type: type, engine)
    }
  }

  /// Stores the value in a field of a new object.
  func store(at place: UnsafeMutableRawPointer, _ type: ValueType) {
    let cell = cell
    switch StorageType.value(type).size {
    case 4: place.storeBytes(of: UInt32(truncatingIfNeeded: cell.low), as: UInt32.self)
    case 8: place.storeBytes(of: cell.low, as: UInt64.self)
    default:
      place.storeBytes(of: cell.low, as: UInt64.self)
      place.storeBytes(of: cell.high, toByteOffset: 8, as: UInt64.self)
    }
  }
}

extension Instance {
  /// Throws an exception in the guest once the host function that is running has returned. The guest
  /// continues in the innermost handler of the tag. Without one, the call from the host into the guest ends
  /// with the trap `uncaughtException`.
  public func requestThrow(_ tag: Tag, _ values: [GuestValue]) throws(PulleyError) {
    guard module.language == .webAssembly else {
      throw PulleyError(.argument, "CLIF has no exceptions with tags of WebAssembly")
    }
    let group = state.group.current
    guard tag.engine === group.engine else {
      throw PulleyError(.argument, "the tag belongs to another engine")
    }
    let types = tag.payload
    guard values.count == types.count else {
      throw PulleyError(
        .argument,
        "an exception of this tag has \(types.count) values and was given \(values.count)")
    }
    for (index, (value, type)) in zip(values, types).enumerated() {
      guard value.fits(type, in: group) else {
        throw PulleyError(
          .argument,
          "value \(index + 1) of the exception must be of type \(type), not \(value.type)")
      }
      try group.adopt(value)
    }
    guard let shape = group.engine.types.exceptionShape(tag.typeNumber),
      let object = try group.objectHeap().allocate(shape, size: shape.size)
    else { throw PulleyError(trap: .heapExhausted) }
    // The exception may outlive the embedder's handle of the tag.
    group.thrownTags[ObjectIdentifier(tag)] = tag
    let number = Unmanaged.passUnretained(tag).toOpaque()
    object.storeBytes(
      of: number, toByteOffset: ObjectLayout.exceptionTag, as: UnsafeMutableRawPointer.self)
    for ((value, type), offset) in zip(zip(values, types), ObjectLayout(payload: types).offsets) {
      value.store(at: object + offset, type)
    }
    state.environment.requestThrow(
      GuestException(
        tag: UInt64(UInt(bitPattern: number)), payload0: UInt64(UInt(bitPattern: object)),
        payload1: 0, isObject: true))
  }
}
