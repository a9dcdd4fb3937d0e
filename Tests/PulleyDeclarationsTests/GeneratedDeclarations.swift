/// Random declarations of records, for comparisons with compilers.
struct GeneratedDeclarations {
  private var state: UInt64
  /// Uses `size_t` without a `typedef`.
  private(set) var text = ""
  private var types: [String]
  private var count = 0

  init(seed: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    types = [
      "char", "signed char", "short", "unsigned short", "int", "unsigned", "long", "unsigned long",
      "long long", "float", "double", "long double", "void *", "_Bool", "__int128",
      "int (*(*)[3])(void)", "size_t",
    ]
  }

  /// A number below a limit.
  mutating func number(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(limit))
  }

  private mutating func chance(_ percent: Int) -> Bool { number(100) < percent }

  mutating func addRecord() {
    count += 1
    let pack = chance(15)
    if pack { text += "#pragma pack(push, \(1 << number(5)))\n" }
    switch number(6) {
    case 0:
      text += "enum \(chance(30) ? "__attribute__((packed)) " : "")e\(count) { "
      for index in 0...number(3) { text += "e\(count)_\(index) = \(enumerator()), " }
      text += "};\n"
      types.append("enum e\(count)")
    case 1:
      text += "typedef struct \(typeAttributes()){ \(members())} t\(count);\n"
      types.append("t\(count)")
    default:
      let kind = chance(25) ? "union" : "struct"
      text += "\(kind) \(typeAttributes())r\(count) { \(members())};\n"
      types.append("\(kind) r\(count)")
    }
    if pack { text += "#pragma pack(pop)\n" }
  }

  private mutating func enumerator() -> String {
    ["0", "-1", "255", "127", "0x7fffffff", "0x80000000", "65536", "0x100000000", "-129"][number(9)]
  }

  private mutating func typeAttributes() -> String {
    var attributes = ""
    if chance(12) { attributes += "__attribute__((packed)) " }
    if chance(12) { attributes += "__attribute__((aligned(\(1 << number(6))))) " }
    return attributes
  }

  private mutating func members() -> String {
    var text = ""
    for index in 0...number(6) {
      if chance(8) {
        text += "\(chance(50) ? "union" : "struct") { \(field("a\(index)"))\(field("b\(index)"))}; "
      } else {
        text += field("m\(index)")
      }
    }
    return text
  }

  private mutating func field(_ name: String) -> String {
    let type = types[chance(50) ? number(types.count) : number(min(types.count, 16))]
    var declarator = name
    if chance(20) {
      declarator +=
        "[\(chance(50) ? "\(1 + number(4))" : "1 + (unsigned char)\(expression(2)) % 4")]"
    }
    if chance(10) { declarator += "[\(1 + number(3))]" }
    var attributes = ""
    if chance(8) { attributes += " __attribute__((aligned(\(1 << number(6)))))" }
    if chance(5) { attributes += " __attribute__((packed))" }
    if let star = type.range(of: "(*(*)") {
      return
        "\(type[..<star.lowerBound])(*(*\(declarator))\(type[star.upperBound...])\(attributes); "
    }
    let isBasic = types.prefix(15).contains(type)
    return "\(isBasic && chance(10) ? "_Alignas(16) " : "")\(type) \(declarator)\(attributes); "
  }

  /// An expression whose parts do not overflow an int, and that is the same in all models.
  mutating func expression(_ depth: Int) -> String {
    guard depth > 0, chance(85) else { return literal() }
    switch number(12) {
    case 0:
      return "(\(expression(depth - 1)) ? \(expression(depth - 1)) : \(expression(depth - 1)))"
    case 1: return "((unsigned)\(expression(depth - 1)) << \(number(6)))"
    case 2: return "(\(["-", "~", "!", "+"][number(4)])\(expression(depth - 1)))"
    case 3:
      return "((\(["char", "short", "unsigned char", "_Bool", "long long"][number(5)]))"
        + "\(expression(depth - 1)))"
    case 4: return "(\(expression(depth - 1)) \(["/", "%"][number(2)]) \(1 + number(5))\(suffix()))"
    default:
      let operators = ["+", "-", "*", "&", "|", "^", "<", "<=", ">", ">=", "==", "!=", "&&", "||"]
      let middle = operators[number(operators.count)]
      // Without parentheses around the operands, precedence decides.
      return "(\(expression(depth - 1)) \(middle) \(literal()) "
        + "\(operators[number(operators.count)]) \(expression(depth - 1)))"
    }
  }

  private mutating func suffix() -> String { ["", "u", "l", "ul", "ll", "ull"][number(6)] }

  private mutating func literal() -> String {
    switch number(8) {
    case 0: ["'a'", "'\\n'", "'\\x7f'", "'\\0'", "L'x'"][number(5)]
    case 1: "sizeof(\(types[number(8)]))"
    case 2: "0x\(number(7))\(suffix())"
    case 3: "0\(number(7))\(suffix())"
    default: "\(number(7))\(suffix())"
    }
  }
}

extension String {
  fileprivate func range(of part: String) -> Range<Index>? {
    indices.lazy.compactMap { start in
      self[start...].hasPrefix(part) ? start..<index(start, offsetBy: part.count) : nil
    }.first
  }
}
