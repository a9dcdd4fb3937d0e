import PulleyDeclarations

extension FormatReader {
  /// A width or a precision.
  enum Columns {
    case none
    case constant(Int)
    /// In the argument at a position, or in the next one.
    case argument(at: Int?)
  }

  mutating func readPrintf() throws(FormatError) {
    while try findConversion() {
      let position = try argumentPosition()
      while take("-") || take("+") || take(" ") || take("#") || take("0") || take("'") {}
      let width = try columns("width")
      let precision = take(".") ? try columns("precision") ?? .constant(0) : nil
      let length = length()
      let letter = try letter()
      try addPrintf(letter, length, at: position, width: width ?? .none, precision: precision)
    }
  }

  mutating func columns(_ what: String) throws(FormatError) -> Columns? {
    if take("*") { return .argument(at: try argumentPosition()) }
    return try number(what).map { .constant($0) }
  }

  private mutating func addPrintf(
    _ letter: UInt8, _ length: Length, at position: Int?, width: Columns, precision: Columns?
  ) throws(FormatError) {
    if letter == UInt8(ascii: "m") {
      // It is the text of errno and has no argument.
      guard length == .none, position == nil, case .none = width, precision == nil else {
        throw refusal("must be written '%m'")
      }
      return
    }
    try add(try printfType(letter, length), at: position, width: width, precision: precision)
  }

  /// Uses the arguments of a conversion.
  mutating func add(
    _ type: VariableType, at position: Int?, width: Columns, precision: Columns?
  ) throws(FormatError) {
    let isString = type == .string(.terminated)
    _ = try use(width, "width", isLimited: true)
    let bound = try use(precision ?? .none, "precision", isLimited: !isString)
    guard isString else {
      try use(type, at: position)
      return
    }
    switch (bound, precision) {
    case (let index?, _): try use(.string(.argument(index)), at: position)
    case (nil, .constant(let number)): try use(.string(.constant(number)), at: position)
    default: try use(type, at: position)
    }
  }

  /// Uses the argument of a width or a precision, if it has one. Returns the argument's index.
  mutating func use(
    _ columns: Columns, _ what: String, isLimited: Bool
  ) throws(FormatError) -> Int? {
    switch columns {
    case .none: return nil
    case .constant(let number):
      guard !isLimited || number <= FormatString.mostColumns else {
        throw error("has a \(what) of \(number); the limit is \(FormatString.mostColumns)")
      }
      return nil
    case .argument(let position):
      return try use(isLimited ? .columns : .integer(.int32), at: position)
    }
  }

  private func printfType(_ letter: UInt8, _ length: Length) throws(FormatError) -> VariableType {
    switch Unicode.Scalar(letter) {
    case "d", "i":
      if let type = integer(length, isSigned: true) { return .integer(promoted(type)) }
    case "o", "u", "x", "X":
      if let type = integer(length, isSigned: false) { return .integer(promoted(type)) }
    case "c":
      if length == .none { return .integer(.int32) }
      // A wint_t, which has 32 bits in the guest and here.
      if length == .l { return .integer(.uint32) }
    case "s":
      if length == .none { return .string(.terminated) }
      if length == .l { throw refusal("is a string of wide characters") }
    case "p":
      if length == .none { return .address }
    case "a", "A", "e", "E", "f", "F", "g", "G":
      if length == .none || length == .l { return .double }
      if length == .L { return .longDouble }
    case "n": throw refusal("writes to memory, which a format of printf may not do")
    default: throw unknown(letter)
    }
    throw wrongLength()
  }

  /// The type as which a narrow integer is passed.
  private func promoted(_ type: IntegerType) -> IntegerType {
    switch type {
    case .int8, .uint8, .int16, .uint16: .int32
    default: type
    }
  }

  /// The reason why a letter is not a conversion of printf or scanf.
  func unknown(_ letter: UInt8) -> FormatError {
    switch Unicode.Scalar(letter) {
    case "C", "S": refusal("is for wide characters")
    case "%": refusal("is not a percent sign: that is '%%'")
    case "b", "B": refusal("not all C libraries know")
    default: refusal("is not a conversion")
    }
  }
}
