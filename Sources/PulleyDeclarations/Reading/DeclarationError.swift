import PulleySource

/// An error in a text of C declarations.
public struct DeclarationError: Error, Hashable, Sendable {
  /// What was wrong, and what was expected.
  public let message: String
  /// The offset in the text, in bytes.
  public let offset: Int
  /// The file that the last line marker (`# 12 "file.h"`) names; without one, the name of the text.
  public let file: String
  /// The line in this file and the column, both from 1.
  public let position: TextPosition
  /// The line of the text, and a second line with a caret under the error.
  public let excerpt: String

  init(_ message: String, at token: Token, in source: SourceText, _ files: FileNames) {
    self.message = message
    offset = token.start
    file = files.name(token.place)
    let column = source.position(ofOffset: offset).column
    position = TextPosition(line: Int(token.place.line), column: column)
    excerpt = source.excerpt(at: offset)
  }
}

extension DeclarationError: CustomStringConvertible {
  /// `sqlite3.h:120:5: …`, and the excerpt on two more lines.
  public var description: String {
    let prefix = file.isEmpty ? "" : "\(file):"
    return "\(prefix)\(position): \(message)\n\(excerpt)"
  }
}

/// A line of a file that declarations came from.
struct Place: Hashable, Sendable {
  var file: Int32
  var line: Int32
}

/// The names of the files that declarations came from. A place has a number in place of the name.
struct FileNames: Sendable {
  private var names: [String] = []
  private var numbers: [String: Int32] = [:]

  mutating func number(_ name: String) -> Int32 {
    if let number = numbers[name] { return number }
    let number = Int32(clamping: names.count)
    names.append(name)
    numbers[name] = number
    return number
  }

  func name(_ place: Place) -> String {
    names.indices.contains(Int(place.file)) ? names[Int(place.file)] : ""
  }

  /// The place for a message: "sqlite3.h:120", or "line 120" in a text without a name.
  func describe(_ place: Place) -> String {
    let name = name(place)
    return name.isEmpty ? "line \(place.line)" : "\(name):\(place.line)"
  }
}
