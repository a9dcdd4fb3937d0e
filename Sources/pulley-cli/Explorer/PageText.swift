import PulleyText

/// The text of a page in UTF-8, with the ways to escape what a module's author chose.
struct PageText {
  private(set) var bytes: [UInt8] = []

  /// Lines are cut here: branch tables can be longer than anybody reads.
  private static let longestText = 400

  mutating func append(_ utf8: [UInt8]) { bytes += utf8 }

  mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  /// Text between tags.
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

  /// A part of a string of JSON, in one line, that may stand in a `script` element: without `<`,
  /// nothing in it can end or begin one.
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

  /// What cannot be seen, or changes how the text around it is shown, is written as a number.
  private mutating func appendVisible(_ scalar: Unicode.Scalar, backslash: String = "\\") {
    if VisibleText.isVisible(scalar) {
      append(String(scalar))
    } else {
      append(backslash)
      append(String(VisibleText.number(of: scalar).dropFirst()))
    }
  }
}
