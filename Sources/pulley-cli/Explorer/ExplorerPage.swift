import Pulley

/// A page that shows what became of each function, in one file without anything from outside.
///
/// The functions are data that the page's script reads when one of them is opened, so that a module
/// may have many thousands.
enum ExplorerPage {
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
    page.append(head, title: title)
    page.append("<style>\n" + style + "</style>\n</head>\n<body>\n")
    page.append(markup, title: title)
    for function in shown {
      page.append(try listing.function(function), number: function)
    }
    page.append("<script type=\"application/json\" id=\"index\">")
    page.appendIndex(of: shown, listing)
    page.append("</script>\n<script>\n" + script + functionScript + "</script>\n</body>\n</html>\n")
    return page.bytes
  }

  /// `TITLE` stands for the file's name.
  private static let head = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
    <title>TITLE – Pulley explorer</title>

    """

  private static let markup = """
    <header>
    <h1>TITLE<small>Pulley explorer</small></h1>
    <input id="search" type="search" placeholder="Filter functions by name" autocomplete="off"
      spellcheck="false" aria-label="Filter functions by name">
    <select id="order" aria-label="Order of the functions">
    <option value="module">in the module's order</option>
    <option value="size">largest code first</option>
    <option value="name">by name</option>
    </select>
    <output id="count"></output>
    <span class="hint"><kbd>/</kbd> filter <kbd>↑</kbd> <kbd>↓</kbd> move <kbd>→</kbd> open, next
    column <kbd>Esc</kbd> back</span>
    </header>
    <main>
    <noscript>This page needs JavaScript, which is all in this file.</noscript>
    <div id="functions"></div>
    <p id="none" hidden>No function has such a name.</p>
    <div id="more"></div>
    </main>

    """
}

extension PageText {
  fileprivate mutating func append(_ template: String, title: String) {
    let parts = template.split(separator: "TITLE", omittingEmptySubsequences: false)
    for (number, part) in parts.enumerated() {
      if number > 0 { append(escaped: title) }
      append(String(part))
    }
  }

  /// The columns of a function as JSON. What is equal or near in lines that follow one another takes
  /// little room: there are millions of them in a large module.
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

  /// Each number less the one before it; nothing stands for nil.
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
  /// Whether the bytes of `part` occur among the string's.
  fileprivate func containsBytes(of part: [UInt8]) -> Bool {
    Array(utf8).firstRange(of: part) != nil || part.isEmpty
  }
}
