import PulleyDeclarations
import PulleyText

/// Reads the parts of conversions that printf and scanf have in common, and collects the arguments.
struct FormatReader {
  enum Length: Hashable {
    case none, hh, h, l, ll, j, z, t, L
  }

  private let bytes: [UInt8]
  private(set) var position = 0
  /// The offset of the conversion that is being read.
  private var start = 0
  private var conversionCount = 0
  private var arguments: [FormatString.Argument?] = []
  /// Whether arguments have positions (`%1$d`); nil before the first argument.
  private var isPositional: Bool?

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  // MARK: - Characters

  var isAtEnd: Bool { position == bytes.count }

  /// The next byte; 0, which is in no format, at the end.
  var next: UInt8 { isAtEnd ? 0 : bytes[position] }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard !isAtEnd, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func advance() { if !isAtEnd { position += 1 } }

  /// Moves to the next conversion that is not `%%`. False if there is none.
  mutating func findConversion() throws(FormatError) -> Bool {
    while let percent = bytes[position...].firstIndex(of: UInt8(ascii: "%")) {
      start = percent
      position = percent + 1
      if take("%") { continue }
      conversionCount += 1
      guard conversionCount <= FormatString.mostArguments else {
        throw error("has more than \(FormatString.mostArguments) conversions")
      }
      return true
    }
    return false
  }

  /// A number without sign; nil if there is no digit.
  mutating func number(_ what: String) throws(FormatError) -> Int? {
    guard let number = digits() else { return nil }
    guard number <= Int(Int32.max) else {
      throw error("has a \(what) larger than \(Int32.max)")
    }
    return number
  }

  /// The number, or any number larger than `Int32.max` for those that are.
  private mutating func digits() -> Int? {
    let first = position
    var value = 0
    while isDigit(next) {
      value = min(value * 10 + Int(bytes[position] - UInt8(ascii: "0")), Int(Int32.max) + 1)
      position += 1
    }
    return position > first ? value : nil
  }

  /// The position of an argument, from 0, before a `$`; nil if there is none.
  mutating func argumentPosition() throws(FormatError) -> Int? {
    let before = position
    guard next != UInt8(ascii: "0"), let number = digits(), take("$") else {
      position = before
      return nil
    }
    guard number <= FormatString.mostArguments else {
      throw error("uses argument \(number), and there may be \(FormatString.mostArguments)")
    }
    return number - 1
  }

  mutating func length() -> Length {
    if take("h") { return take("h") ? .hh : .h }
    if take("l") { return take("l") ? .ll : .l }
    if take("j") { return .j }
    if take("z") { return .z }
    if take("t") { return .t }
    if take("L") { return .L }
    return .none
  }

  /// The letter that ends the conversion.
  mutating func letter() throws(FormatError) -> UInt8 {
    guard !isAtEnd else { throw error("has a conversion without its letter") }
    position += 1
    return bytes[position - 1]
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  // MARK: - Arguments

  /// Adds the use of an argument, by the next one or by the one at a position. Returns its index.
  @discardableResult
  mutating func use(_ type: VariableType, at position: Int?) throws(FormatError) -> Int {
    if let isPositional, isPositional != (position != nil) {
      throw error("mixes arguments with and without positions")
    }
    isPositional = position != nil
    let index = position ?? arguments.count
    guard index < FormatString.mostArguments else {
      throw error("asks for more than \(FormatString.mostArguments) arguments")
    }
    while arguments.count <= index { arguments.append(nil) }
    guard let known = arguments[index] else {
      arguments[index] = FormatString.Argument(type: type, conversion: start..<self.position)
      return index
    }
    guard let merged = known.type.merged(with: type) else {
      throw error("uses argument \(index + 1) with another type than before")
    }
    arguments[index] = FormatString.Argument(type: merged, conversion: known.conversion)
    return index
  }

  func finish() throws(FormatError) -> [FormatString.Argument] {
    var all: [FormatString.Argument] = []
    for (index, argument) in arguments.enumerated() {
      guard let argument else {
        throw FormatError(
          text: FormatString.excerpt(bytes), position: nil,
          reason: "does not use argument \(index + 1), so that its type is unknown")
      }
      all.append(argument)
    }
    return all
  }

  // MARK: - Types

  /// The integer type of a conversion; nil if it has none of this length.
  func integer(_ length: Length, isSigned: Bool) -> IntegerType? {
    switch length {
    case .none: isSigned ? .int32 : .uint32
    case .hh: isSigned ? .int8 : .uint8
    case .h: isSigned ? .int16 : .uint16
    case .l: isSigned ? .long : .unsignedLong
    case .ll, .j: isSigned ? .int64 : .uint64
    case .z, .t: isSigned ? .pointerSized : .unsignedPointerSized
    case .L: nil
    }
  }

  func floating(_ length: Length) -> FloatingType? {
    switch length {
    case .none: .float
    case .l: .double
    case .L: .longDouble
    default: nil
    }
  }

  // MARK: - Errors

  /// The conversion as far as it has been read: "'%5q'".
  private var conversion: String {
    "'\(VisibleText.name(bytes[start..<position].prefix(40)))'"
  }

  func error(_ reason: String) -> FormatError {
    FormatError(text: FormatString.excerpt(bytes), position: start, reason: reason)
  }

  /// - Parameter reason: the continuation of a sentence that begins with the conversion.
  func refusal(_ reason: String) -> FormatError { error("has \(conversion), which \(reason)") }

  func wrongLength() -> FormatError {
    refusal("has a length that this conversion does not have")
  }
}
