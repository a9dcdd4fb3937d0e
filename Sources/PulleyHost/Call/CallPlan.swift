import PulleyISA
import PulleyVM

/// How one argument of the C function is made of what the guest passed.
struct ArgumentStep {
  enum Kind: UInt8 {
    /// Eight bytes as they are. For a single only the low four mean something.
    case raw
    /// Sixteen bytes as they are.
    case vector
    /// Two words from two slots.
    case pair
    case zeroExtend8, zeroExtend16, zeroExtend32
    case signExtend8, signExtend16, signExtend32
    /// 32 bits, or 8, of which only matters whether they are 0.
    case bool, narrowBool
    case pointer, string, buffer
    case instance, userData
  }

  var kind: Kind
  /// Whether libffi finds the right value in the low bytes of the slot.
  var isReadInPlace: Bool
  /// Whether a C function that gets all of the slot in a register finds the right value there.
  var isWordInPlace = false
  var isFloat = false
  /// Whether the slot lies at `sp`, else in the register file.
  var isOnStack = false
  /// The same of the second slot of a pair.
  var isHighOnStack = false
  var acceptsNull = false
  /// Whether the guest's address has 64 bits.
  var isWide = false
  /// The slot's offset in bytes.
  var offset: Int32 = 0
  var highOffset: Int32 = 0
}

/// What becomes of the C function's result.
enum ResultStep: UInt8 {
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

/// Everything about calls of one signature from imports of one type, worked out beforehand.
///
/// Calls read it through raw pointers, without touching a reference count. That is safe because
/// the record that a call goes through owns its plan, and a plan never changes.
final class CallPlan: @unchecked Sendable {
  let interface: CallInterface
  let steps: UnsafeMutableBufferPointer<ArgumentStep>
  let result: ResultStep

  /// - Parameter passesRecord: whether the guest passes the function's record as well, in x0.
  init?(signature: HostSignature, type: GuestFunctionType, passesRecord: Bool) {
    guard let interface = CallInterface(signature) else { return nil }
    self.interface = interface
    guard Self.canPass(signature) else { return nil }
    var steps: [ArgumentStep] = signature.context.map { argument in
      switch argument {
      case .instance: ArgumentStep(kind: .instance, isReadInPlace: false)
      case .userData: ArgumentStep(kind: .userData, isReadInPlace: false)
      }
    }
    let leading: [RegisterClass] = passesRecord ? [.x] : []
    var locations = type.abi(leading: leading).parameters.dropFirst(leading.count)
    let context = signature.context.map { _ in HostType.hostPointer }
    let extended = HostType.extendedToWord(context + signature.parameters)
    for (index, (host, guest)) in zip(signature.parameters, type.parameters).enumerated() {
      var step = ArgumentStep(host, from: guest, isExtended: extended[context.count + index])
      step.setLocation(locations.removeFirst())
      if guest == .i128 { step.setHighLocation(locations.removeFirst()) }
      steps.append(step)
    }
    self.steps = .allocate(capacity: steps.count)
    _ = self.steps.initialize(from: steps)
    result = ResultStep(signature.result, to: type.results.first)
  }

  deinit {
    steps.deinitialize()
    steps.deallocate()
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

extension ArgumentStep {
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
      case .string, .nullableString: .string
      case .buffer, .nullableBuffer: .buffer
      case .i64, .u64, .f32, .f64, .hostPointer, .void: .raw
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

extension ResultStep {
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
      case .pointer, .nullablePointer, .string, .nullableString, .buffer, .nullableBuffer:
        .address
      }
  }
}
