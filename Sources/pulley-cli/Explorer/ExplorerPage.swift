import Pulley

/// A page that shows the source, the IR and the bytecode of each function side by side. It is one file
/// that loads nothing else.
///
/// The template and its style and scripts are the files of the folder Page. Functions are data that the
/// script reads when the user opens one, so that a module may have many thousands.
enum ExplorerPage {
  /// Makes the page as UTF-8.
  ///
  /// - Parameter filter: show only functions whose name contains this.
  static func make(
    _ listing: CodeListing, title: String, filter: RawText?
  ) throws(PulleyError) -> [UInt8] {
    let shown = (0..<listing.functionCount).filter { function in
      filter.map { listing.name(ofFunction: function).containsBytes(of: $0.bytes) } ?? true
    }
    if let filter, shown.isEmpty {
      throw PulleyError(.notFound, "no function has \(filter.quoted) in its name")
    }
    var page = PageText()
    try page.append(template: PackageResources.page_html) { (page, place) throws(PulleyError) in
      switch place {
      case "title": page.append(escaped: title)
      case "style": page.append(PackageResources.page_css)
      case "script":
        page.append(PackageResources.page_js)
        page.append(PackageResources.function_js)
      case "functions":
        for function in shown {
          page.append(try listing.function(function), number: function)
        }
      case "index": page.appendIndex(of: shown, listing)
      default: break
      }
    }
    return page.bytes
  }
}

extension PageText {
  /// Appends the columns of a function as JSON. Keys are differences, which are short: a large
  /// module has millions of lines.
  fileprivate mutating func append(_ function: FunctionListing, number: Int) {
    append("<script type=\"application/json\" id=\"f\(number)\">{\"s\":")
    append(function.source)
    append(",\"i\":")
    append(function.ir)
    append(",\"p\":{\"a\":\"")
    append(differences: function.code.lazy.map(\.address))
    append("\",\"x\":{")
    var isFirst = true
    for (index, line) in function.code.enumerated() {
      guard let target = line.target else { continue }
      append(isFirst ? "\"\(index)\":\(target)" : ",\"\(index)\":\(target)")
      isFirst = false
    }
    append("},")
    append(keys: function.code.lazy.map(\.location), texts: function.code.lazy.map(\.text))
    append("}}</script>\n")
  }

  private mutating func append(_ lines: [FunctionListing.Line]) {
    append("{\"d\":\"")
    for line in lines { append(String(min(line.depth, 35), radix: 36)) }
    append("\",")
    append(keys: lines.lazy.map(\.location), texts: lines.lazy.map(\.text))
    append("}")
  }

  private mutating func append(
    keys: some Collection<Int?>, texts: some Collection<String>
  ) {
    append("\"n\":\(texts.count),\"k\":\"")
    append(differences: keys)
    append("\",\"t\":\"")
    var isFirst = true
    for text in texts {
      if !isFirst { append("\\n") }
      isFirst = false
      append(inJSON: text)
    }
    append("\"")
  }

  /// Appends each number as the difference to the number before it, and nil as an empty string.
  private mutating func append(differences numbers: some Collection<Int?>) {
    var last = 0
    var isFirst = true
    for number in numbers {
      if !isFirst { append(",") }
      isFirst = false
      guard let number else { continue }
      append(String(number - last))
      last = number
    }
  }

  fileprivate mutating func appendIndex(of functions: [Int], _ listing: CodeListing) {
    append("{\"kind\":\"\(listing.language == .clif ? "clif" : "wasm")\",\"functions\":[")
    for (index, function) in functions.enumerated() {
      append(index == 0 ? "\n" : ",\n")
      append("{\"n\":\(function),\"source\":\(listing.sourceSize(ofFunction: function))")
      append(",\"code\":\(listing.codeSize(ofFunction: function)),\"name\":\"")
      append(inJSON: listing.name(ofFunction: function))
      append("\"}")
    }
    append("]}")
  }
}

extension String {
  /// Whether `part` occurs in the string's UTF-8.
  fileprivate func containsBytes(of part: [UInt8]) -> Bool {
    Array(utf8).firstRange(of: part) != nil || part.isEmpty
  }
}
