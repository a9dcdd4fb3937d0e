import PulleyDeclarations

/// The parameters of a signature that have been parsed.
struct ParameterList {
  /// A place in the list and in the text.
  struct Mark {
    var index: Int
    /// In bytes.
    var offset: Int
  }

  var context: [HostSignature.ContextArgument] = []
  private(set) var types: [HostType] = []
  /// Where the variable arguments begin.
  var ellipsis: Mark?
  private var positions: [String: Int] = [:]
  /// The counts to resolve when all names are known.
  private var counts: [(index: Int, text: CountText)] = []
  /// A buffer whose length has not been parsed yet.
  private var openBuffer: Mark?

  var count: Int { context.count + types.count }

  /// A buffer's length is the next parameter if that is an integer, otherwise the one before.
  mutating func append(_ parsed: ParsedType, at offset: Int) throws(HostSignatureError) {
    try closeBuffer(nextIsInteger: parsed.type.isInteger)
    if parsed.isBuffer, parsed.count == nil {
      openBuffer = Mark(index: types.count, offset: offset)
    }
    if let count = parsed.count { counts.append((types.count, count)) }
    types.append(parsed.type)
  }

  mutating func closeBuffer(nextIsInteger: Bool = false) throws(HostSignatureError) {
    guard let buffer = openBuffer else { return }
    openBuffer = nil
    let index = buffer.index
    if nextIsInteger {
      guard !types[index].isBuffer else { return }
      types[index] = types[index].counted(by: .parameter(position: index + 1))
      return
    }
    guard index > 0, types[index - 1].isInteger, ellipsis.map({ $0.index < index }) ?? true else {
      throw HostSignatureError(
        message: "'buf' needs its length, an integer, as the next parameter or the one before",
        offset: buffer.offset)
    }
    types[index] = types[index].counted(by: .parameter(position: index - 1))
  }

  /// Gives the last parameter a name.
  mutating func name(_ name: String, at offset: Int) throws(HostSignatureError) {
    guard positions.updateValue(types.count - 1, forKey: name) == nil else {
      throw HostSignatureError(message: "two parameters are named '\(name)'", offset: offset)
    }
  }

  mutating func resolveCounts() throws(HostSignatureError) {
    for (index, text) in counts {
      types[index] = types[index].counted(by: try resolve(text, ofResult: false))
    }
  }

  /// - Parameter ofResult: whether the count is read after the call.
  func resolve(
    _ text: CountText, ofResult: Bool
  ) throws(HostSignatureError) -> PointerRules.Count {
    switch text {
    case .constant(let number): return .constant(number)
    case .name(let name): return .parameter(position: try position(name, ofResult: ofResult))
    case .product(let left, let right):
      return .product(
        try position(left, ofResult: ofResult), try position(right, ofResult: ofResult))
    }
  }

  private func position(
    _ name: CountText.Name, ofResult: Bool
  ) throws(HostSignatureError) -> Int {
    guard let position = positions[name.text] else {
      throw HostSignatureError(
        message: "no parameter has the name '\(name.text)'", offset: name.offset)
    }
    if let ellipsis, position >= ellipsis.index {
      throw HostSignatureError(
        message: "'\(name.text)' is a variable argument, which cannot be a count",
        offset: name.offset)
    }
    let type = types[position]
    guard type.isCount(afterCall: ofResult) else {
      throw HostSignatureError(
        message: "'\(name.text)' is \(type.word); a count is an integer", offset: name.offset)
    }
    return position
  }
}

/// A number of elements or bytes, as a signature gives it.
enum CountText {
  struct Name {
    var text: String
    /// In bytes.
    var offset: Int
  }

  case constant(Int)
  case name(Name)
  case product(Name, Name)
}

extension HostType {
  /// The same pointer, to as many bytes of `void` or elements of another type.
  func counted(by count: PointerRules.Count) -> HostType {
    var data: PointedData
    switch self {
    case .buffer: data = PointedData(.void, isNullable: false)
    case .nullableBuffer: data = PointedData(.void)
    case .data(let known): data = known
    default: return self
    }
    data.extent = data.element == .void ? .bytes(count) : .elements(count)
    return .data(data)
  }

  /// Whether the argument tells a count: an integer, or a pointer to one that has its value then.
  fileprivate func isCount(afterCall: Bool) -> Bool {
    guard case .data(let data) = self else { return isInteger }
    guard case .integer = data.element, data.extent == .one else { return false }
    return afterCall || data.access != .write
  }
}
