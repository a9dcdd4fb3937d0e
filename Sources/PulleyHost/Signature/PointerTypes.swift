import PulleyDeclarations

/// A pointer to data in the guest's memory.
///
/// If host and guest have the same layout of the element, the C function receives the address of the
/// guest's data. Otherwise it receives the address of a copy.
public struct PointedData: Hashable, Sendable {
  /// `void` counts as a byte.
  public var element: CType
  /// Positions are those of the signature's parameters.
  public var extent: PointerRules.Extent
  /// `read`: the C function only reads the data. `write`: it only writes them. `readWrite`: both.
  public var access: PointerRules.Access
  public var isNullable: Bool
  /// Whether NULL is accepted only if the number of elements, in another argument, is 0.
  public var isNullOnlyIfEmpty = true
  /// Whether the C function uses the data after the call, as zlib does with its `z_stream`. Then a copy
  /// has a constant address as long as the instance lives.
  public var isKept: Bool
  /// Whether the call ends the use of kept data, or the life of a string that the guest has a copy of.
  public var isReleased: Bool

  public init(
    _ element: CType, extent: PointerRules.Extent = .one,
    access: PointerRules.Access = .readWrite, isNullable: Bool = true, isKept: Bool = false,
    isReleased: Bool = false
  ) {
    self.isReleased = isReleased
    self.element = element
    self.extent = extent
    self.access = access
    self.isNullable = isNullable
    self.isKept = isKept
  }
}

/// An argument that is `sizeof` of a type.
public struct ObjectSize: Hashable, Sendable {
  public var type: CType
  /// The argument's own type.
  public var integer: IntegerType

  public init(of type: CType, as integer: IntegerType) {
    self.type = type
    self.integer = integer
  }
}

/// The type of a handle: the name of the incomplete type of C, such as "struct sqlite3".
public struct HandleType: Hashable, Sendable {
  public var name: String
  /// Whether the call ends the life of the object.
  public var isReleased: Bool

  public init(name: String, isReleased: Bool = false) {
    self.name = name
    self.isReleased = isReleased
  }
}

/// The type of a function of the guest that a C function calls.
public struct CallbackType: Hashable, Sendable {
  /// The function's type in C. Its parameters are values that C passes to the guest.
  public var signature: HostSignature
  public var isNullable: Bool
  /// Whether the C function may call it after it has returned, as long as the instance lives.
  public var isKept: Bool
  /// Numbers that are not functions and are passed unchanged: -1 for `SQLITE_TRANSIENT`.
  public var sentinels: [Int]

  public init(
    _ signature: HostSignature, isNullable: Bool = true, isKept: Bool = false,
    sentinels: [Int] = []
  ) {
    self.signature = signature
    self.isNullable = isNullable
    self.isKept = isKept
    self.sentinels = sentinels
  }
}
