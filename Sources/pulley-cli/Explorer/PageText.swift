import PulleyText

/// The text of a page in UTF-8, with the ways to escape what a module's author chose.
struct PageText {
  private(set) var bytes: [UInt8] = []

  /// The limit of characters in a line. Branch tables would be much longer.
  private static let longestText = 400

  mutating func append(_ utf8: [UInt8]) { bytes += utf8 }

  /// Appends a page whose places, names in double braces, `fill` appends.
  mutating func append<Failure: Error>(
    template: [UInt8], fill: (inout PageText, _ place: Substring) throws(Failure) -> Void
  ) throws(Failure) {
    let template = String(decoding: template, as: UTF8.self)
    for (number, part) in template.split(separator: "{{").enumerated() {
      let pieces = part.split(separator: "}}", maxSplits: 1, omittingEmptySubsequences: false)
      if number > 0 { try fill(&self, pieces[0]) }
      append(String(pieces[pieces.count - 1]))
    }
  }

  mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  /// Appends text as the content of an element.
  mutating func append(escaped text: String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": append("&amp;")
      case "<": append("&lt;")
      case ">": append("&gt;")
      case "\"": append("&quot;")
      default: appendVisible(scalar)
      }
    }
  }

  /// Appends text inside of a JSON string in a `script` element. `<` is escaped, so that the text
  /// cannot end the element.
  mutating func append(inJSON text: String) {
    var count = 0
    for scalar in text.unicodeScalars {
      count += 1
      guard count <= Self.longestText else {
        append(" …")
        break
      }
      switch scalar {
      case "\"": append("\\\"")
      case "\\": append("\\\\")
      case "<": append("\\u003c")
      case ">": append("\\u003e")
      case "&": append("\\u0026")
      case "\t": append("\\t")
      case " "..."~": bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      default: appendVisible(scalar, backslash: "\\\\")
      }
    }
  }

  /// Appends a character. Invisible characters, and those that reorder text, become numbers.
  private mutating func appendVisible(_ scalar: Unicode.Scalar, backslash: String = "\\") {
    if VisibleText.isVisible(scalar) {
      append(String(scalar))
    } else {
      append(backslash)
      append(String(VisibleText.number(of: scalar).dropFirst()))
    }
  }
}
