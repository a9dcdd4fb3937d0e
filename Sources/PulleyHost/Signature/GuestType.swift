import PulleyISA

/// The type of a value that the guest passes to a host function or receives from it.
public enum GuestType: UInt8, Hashable, Sendable, CaseIterable {
  case i32, i64, f32, f64, v128
  /// Integers of CLIF. The upper bits of the register are undefined.
  case i8, i16
  /// An `i64` of CLIF, which may be a host address.
  case word
  /// An integer of CLIF in two registers, the low half first.
  case i128
  /// A reference: opaque 64 bits, 0 for null.
  case funcref, externref
  /// A reference to an object of the guest's heap, which no C function takes or returns.
  case object

  /// Appends the class of each register that holds a value of the type.
  func appendRegisterClasses(to classes: inout [RegisterClass]) {
    switch self {
    case .i8, .i16, .i32, .i64, .word, .funcref, .externref, .object: classes.append(.x)
    case .i128: classes += [.x, .x]
    case .f32, .f64: classes.append(.f)
    case .v128: classes.append(.v)
    }
  }
}

/// The type of an import, as the guest declares it.
public struct GuestFunctionType: Sendable {
  public var parameters: [GuestType]
  public var results: [GuestType]
  /// How the guest passes the values to host functions.
  public let convention: CallABI.Convention

  public init(
    parameters: [GuestType], results: [GuestType], convention: CallABI.Convention = .standard
  ) {
    self.parameters = parameters
    self.results = results
    self.convention = convention
  }

  /// The locations of parameters and results, after `leading` parameters, in calls of host functions or
  /// with another convention.
  public func abi(
    leading: [RegisterClass] = [], convention: CallABI.Convention? = nil
  ) -> CallABI {
    var (passed, returned) = (leading, [RegisterClass]())
    passed.reserveCapacity(leading.count + parameters.count)
    returned.reserveCapacity(results.count)
    for type in parameters { type.appendRegisterClasses(to: &passed) }
    for type in results { type.appendRegisterClasses(to: &returned) }
    return CallABI(
      parameters: passed, results: returned, convention: convention ?? self.convention)
  }
}

/// Types are equal if their parameters and results are, however values are passed.
extension GuestFunctionType: Hashable {
  public static func == (a: GuestFunctionType, b: GuestFunctionType) -> Bool {
    a.parameters == b.parameters && a.results == b.results
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(parameters)
    hasher.combine(results)
  }
}

extension GuestFunctionType: CustomStringConvertible {
  public var description: String {
    "(\(GuestFunctionType.list(parameters))) -> (\(GuestFunctionType.list(results)))"
  }

  private static func list(_ types: [GuestType]) -> String {
    types.map { "\($0)" }.joined(separator: ", ")
  }
}

extension HostType {
  /// Whether a guest value can be converted to this type, as a parameter, or from it, as a result.
  public func accepts(_ guest: GuestType) -> Bool {
    switch self {
    case .void: false
    case .bool, .i8, .u8: guest == .i32 || guest == .i8
    case .i16, .u16: guest == .i32 || guest == .i16
    case .i32, .u32: guest == .i32
    case .i64, .u64: guest == .i64 || guest == .word
    case .ssize, .size: guest == .i32 || guest == .i64 || guest == .word
    case .f32: guest == .f32
    case .f64: guest == .f64
    case .v128: guest == .v128
    case .i128: guest == .i128
    case .pointer, .nullablePointer, .string, .nullableString, .limitedString, .buffer,
      .nullableBuffer:
      guest == .i32 || guest == .i64 || guest == .word
    case .hostPointer: guest == .externref || guest == .i64 || guest == .word
    case .structure, .several: false
    case .data, .handle, .callback, .objectSize: guest == .i32 || guest == .i64
    }
  }
}
