/// Types of the C library that have the same meaning in host and guest by their names.
enum StandardTypes {
  /// The types of names that declarations may use without a `typedef` before.
  static let predefined: [String: CType] = {
    var types: [String: CType] = [:]
    let rows: [(IntegerType, String)] = [
      (.bool, "bool"), (.int32, "wchar_t"), (.uint32, "wint_t char32_t"), (.uint16, "char16_t"),
      (.uint8, "char8_t"), (.int128, "__int128_t"), (.uint128, "__uint128_t"),
      (.int8, "int8_t"), (.uint8, "uint8_t"), (.int16, "int16_t"), (.uint16, "uint16_t"),
      (.int32, "int32_t"), (.uint32, "uint32_t"), (.int64, "int64_t intmax_t time_t off_t clock_t"),
      (.uint64, "uint64_t uintmax_t"), (.pointerSized, "ssize_t ptrdiff_t intptr_t"),
      (.unsignedPointerSized, "size_t uintptr_t"),
    ]
    for (type, names) in rows {
      for name in names.split(separator: " ") { types[String(name)] = .integer(type) }
    }
    types["va_list"] = .unsupported(vaList)
    types["_Float32"] = .floating(.float)
    for name in ["_Float64", "_Float32x"] { types[name] = .floating(.double) }
    types["_Float64x"] = .floating(.longDouble)
    let others =
      "_Float128 __float128 _Float16 __fp16 __bf16 _Float128x __float80 __ibm128 _Decimal32 "
      + "_Decimal64 _Decimal128"
    for name in others.split(separator: " ").map(String.init) {
      let reason = "has no conversion between host and guest"
      types[name] = .unsupported(UnsupportedType(name, because: reason))
    }
    return types
  }()

  static let vaList = UnsupportedType("va_list", because: "has no value outside of its function")

  /// The types of names whose definition in the host's headers, a `long`, does not tell the width in
  /// the guest.
  ///
  /// A type of a fixed width has this width in both, and the address and size types follow the
  /// pointers. The others, such as `time_t`, have 64 bits in wasi-libc for all memory
  /// sizes, and `long` on a host of 64 bits.
  private static let meanings: [String: IntegerType] = {
    var meanings: [String: IntegerType] = [:]
    for name in signed64 { meanings[name] = .int64 }
    for name in unsigned64 { meanings[name] = .uint64 }
    for name in ["ssize_t", "__ssize_t", "ptrdiff_t", "intptr_t", "__intptr_t"] {
      meanings[name] = .pointerSized
    }
    for name in ["size_t", "uintptr_t", "__uintptr_t", "rsize_t"] {
      meanings[name] = .unsignedPointerSized
    }
    return meanings
  }()

  static let signed64 = words(
    """
    int64_t __int64_t int_least64_t __int_least64_t int_fast64_t intmax_t __intmax_t
    quad_t __quad_t time_t __time_t __time64_t off_t __off_t off64_t __off64_t loff_t __loff_t
    clock_t __clock_t suseconds_t __suseconds_t __suseconds64_t
    blkcnt_t __blkcnt_t blkcnt64_t __blkcnt64_t
    """)

  static let unsigned64 = words(
    """
    uint64_t __uint64_t uint_least64_t __uint_least64_t uint_fast64_t uintmax_t __uintmax_t
    u_quad_t __u_quad_t u_int64_t ino_t __ino_t ino64_t __ino64_t dev_t __dev_t nlink_t __nlink_t
    fsblkcnt_t __fsblkcnt_t fsblkcnt64_t __fsblkcnt64_t
    fsfilcnt_t __fsfilcnt_t fsfilcnt64_t __fsfilcnt64_t rlim_t __rlim_t rlim64_t __rlim64_t
    """)

  private static func words(_ text: String) -> [String] {
    text.split { $0.isWhitespace }.map(String.init)
  }

  /// The type that a `typedef` of this name and type means.
  static func meaning(of name: String, _ type: CType) -> CType {
    guard case .integer(let integer) = type, let meaning = meanings[name],
      integer.size(.host) == meaning.size(.host),
      integer.isSigned(.host) == meaning.isSigned(.host)
    else { return type }
    return .integer(meaning)
  }
}
