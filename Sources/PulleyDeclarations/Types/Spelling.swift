/// Types and functions as C writes them, for messages. A `typedef` is replaced by its meaning.
extension CType: CustomStringConvertible {
  public var description: String { declaring("") }

  /// The declaration of an object of the type: "int (*handler)(int)".
  ///
  /// - Parameters:
  ///   - name: the declarator so far; empty for the type alone.
  ///   - isConst: whether the object is constant.
  func declaring(_ name: String, isConst: Bool = false) -> String {
    switch self {
    case .pointer(let pointer):
      let star = isConst ? name.isEmpty ? "*const" : "*const \(name)" : "*\(name)"
      let declarator = pointer.pointee.bindsTighter ? "(\(star))" : star
      return pointer.pointee.declaring(declarator, isConst: pointer.isConst)
    case .array(let element, let count):
      let declarator = "\(name)[\(count.map(String.init) ?? "")]"
      return element.declaring(declarator, isConst: isConst)
    case .function(let type):
      return type.result.declaring("\(name)(\(type.parameterText))")
    case .void, .integer, .floating, .record, .unsupported:
      let word = isConst ? "const \(baseName)" : baseName
      let isApart = name.isEmpty || name.hasPrefix("[")
      return isApart ? word + name : "\(word) \(name)"
    }
  }

  /// Whether a `*` before a declarator of the type needs parentheses.
  private var bindsTighter: Bool {
    switch self {
    case .array, .function: true
    default: false
    }
  }

  private var baseName: String {
    switch self {
    case .void: "void"
    case .integer(let type): type.description
    case .floating(.float): "float"
    case .floating(.double): "double"
    case .floating(.longDouble): "long double"
    case .record(let record): record.name
    case .unsupported(let type): type.name
    case .pointer, .array, .function: ""
    }
  }
}

extension IntegerType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .bool: "_Bool"
    case .char: "char"
    case .int8: "signed char"
    case .uint8: "unsigned char"
    case .int16: "short"
    case .uint16: "unsigned short"
    case .int32: "int"
    case .uint32: "unsigned int"
    case .int64: "long long"
    case .uint64: "unsigned long long"
    case .long: "long"
    case .unsignedLong: "unsigned long"
    case .pointerSized: "ssize_t"
    case .unsignedPointerSized: "size_t"
    case .int128: "__int128"
    case .uint128: "unsigned __int128"
    }
  }
}

extension FunctionType {
  fileprivate var parameterText: String {
    guard hasPrototype else { return "" }
    var texts = parameters.map { $0.type.declaring($0.name) }
    if isVariadic { texts.append("...") }
    return texts.isEmpty ? "void" : texts.joined(separator: ", ")
  }
}

extension FunctionDeclaration: CustomStringConvertible {
  /// The prototype, without attributes and without a semicolon.
  public var description: String { CType.function(type).declaring(name) }
}
