import CFFI
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
  /// See the plan's `conversions`.
  case complex
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
  /// See the plan's `resultConversion`.
  case complex
}

/// How C calls functions of guests by pointers of one type, computed once.
final class CallbackPlan: @unchecked Sendable {
  /// What calls read, without reference counting.
  struct Body {
    var arguments: UnsafePointer<CallbackArgument>
    var places: UnsafePointer<NativePlace>
    var count: Int
    var result: CallbackResult
    var nativeResult: NativeResult
    /// Whether 0 becomes NULL in a result.
    var resultIsNullable: Bool
    /// Whether a call needs no memory of the guest and no more than `CallbackCall.plainSlots` words.
    var isPlain: Bool
    /// Whether a call may come when no host call is running.
    var isKept: Bool
  }

  /// The argument of the host function in messages: "argument 4 of env.qsort".
  let place: String
  let type: CallbackType
  let model: DataModel
  let guestType: GuestFunctionType
  /// For closures of libffi's; nil if it cannot call the type.
  let interface: CallInterface?
  let body: UnsafeMutablePointer<Body>
  let conversions: [CallbackConversion]
  let resultConversion: CallbackResultConversion
  /// The words that `GuestFunction.run` needs.
  let slotCount: Int
  /// The size of a structure that calls return in memory of the caller; otherwise 0.
  let returnedBytes: Int
  private let foreignTypes: [ForeignType]
  private let arguments: UnsafeMutableBufferPointer<CallbackArgument>
  private let places: UnsafeMutableBufferPointer<NativePlace>

  /// Throws if the guest cannot have a function of the type.
  init(_ type: CallbackType, _ model: DataModel, place: String) throws(LayoutError) {
    let signature = type.signature
    self.place = place
    self.type = type
    self.model = model
    do throws(LayoutError) {
      try Self.check(signature)
      guestType = try GuestABI.functionType(of: signature, model)
      conversions = try signature.parameters.map { (parameter) throws(LayoutError) in
        try CallbackConversion(parameter, model)
      }
      resultConversion = try CallbackResultConversion(signature.result, model)
      (interface, foreignTypes) = try CallInterface.callback(signature)
    } catch {
      throw LayoutError(
        "\(place), a pointer to a function '\(signature)',",
        "cannot be called, because \(error)")
    }
    let places = try NativePlaces(signature)
    returnedBytes =
      if case .structure(let record) = signature.result, places.result == .memory {
        try record.layout(.host).extent.size
      } else {
        0
      }
    let arguments = signature.parameters.map { CallbackArgument($0, model) }
    self.arguments = .allocate(capacity: arguments.count)
    _ = self.arguments.initialize(from: arguments)
    self.places = .allocate(capacity: arguments.count)
    _ = self.places.initialize(from: places.arguments)
    // A vector has two words.
    slotCount = max(guestType.parameters.wordCount, guestType.results.wordCount, 1)
    body = .allocate(capacity: 1)
    body.initialize(
      to: Body(
        arguments: UnsafePointer(self.arguments.baseAddress.unsafelyUnwrapped),
        places: UnsafePointer(self.places.baseAddress.unsafelyUnwrapped), count: arguments.count,
        result: CallbackResult(signature.result, model), nativeResult: places.result,
        resultIsNullable: signature.result.isNullable,
        isPlain: slotCount <= CallbackCall.plainSlots && places.result == .register
          && !arguments.contains { $0 == .string || $0 == .complex }
          && !resultConversion.isComplex, isKept: type.isKept))
  }

  private static func check(_ signature: HostSignature) throws(LayoutError) {
    guard signature.context.isEmpty else {
      throw LayoutError("it", "cannot take 'instance' or 'userdata'")
    }
    guard signature.variadic == nil else { throw LayoutError("it", "takes variable arguments") }
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

extension [GuestType] {
  fileprivate var wordCount: Int { reduce(0) { $0 + ($1 == .v128 ? 2 : 1) } }
}

extension CallbackArgument {
  init(_ type: HostType, _ model: DataModel) {
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
    case .void, .structure, .several, .data, .handle, .callback, .objectSize: self = .complex
    }
  }
}

extension CallbackResult {
  init(_ type: HostType, _ model: DataModel) {
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
    case .i128, .structure, .several, .data, .handle, .callback, .objectSize: self = .complex
    }
  }
}
