import PulleyDeclarations

/// How the guest receives one argument of C's.
enum CallbackArgument: UInt8 {
  case zeroExtend8, signExtend8, zeroExtend16, signExtend16
  case word32, word64
  /// A word that is 0 or 1.
  case bool
  /// Two words.
  case wide
  /// A pointer into the guest's memory, or NULL.
  case address
  /// The same, but a string elsewhere is copied into the guest's memory.
  case string
}

/// How C receives the guest's result.
enum CallbackResult: UInt8 {
  case nothing
  case zeroExtend8, signExtend8, zeroExtend16, signExtend16, zeroExtend32, signExtend32
  case word64
  case bool
  case single
  case wide
  /// An address in the guest's memory, of 32 or 64 bits.
  case address32, address64
  case string32, string64
}

/// How C calls functions of guests by pointers of one type, computed once.
final class CallbackPlan: @unchecked Sendable {
  /// What calls read, without reference counting.
  struct Body {
    var arguments: UnsafePointer<CallbackArgument>
    var places: UnsafePointer<NativePlace>
    var count: Int
    /// The words that `GuestFunction.run` needs.
    var slotCount: Int
    var result: CallbackResult
    var nativeResult: NativeResult
    /// Whether 0 becomes NULL in a result.
    var resultIsNullable: Bool
    /// Whether each argument is in words that the thunk has stored, and only the result may fail.
    var isPlain: Bool
  }

  /// The argument of the host function in messages: "argument 4 of env.qsort".
  let place: String
  let type: CallbackType
  let model: DataModel
  let guestType: GuestFunctionType
  let interface: CallInterface?
  let body: UnsafeMutablePointer<Body>
  private let arguments: UnsafeMutableBufferPointer<CallbackArgument>
  private let places: UnsafeMutableBufferPointer<NativePlace>

  /// The size of a structure that calls return in memory of the caller.
  var returnedBytes: Int { 0 }

  /// Throws if the guest cannot have a function of the type.
  init(_ type: CallbackType, _ model: DataModel, place: String) throws(LayoutError) {
    func refusal(_ reason: String) -> LayoutError {
      LayoutError("\(place), a pointer to a function '\(type.signature)',", reason)
    }
    let signature = type.signature
    guard signature.context.isEmpty else { throw refusal("cannot take 'instance' or 'userdata'") }
    guard signature.variadic == nil else { throw refusal("takes variable arguments") }
    guestType = try GuestABI.functionType(of: signature, model)
    let places = try NativePlaces(signature)
    var arguments: [CallbackArgument] = []
    for (index, parameter) in signature.parameters.enumerated() {
      guard let argument = CallbackArgument(parameter, model) else {
        throw refusal("takes \(parameter.word) as argument \(index + 1)")
      }
      arguments.append(argument)
    }
    guard let result = CallbackResult(signature.result, model) else {
      throw refusal("returns \(signature.result.word)")
    }
    self.place = place
    self.model = model
    self.type = type
    interface = CallInterface(signature)
    self.arguments = .allocate(capacity: arguments.count)
    _ = self.arguments.initialize(from: arguments)
    self.places = .allocate(capacity: arguments.count)
    _ = self.places.initialize(from: places.arguments)
    let words = arguments.reduce(0) { $0 + ($1 == .wide ? 2 : 1) }
    body = .allocate(capacity: 1)
    body.initialize(
      to: Body(
        arguments: UnsafePointer(self.arguments.baseAddress.unsafelyUnwrapped),
        places: UnsafePointer(self.places.baseAddress.unsafelyUnwrapped), count: arguments.count,
        slotCount: max(words, result == .wide ? 2 : 1), result: result,
        nativeResult: places.result, resultIsNullable: signature.result.isNullable,
        isPlain: words <= CallbackCall.plainSlots && !arguments.contains(.string)
          && places.result == .register))
  }

  deinit {
    body.deinitialize(count: 1)
    body.deallocate()
    arguments.deinitialize()
    arguments.deallocate()
    places.deinitialize()
    places.deallocate()
  }
}

extension CallbackArgument {
  /// Nil if guests cannot receive the type.
  init?(_ type: HostType, _ model: DataModel) {
    let isWide = model != .guest32
    switch type {
    case .bool: self = .bool
    case .u8: self = .zeroExtend8
    case .i8: self = .signExtend8
    case .u16: self = .zeroExtend16
    case .i16: self = .signExtend16
    case .i32, .u32, .f32: self = .word32
    case .i64, .u64, .f64, .hostPointer: self = .word64
    // A guest with 32-bit addresses has a `long` of 32 bits; C's conversion drops the other bits.
    case .ssize, .size: self = isWide ? .word64 : .word32
    case .v128, .i128: self = .wide
    case .pointer, .nullablePointer, .buffer, .nullableBuffer: self = .address
    case .string, .nullableString, .limitedString: self = .string
    case .void, .structure, .several, .data, .handle, .callback, .objectSize: return nil
    }
  }
}

extension CallbackResult {
  /// Nil if C cannot receive the type from a guest.
  init?(_ type: HostType, _ model: DataModel) {
    let isWide = model != .guest32
    switch type {
    case .void: self = .nothing
    case .bool: self = .bool
    case .u8: self = .zeroExtend8
    case .i8: self = .signExtend8
    case .u16: self = .zeroExtend16
    case .i16: self = .signExtend16
    case .u32: self = .zeroExtend32
    case .i32: self = .signExtend32
    case .i64, .u64, .f64, .hostPointer: self = .word64
    case .f32: self = .single
    case .ssize: self = isWide ? .word64 : .signExtend32
    case .size: self = isWide ? .word64 : .zeroExtend32
    case .v128: self = .wide
    case .pointer, .nullablePointer, .buffer, .nullableBuffer:
      self = isWide ? .address64 : .address32
    case .string, .nullableString, .limitedString: self = isWide ? .string64 : .string32
    case .i128, .structure, .several, .data, .handle, .callback, .objectSize: return nil
    }
  }
}
