import ArgumentParser
import PulleyText

/// A word of the command line as bytes, because file names and a guest's arguments need not be
/// UTF-8.
struct RawText: Hashable, Sendable {
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  init(_ text: String) { bytes = Array(text.utf8) }

  /// The command line without the program's name.
  static let commandLine: [RawText] = {
    let words = UnsafeBufferPointer(
      start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    return words.dropFirst().compactMap { $0.map { RawText(cString: $0) } }
  }()

  init(cString: UnsafePointer<CChar>) {
    var bytes: [UInt8] = []
    var next = cString
    while next.pointee != 0 {
      bytes.append(UInt8(bitPattern: next.pointee))
      next += 1
    }
    self.bytes = bytes
  }

  /// The word as a string; nil if it is not UTF-8.
  var text: String? { String(validating: bytes, as: UTF8.self) }

  /// The word for messages.
  var shown: String { VisibleText.name(bytes) }

  /// The word for messages, in quotes.
  var quoted: String { VisibleText.quoted(bytes) }

  func hasSuffix(_ suffix: String) -> Bool {
    bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  func hasPrefix(_ prefix: String) -> Bool { bytes.starts(with: prefix.utf8) }

  /// This file name with another ending: drops the first of `endings` that it has and appends
  /// `ending`. The name `-` stays the same.
  func replacing(_ endings: [String], with ending: String) -> RawText {
    guard self != FileBytes.standardStream else { return self }
    let old = endings.first { hasSuffix($0) } ?? ""
    return RawText(bytes: bytes.dropLast(old.utf8.count) + Array(ending.utf8))
  }

  /// Calls `body` with the bytes as a C string.
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { body($0.baseAddress!) }
  }
}

/// The command-line parser takes strings, which are Unicode, and repeats them in messages. So bytes
/// that are not UTF-8, control characters, and the bytes of the last 256 code points (which are for
/// private use) are encoded as those code points. `init(argument:)` restores the bytes, and messages
/// show them escaped.
extension RawText: ExpressibleByArgument {
  private static let firstStandIn: UInt32 = 0x10FF00

  init(argument: String) {
    var bytes: [UInt8] = []
    for scalar in argument.unicodeScalars {
      if scalar.value >= Self.firstStandIn {
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        bytes.append(contentsOf: Array(String(scalar).utf8))
      }
    }
    self.bytes = bytes
  }

  /// The encoded word for the parser.
  var argument: String {
    if bytes.allSatisfy({ 0x20..<0x7F ~= $0 }) { return String(decoding: bytes, as: UTF8.self) }
    var text = ""
    for element in ScalarsAndBytes(bytes) {
      switch element {
      case .scalar(let scalar)
      where scalar.value >= 0x20 && scalar.value < Self.firstStandIn:
        text.unicodeScalars.append(scalar)
      case .scalar(let scalar):
        for byte in String(scalar).utf8 { Self.append(standInFor: byte, to: &text) }
      case .byte(let byte): Self.append(standInFor: byte, to: &text)
      }
    }
    return text
  }

  private static func append(standInFor byte: UInt8, to text: inout String) {
    guard let scalar = Unicode.Scalar(firstStandIn + UInt32(byte)) else { return }
    text.unicodeScalars.append(scalar)
  }

  /// A message of the parser, with encoded bytes escaped for the terminal.
  static func shown(_ message: String) -> String {
    var text = ""
    for scalar in message.unicodeScalars {
      if scalar.value >= firstStandIn {
        text += VisibleText.name([UInt8(truncatingIfNeeded: scalar.value)])
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return VisibleText.lines(text)
  }
}
