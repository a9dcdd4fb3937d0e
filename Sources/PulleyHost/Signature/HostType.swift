import PulleyDeclarations

/// The type of a host function's parameter or result, in C's terms.
public indirect enum HostType: Hashable, Sendable {
  case void
  case bool
  case i8, u8, i16, u16, i32, u32, i64, u64
  /// An integer as wide as a host pointer; a guest with 32-bit addresses passes it in 32 bits.
  case ssize, size
  case f32, f64
  /// A structure of 16 bytes with integer fields, passed by value.
  case v128
  /// C's `__int128`, signed or unsigned.
  case i128
  /// A pointer into the guest's memory. Address 0 is an ordinary address, so it is never NULL.
  case pointer
  /// The same, but the guest's address 0 becomes NULL.
  case nullablePointer
  /// A pointer to a NUL-terminated string in the guest's memory.
  case string
  case nullableString
  /// A pointer to a string of at most so many bytes before its NUL.
  case limitedString(maximum: Int, isNullable: Bool)
  /// A pointer to bytes in the guest's memory; the next parameter is their number.
  case buffer
  case nullableBuffer
  /// A host pointer, which the guest can only pass on.
  case hostPointer
  /// A structure by value, which a guest passes as clang's wasm32 does.
  case structure(Record)
  /// A structure that C returns and whose members are the guest's results.
  case several(Record)
  /// A pointer to data of a known type in the guest's memory.
  case data(PointedData)
  /// A pointer to an object of the host, which the guest has as a number.
  case handle(HandleType)
  /// A pointer to a function, which the guest has as an index of its table of functions.
  case callback(CallbackType)
  /// The size of an object, an integer, which is another in the host than in the guest.
  case objectSize(ObjectSize)

  /// Whether calls need nothing but scalars and addresses, so that a `CallPlan` can make them.
  var isSimple: Bool {
    switch self {
    case .structure, .several, .data, .handle, .callback, .objectSize: false
    default: true
    }
  }

  /// Whether the type can be the length of a buffer.
  var isInteger: Bool {
    switch self {
    case .i8, .u8, .i16, .u16, .i32, .u32, .i64, .u64, .ssize, .size: true
    default: false
    }
  }

  var isFloat: Bool { self == .f32 || self == .f64 }

  /// Whether values are addresses in the guest's memory.
  var isGuestAddress: Bool {
    switch self {
    case .pointer, .nullablePointer, .string, .nullableString, .limitedString, .buffer,
      .nullableBuffer:
      true
    default: false
    }
  }

  var isBuffer: Bool { self == .buffer || self == .nullableBuffer }

  var isNullable: Bool {
    switch self {
    case .nullablePointer, .nullableString, .nullableBuffer: true
    case .limitedString(_, let isNullable): isNullable
    case .data(let data): data.isNullable
    case .callback(let callback): callback.isNullable
    default: false
    }
  }

  /// The variant of the type that accepts NULL; nil if there is none.
  var nullable: HostType? {
    switch self {
    case .pointer, .nullablePointer: return .nullablePointer
    case .string, .nullableString: return .nullableString
    case .limitedString(let maximum, _):
      return .limitedString(maximum: maximum, isNullable: true)
    case .buffer, .nullableBuffer: return .nullableBuffer
    case .data(var data):
      data.isNullable = true
      return .data(data)
    case .callback(var callback):
      callback.isNullable = true
      return .callback(callback)
    default: return nil
    }
  }

  /// The variant of the type that the C function keeps after the call; nil if there is none.
  var kept: HostType? {
    switch self {
    case .data(var data):
      data.isKept = true
      return .data(data)
    case .callback(var callback):
      callback.isKept = true
      return .callback(callback)
    default: return nil
    }
  }

  /// The type as which C passes a variable argument of this type; nil if that is the type itself.
  var promoted: HostType? {
    switch self {
    case .bool, .i8, .u8, .i16, .u16: .i32
    case .f32: .f64
    default: nil
    }
  }
}

extension HostType {
  /// The type named by a word, or by C's words separated by single blanks.
  init?(word: String) {
    switch word {
    case "void": self = .void
    case "bool", "_Bool": self = .bool
    case "i8", "int8_t", "signed char": self = .i8
    case "u8", "uint8_t", "unsigned char": self = .u8
    case "char": self = CChar.isSigned ? .i8 : .u8
    case "i16", "int16_t", "short", "short int", "signed short": self = .i16
    case "u16", "uint16_t", "unsigned short", "unsigned short int": self = .u16
    case "i32", "int32_t", "int", "signed", "signed int": self = .i32
    case "u32", "uint32_t", "unsigned", "unsigned int": self = .u32
    case "i64", "int64_t", "long long", "long long int", "signed long long": self = .i64
    case "u64", "uint64_t", "unsigned long long", "unsigned long long int": self = .u64
    case "long", "long int", "signed long": self = HostType.long
    case "unsigned long", "unsigned long int": self = HostType.unsignedLong
    case "ssize_t", "ptrdiff_t", "intptr_t": self = .ssize
    case "size_t", "uintptr_t": self = .size
    case "f32", "float": self = .f32
    case "f64", "double": self = .f64
    case "v128": self = .v128
    case "i128", "__int128", "signed __int128", "unsigned __int128": self = .i128
    case "ptr": self = .pointer
    case "cstr": self = .string
    case "buf": self = .buffer
    case "hostptr": self = .hostPointer
    default: return nil
    }
  }

  /// C's `long` is as wide as a pointer on most systems, and 32 bits on Windows.
  #if os(Windows)
    private static let long = HostType.i32
    private static let unsignedLong = HostType.u32
  #else
    private static let long = HostType.ssize
    private static let unsignedLong = HostType.size
  #endif
}

extension CChar {
  fileprivate static var isSigned: Bool { min != 0 }
}
