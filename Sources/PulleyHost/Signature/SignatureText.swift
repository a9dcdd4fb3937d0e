import PulleyDeclarations

extension HostSignature: CustomStringConvertible {
  /// The canonical text. It parses to an equal signature, if its types have words; structures are
  /// then others with the same members.
  public var description: String {
    let counting = Set((parameters + [result]).flatMap(\.countPositions))
    var words = context.map(\.rawValue)
    for (index, type) in parameters.enumerated() {
      if case .fixed(from: index) = variadic { words.append("...") }
      let name = counting.contains(index) ? " \(PointerRules.Count.name(index))" : ""
      words.append(type.word + name)
    }
    if case .format = variadic { words.append("...") }
    return "\(resultWord)(\(words.joined(separator: ", ")))"
  }

  private var resultWord: String {
    // A result may always be NULL, and its data are only read.
    guard case .data(let data) = result else { return result.word }
    return data.extent == .one ? "\(data.element.word) *" : data.word(direction: "")
  }
}

extension HostType {
  /// The type's word in the canonical text of a signature. Counts that are parameters have the names
  /// `n1` for the first, `n2` for the second and so on.
  public var word: String {
    switch self {
    case .void: "void"
    case .bool: "bool"
    case .i8: "i8"
    case .u8: "u8"
    case .i16: "i16"
    case .u16: "u16"
    case .i32: "i32"
    case .u32: "u32"
    case .i64: "i64"
    case .u64: "u64"
    case .ssize: "ssize_t"
    case .size: "size_t"
    case .f32: "f32"
    case .f64: "f64"
    case .v128: "v128"
    case .i128: "i128"
    case .pointer: "ptr"
    case .nullablePointer: "ptr?"
    case .string: "cstr"
    case .nullableString: "cstr?"
    case .limitedString(let maximum, let isNullable): "cstr(\(maximum))\(isNullable ? "?" : "")"
    case .buffer: "buf"
    case .nullableBuffer: "buf?"
    case .hostPointer: "hostptr"
    case .structure(let record): record.word
    case .several(let record):
      "(\((record.definition?.members ?? []).map(\.type.word).joined(separator: ", ")))"
    case .data(let data): data.word
    case .handle(let type): "\(type.isReleased ? "released " : "")handle(\(type.name))"
    case .callback(let type): type.word
    case .objectSize(let size): "sizeof(\(size.type))"
    }
  }

  /// The positions of the parameters that tell how much a pointer leads to.
  fileprivate var countPositions: [Int] {
    guard case .data(let data) = self else { return [] }
    switch data.extent {
    case .one: return []
    case .elements(let count), .bytes(let count): return count.positions
    }
  }
}

extension PointedData {
  var word: String {
    let direction =
      switch access {
      case .read, .none: "in "
      case .write: "out "
      case .readWrite: extent == .one ? "inout " : ""
      }
    return (isKept ? "kept " : "") + word(direction: direction) + (isNullable ? "?" : "")
  }

  fileprivate func word(direction: String) -> String {
    switch extent {
    case .one: "\(direction)\(element.word)"
    case .elements(let count): "\(direction)array(\(element.word), \(count.word))"
    case .bytes(let count): "\(direction)buf(\(count.word))"
    }
  }
}

extension CallbackType {
  fileprivate var word: String {
    "\(isKept ? "kept " : "")callback(\(signature))\(isNullable ? "?" : "")"
  }
}

extension PointerRules.Count {
  fileprivate static func name(_ position: Int) -> String { "n\(position + 1)" }

  fileprivate var word: String {
    switch self {
    case .constant(let number): "\(number)"
    case .parameter(let position): Self.name(position)
    case .product(let left, let right): "\(Self.name(left)) * \(Self.name(right))"
    case .strings(let positions):
      positions.map { "strlen(\(Self.name($0))) + " }.joined() + "1"
    }
  }

  fileprivate var positions: [Int] {
    switch self {
    case .constant: []
    case .parameter(let position): [position]
    case .product(let left, let right): [left, right]
    case .strings(let positions): positions
    }
  }
}

extension Record {
  /// The name, or the members if there is none: `struct{i32, f64}`.
  fileprivate var word: String {
    guard !isNamed, kind == .structure, let definition else { return name }
    let members = definition.members.map { member in
      member.name.isEmpty ? member.type.word : "\(member.type.word) \(member.name)"
    }
    return "struct{\(members.joined(separator: ", "))}"
  }
}

extension CType {
  /// The type of a scalar in memory; nil if it has no form there.
  init?(_ scalar: HostType) {
    switch scalar {
    case .bool: self = .integer(.bool)
    case .i8: self = .integer(.int8)
    case .u8: self = .integer(.uint8)
    case .i16: self = .integer(.int16)
    case .u16: self = .integer(.uint16)
    case .i32: self = .integer(.int32)
    case .u32: self = .integer(.uint32)
    case .i64: self = .integer(.int64)
    case .u64: self = .integer(.uint64)
    case .ssize: self = .integer(.pointerSized)
    case .size: self = .integer(.unsignedPointerSized)
    case .i128: self = .integer(.int128)
    case .f32: self = .floating(.float)
    case .f64: self = .floating(.double)
    case .pointer: self = .pointer(PointerType(to: .void))
    case .string: self = .pointer(PointerType(to: .integer(.char), isConst: true))
    case .void, .v128, .nullablePointer, .nullableString, .limitedString, .buffer,
      .nullableBuffer, .hostPointer, .structure, .several, .data, .handle, .callback,
      .objectSize:
      return nil
    }
  }

  /// The word for a type of data in a signature. Types without a word have their names in C.
  public var word: String {
    switch self {
    case .void: "void"
    case .integer(let type): type.word
    case .floating(.float): "f32"
    case .floating(.double): "f64"
    case .floating(.longDouble): "long double"
    case .pointer(let pointer): pointer.word
    case .array: arrayWord
    case .record(let record): record.word
    case .function: "function"
    case .unsupported(let type): type.name
    }
  }

  /// Dimensions from the outside in, as in C.
  private var arrayWord: String {
    var dimensions = ""
    var element = self
    while case .array(let inner, let count) = element {
      dimensions += "[\(count.map(String.init) ?? "")]"
      element = inner
    }
    return element.word + dimensions
  }
}

extension PointerType {
  /// A pointer without a word for its type is a `ptr`.
  fileprivate var word: String {
    switch pointee {
    case .integer(.char) where isConst: "cstr"
    case .record(let record) where record.definition == nil: "handle(\(record.name))"
    default: "ptr"
    }
  }
}

extension IntegerType {
  fileprivate var word: String {
    switch self {
    case .bool: "bool"
    case .char: "char"
    case .int8: "i8"
    case .uint8: "u8"
    case .int16: "i16"
    case .uint16: "u16"
    case .int32: "i32"
    case .uint32: "u32"
    case .int64: "i64"
    case .uint64: "u64"
    case .long: "long"
    case .unsignedLong: "unsigned long"
    case .pointerSized: "ssize_t"
    case .unsignedPointerSized: "size_t"
    case .int128: "i128"
    case .uint128: "unsigned __int128"
    }
  }
}
