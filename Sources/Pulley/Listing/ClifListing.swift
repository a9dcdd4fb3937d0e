import PulleyIR

/// The source of a module in CLIF: the text as it is written.
struct ClifListing: ListedSource {
  /// The functions before their names are resolved.
  private let functions: [PulleyIR.Function]
  private let lines: TextLines
  /// By function: its lines in the text.
  private let ranges: [Range<Int>]
  private let compiler: ClifCompiler

  init(_ text: [UInt8]) throws(PulleyError) {
    functions = try ClifSource(text).functions
    compiler = ClifCompiler(optimizes: true)
    let lines = TextLines(text)
    self.lines = lines
    let starts = functions.map { lines.line(ofOffset: Int($0.text?.offset ?? 0)) }
    ranges = starts.enumerated().map { number, start in
      let next = number + 1 < starts.count ? starts[number + 1] : lines.count + 1
      return lines.function(start..<max(start + 1, next))
    }
  }

  func size(ofFunction function: Int) -> Int { ranges[function].count }

  func lines(ofFunction function: Int) throws(PulleyError) -> [FunctionListing.Line] {
    ranges[function].map { number in
      let text = lines.text(ofLine: number)
      return FunctionListing.Line(
        location: number, depth: text.first == " " || text.first == "\t" ? 1 : 0,
        text: text.trimmingSpace)
    }
  }

  func optimizedIR(ofFunction function: Int) throws(PulleyError) -> PulleyIR.Function {
    do {
      return try compiler.optimizedIR(of: functions[function])
    } catch {
      throw PulleyError(
        .unsupported, "function \(functions[function].name) cannot be compiled: \(error)")
    }
  }

  func location(ofOffset offset: Int) -> Int { lines.line(ofOffset: offset) }
}

/// The lines of a text, with an index.
private struct TextLines: Sendable {
  private let bytes: [UInt8]
  /// Where each line starts, and the end.
  private var starts = [0]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    for index in bytes.indices {
      switch bytes[index] {
      case 0x0A: starts.append(index + 1)
      // As in the positions of messages, a carriage return alone also ends a line.
      case 0x0D where index + 1 == bytes.count || bytes[index + 1] != 0x0A:
        starts.append(index + 1)
      default: break
      }
    }
    starts.append(bytes.count)
  }

  var count: Int { starts.count - 1 }

  func line(ofOffset offset: Int) -> Int {
    min(max(starts.partitioningIndex { $0 > offset }, 1), count)
  }

  /// - Parameter number: counts from 1.
  func text(ofLine number: Int) -> String {
    let range = bytes[starts[number - 1]..<starts[number]]
    return String(decoding: range, as: UTF8.self)
  }

  /// Cuts the lines of a function after the brace that ends it.
  func function(_ lines: Range<Int>) -> Range<Int> {
    let end = lines.first { text(ofLine: $0).first == "}" }
    return lines.lowerBound..<(end.map { $0 + 1 } ?? lines.upperBound)
  }
}

extension String {
  /// Without white space at either end.
  fileprivate var trimmingSpace: String {
    var text = self[...]
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text.drop { $0.isWhitespace })
  }
}
