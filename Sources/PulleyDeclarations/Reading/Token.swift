/// A token of C after the preprocessor.
struct Token: Sendable {
  enum Kind: Hashable, Sendable {
    case end
    case name(String)
    case keyword(Keyword)
    case mark(Mark)
    case number, character, string
    /// `#pragma pack`: the bytes between its parentheses.
    case pack
  }

  var kind: Kind
  /// The range of the token in the text, in bytes.
  var start: Int
  var end: Int
  var place: Place

  static func == (token: Token, mark: Mark) -> Bool { token.kind == .mark(mark) }
  static func != (token: Token, mark: Mark) -> Bool { token.kind != .mark(mark) }
  static func == (token: Token, keyword: Keyword) -> Bool { token.kind == .keyword(keyword) }
}

/// The punctuators of C that declarations contain.
enum Mark: String, Hashable, Sendable {
  case openParenthesis = "("
  case closeParenthesis = ")"
  case openBracket = "["
  case closeBracket = "]"
  case openBrace = "{"
  case closeBrace = "}"
  case semicolon = ";"
  case comma = ","
  case colon = ":"
  case question = "?"
  case dot = "."
  case ellipsis = "..."
  case arrow = "->"
  case star = "*"
  case slash = "/"
  case percent = "%"
  case plus = "+"
  case minus = "-"
  case ampersand = "&"
  case bar = "|"
  case caret = "^"
  case tilde = "~"
  case exclamation = "!"
  case equal = "="
  case less = "<"
  case greater = ">"
  case lessEqual = "<="
  case greaterEqual = ">="
  case equalEqual = "=="
  case notEqual = "!="
  case and = "&&"
  case or = "||"
  case shiftLeft = "<<"
  case shiftRight = ">>"
  /// A punctuator that only bodies and initializers contain, such as `+=`.
  case other
}

/// The keywords of C and of the dialects of GCC and clang. Each spelling is a row of `spellings`.
enum Keyword: String, Hashable, Sendable {
  // Storage and function specifiers.
  case typedef, extern, `static`, register, auto, inline, threadLocal, noreturn, constexpr
  // Qualifiers.
  case const, volatile, restrict, atomic, nullability
  // Types.
  case void, char, short, int, long, signed, unsigned, float, double, bool
  case complex, int128, structure, union, enumeration, typeof, vaList
  case bitInt
  // The rest.
  case attribute, declspec, asm, `extension`, alignas, alignof, sizeof, staticAssert
  case offsetof, pragma

  static let spellings: [String: Keyword] = {
    let rows: [(Keyword, String)] = [
      (.typedef, "typedef"), (.extern, "extern"), (.static, "static"), (.register, "register"),
      (.auto, "auto"), (.inline, "inline __inline __inline__"),
      (.threadLocal, "_Thread_local __thread thread_local"), (.noreturn, "_Noreturn"),
      (.constexpr, "constexpr"),
      (.const, "const __const __const__"), (.volatile, "volatile __volatile __volatile__"),
      (.restrict, "restrict __restrict __restrict__"), (.atomic, "_Atomic"),
      (
        .nullability,
        "_Nonnull _Nullable _Null_unspecified __nonnull __nullable __null_unspecified "
          + "_Nullable_result __unaligned"
      ),
      (.void, "void"), (.char, "char"), (.short, "short"), (.int, "int"), (.long, "long"),
      (.signed, "signed __signed __signed__"), (.unsigned, "unsigned"), (.float, "float"),
      (.double, "double"), (.bool, "_Bool"),
      (.complex, "_Complex __complex __complex__ _Imaginary"),
      (.int128, "__int128"), (.structure, "struct"), (.union, "union"),
      (.enumeration, "enum"),
      (.typeof, "typeof __typeof __typeof__ typeof_unqual __typeof_unqual__"),
      (.vaList, "__builtin_va_list __builtin_ms_va_list __builtin_sysv_va_list"),
      (.bitInt, "_BitInt"),
      (.attribute, "__attribute __attribute__"), (.declspec, "__declspec"),
      (.asm, "asm __asm __asm__"), (.extension, "__extension__"), (.alignas, "_Alignas alignas"),
      (.alignof, "_Alignof alignof __alignof __alignof__"), (.sizeof, "sizeof"),
      (.staticAssert, "_Static_assert static_assert"), (.offsetof, "__builtin_offsetof offsetof"),
      (.pragma, "_Pragma"),
    ]
    var spellings: [String: Keyword] = [:]
    for (keyword, words) in rows {
      for word in words.split(separator: " ") { spellings[String(word)] = keyword }
    }
    return spellings
  }()
}
