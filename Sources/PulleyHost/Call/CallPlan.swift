import PulleyISA
import PulleyVM

/// How one argument of the C function is made from the guest's value.
struct ArgumentConversion {
  enum Kind: UInt8 {
    /// Eight bytes, unchanged. Of a single, only the low four count.
    case raw
    /// Sixteen bytes, unchanged.
    case vector
    /// Two words from two slots.
    case pair
    case zeroExtend8, zeroExtend16, zeroExtend32
    case signExtend8, signExtend16, signExtend32
    /// 1 if any of the 32 bits (8 bits for `narrowBool`) is set, else 0.
    case bool, narrowBool
    case pointer, string, buffer
    case instance, userData
  }

  var kind: Kind
  /// Whether libffi can read the value from the low bytes of the guest's slot.
  var isReadInPlace: Bool
  /// Whether a C function can take the whole slot in a register: its low bits are the value.
  var isWordInPlace = false
  var isFloat = false
  /// Whether `offset` counts from the guest's `sp`; otherwise it counts from the register file.
  var isOnStack = false
  /// The same for the second slot of a pair.
  var isHighOnStack = false
  var acceptsNull = false
  /// Whether the guest's address 0 is NULL, and an error.
  var refusesNull = false
  /// Whether the guest's address has 64 bits.
  var isWide = false
  /// The slot's offset, in bytes.
  var offset: Int32 = 0
  var highOffset: Int32 = 0
  /// How many bytes a string may have before its NUL.
  var maximum = Int.max
}

/// How the guest's result is made from the C function's result.
enum ResultConversion: UInt8 {
  case nothing
  case raw
  case vector
  case pair
  case zeroExtend8, zeroExtend16, zeroExtend32
  case signExtend8, signExtend16, signExtend32
  case float, double
  /// A pointer into the guest's memory, or NULL.
  case address
}

/// The conversions for calls of one C signature through an import of one type, computed once.
///
/// Calls read it through raw pointers, without reference counting. That is safe because the record of
/// the called function owns its plan, and a plan never changes.
final class CallPlan: @unchecked Sendable {
  let interface: CallInterface
  let arguments: UnsafeMutableBufferPointer<ArgumentConversion>
  let result: ResultConversion

  /// Nil if libffi cannot call the signature.
  ///
  /// - Parameter passesRecord: whether the guest passes the function's record in x0, before the
  ///   arguments.
  init?(signature: HostSignature, type: GuestFunctionType, passesRecord: Bool) {
    guard signature.isSimple, let interface = CallInterface(signature) else { return nil }
    self.interface = interface
    guard Self.canPass(signature) else { return nil }
    var arguments: [ArgumentConversion] = signature.context.map { argument in
      switch argument {
      case .instance: ArgumentConversion(kind: .instance, isReadInPlace: false)
      case .userData: ArgumentConversion(kind: .userData, isReadInPlace: false)
      }
    }
    let leading: [RegisterClass] = passesRecord ? [.x] : []
    var locations = type.abi(leading: leading).parameters.dropFirst(leading.count)
    let context = signature.context.map { _ in HostType.hostPointer }
    let extended = HostType.extendedToWord(context + signature.parameters)
    for (index, (host, guest)) in zip(signature.parameters, type.parameters).enumerated() {
      var conversion = ArgumentConversion(
        host, from: guest, isExtended: extended[context.count + index])
      conversion.setLocation(locations.removeFirst())
      conversion.refusesNull = signature.nonNull.contains(index)
      if guest == .i128 { conversion.setHighLocation(locations.removeFirst()) }
      arguments.append(conversion)
    }
    self.arguments = .allocate(capacity: arguments.count)
    _ = self.arguments.initialize(from: arguments)
    result = ResultConversion(signature.result, to: type.results.first)
  }

  deinit {
    arguments.deinitialize()
    arguments.deallocate()
  }

  /// Whether libffi passes an `__int128` as the C compilers of this processor do.
  private static func canPass(_ signature: HostSignature) -> Bool {
    #if arch(x86_64) && !os(Windows)
      true
    #else
      signature.result != .i128 && !signature.parameters.contains(.i128)
    #endif
  }
}

extension ArgumentConversion {
  init(_ host: HostType, from guest: GuestType, isExtended: Bool) {
    let kind: Kind =
      switch host {
      case .i8: .signExtend8
      case .u8: .zeroExtend8
      case .i16: .signExtend16
      case .u16: .zeroExtend16
      case .i32: .signExtend32
      case .u32: .zeroExtend32
      case .ssize: guest == .i32 ? .signExtend32 : .raw
      case .size: guest == .i32 ? .zeroExtend32 : .raw
      case .bool: guest == .i8 ? .narrowBool : .bool
      case _ where guest == .word: .raw
      case .pointer, .nullablePointer: .pointer
      case .string, .nullableString, .limitedString: .string
      case .buffer, .nullableBuffer: .buffer
      case .i64, .u64, .f32, .f64, .hostPointer, .void, .structure, .several, .data, .handle,
        .callback, .objectSize:
        .raw
      case .v128: .vector
      case .i128: .pair
      }
    let isWordOf32Bits = (host == .ssize || host == .size) && guest == .i32
    let isConverted =
      host.isGuestAddress && guest != .word || host == .bool || host == .i128 || isWordOf32Bits
    self.init(
      kind: kind, isReadInPlace: !isConverted && !isExtended,
      isWordInPlace: kind == .raw || (host == .i32 || host == .u32),
      isFloat: host.isFloat, acceptsNull: host.isNullable, isWide: guest == .i64)
    if case .limitedString(let maximum, _) = host { self.maximum = maximum }
  }

  mutating func setLocation(_ location: ABILocation) {
    (isOnStack, offset) = Self.slot(location)
  }

  mutating func setHighLocation(_ location: ABILocation) {
    (isHighOnStack, highOffset) = Self.slot(location)
  }

  private static func slot(_ location: ABILocation) -> (isOnStack: Bool, offset: Int32) {
    switch location {
    case .x(let number): (false, Int32(StateLayout.x(Int(number))))
    case .f(let number): (false, Int32(StateLayout.f(Int(number))))
    case .v(let number): (false, Int32(StateLayout.v(Int(number))))
    case .stack(let bytes): (true, Int32(bytes))
    }
  }
}

extension ResultConversion {
  init(_ host: HostType, to guest: GuestType?) {
    self =
      switch host {
      case _ where host.isGuestAddress && guest == .word: .raw
      case .void: .nothing
      case .bool, .u8: .zeroExtend8
      case .i8: .signExtend8
      case .u16: .zeroExtend16
      case .i16: .signExtend16
      case .u32: .zeroExtend32
      case .i32: .signExtend32
      case .i64, .u64, .ssize, .size, .hostPointer: .raw
      case .f32: .float
      case .f64: .double
      case .v128: .vector
      case .i128: .pair
      case .pointer, .nullablePointer, .string, .nullableString, .limitedString, .buffer,
        .nullableBuffer, .data:
        .address
      // Only signatures of simple types have a plan.
      case .structure, .several, .handle, .callback, .objectSize: .nothing
      }
  }
}
