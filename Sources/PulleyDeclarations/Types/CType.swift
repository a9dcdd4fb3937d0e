/// A type of C, without the qualifiers of the object that has it.
public indirect enum CType: Hashable, Sendable {
  case void
  case integer(IntegerType)
  case floating(FloatingType)
  case pointer(PointerType)
  /// An array; its count is nil if it is not given, as in a parameter or a flexible array member.
  case array(CType, count: Int?)
  /// A structure or a union.
  case record(Record)
  case function(FunctionType)
  /// A type that declarations may name but calls cannot use.
  case unsupported(UnsupportedType)
}

/// The integer types of C that have different widths, or different sizes in host and guest.
///
/// An enumeration is the integer type that represents it. A type of a fixed width by its name
/// (`int64_t`) is the type with this width in both, whatever its definition in the host's headers.
public enum IntegerType: UInt8, Hashable, Sendable, CaseIterable {
  case bool
  /// C's `char`, which is signed in guests and has the sign of the host's `char` there.
  case char
  case int8, uint8, int16, uint16, int32, uint32, int64, uint64
  /// `long`: as wide as a pointer, except on Windows.
  case long, unsignedLong
  /// `intptr_t`, `ptrdiff_t`, `ssize_t`, `size_t`, `uintptr_t`: always as wide as a pointer.
  case pointerSized, unsignedPointerSized
  case int128, uint128
}

public enum FloatingType: UInt8, Hashable, Sendable, CaseIterable {
  case float, double
  /// 128 bits of IEEE 754 in guests; 80 bits on x86-64.
  case longDouble
}

/// A type without a conversion between host and guest.
public struct UnsupportedType: Hashable, Sendable {
  /// The type as C writes it.
  public let name: String
  /// The continuation of a sentence: "has another format in the guest".
  public let reason: String

  public init(_ name: String, because reason: String) {
    self.name = name
    self.reason = reason
  }
}

public struct PointerType: Hashable, Sendable {
  public let pointee: CType
  /// Whether the pointee is `const`, so that a callee only reads it.
  public let isConst: Bool

  public init(to pointee: CType, isConst: Bool = false) {
    self.pointee = pointee
    self.isConst = isConst
  }
}

/// The type of a C function. Arrays and functions as parameters are pointers already.
public struct FunctionType: Hashable, Sendable {
  public var result: CType
  public var parameters: [Parameter]
  /// Whether `...` ends the parameters.
  public var isVariadic: Bool
  /// False for `int f()` before C23: nothing is known about the parameters.
  public var hasPrototype: Bool

  public init(
    result: CType, parameters: [Parameter], isVariadic: Bool = false, hasPrototype: Bool = true
  ) {
    self.result = result
    self.parameters = parameters
    self.isVariadic = isVariadic
    self.hasPrototype = hasPrototype
  }
}

public struct Parameter: Hashable, Sendable {
  /// Empty if the declaration gives none.
  public var name: String
  public var type: CType
  /// What attributes say about the argument.
  public var rules: PointerRules

  public init(name: String = "", type: CType, rules: PointerRules = PointerRules()) {
    self.name = name
    self.type = type
    self.rules = rules
  }
}

/// What attributes say about a pointer: of a parameter or of a member of a structure.
public struct PointerRules: Hashable, Sendable {
  /// How many elements or bytes the pointer leads to.
  public enum Extent: Hashable, Sendable {
    /// One object of the pointee's type; a byte of `void`.
    case one
    case elements(Count)
    case bytes(Count)
  }

  /// A number of elements or bytes. `position` counts parameters, or members of the structure, from 0.
  public enum Count: Hashable, Sendable {
    case constant(Int)
    case parameter(position: Int)
    /// The product of two, as for `fread`.
    case product(Int, Int)
    /// `strlen` of each of the strings at these positions, added, and one for the NUL.
    case strings([Int])
  }

  public enum Access: Hashable, Sendable {
    case readWrite, read, write
    /// The callee only compares the pointer.
    case none
  }

  public var extent: Extent = .one
  /// Nil if no attribute tells. Then `const` tells.
  public var access: Access?
  /// Whether the pointer is not NULL.
  public var isNonNull = false
  /// Whether the library keeps the pointer after the call: a callback, or a structure with state.
  public var isKept = false
  /// Whether the call ends the life of the object that the pointer leads to.
  public var isReleased = false
  /// Numbers that may be passed in place of an address, unchanged: -1 for `SQLITE_TRANSIENT`.
  public var sentinels: [Int] = []
  /// For an integer parameter: it is the size of what the pointer at this position leads to, as the
  /// caller sees it. The callee expects its own size.
  public var sizeOf: Int?
  /// For an object that the function returns, or whose pointer it stores where this one leads to.
  public var finalizer: Finalizer?

  /// A function that ends the life of an object which a call has made.
  public struct Finalizer: Hashable, Sendable {
    public var name: String
    /// Whether binding fails without the function. Otherwise objects then have no finalizer.
    public var isRequired: Bool

    public init(_ name: String, isRequired: Bool) {
      self.name = name
      self.isRequired = isRequired
    }
  }

  public init() {}
}
