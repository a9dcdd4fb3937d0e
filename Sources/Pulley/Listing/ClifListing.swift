import PulleyIR

/// The listing of a text of CLIF.
public final class ClifListing: CodeListing {
  private let module: ClifModule
  /// As the text has them: what they name is still names.
  private let functions: [PulleyIR.Function]
  private let linked: LinkedCode
  private let lines: TextLines
  /// By function: its lines in the text.
  private let ranges: [Range<Int>]
  private let compiler: ClifCompiler
  private var origins = OriginCache()

  public init(_ text: [UInt8]) throws(PulleyError) {
    var options = Engine.Options()
    options.mapsAllInstructions = true
    options.acceptsClif = true
    functions = try ClifSource(text).functions
    module = try ClifModule(engine: Engine(options), text: text)
    linked = try module.linkedCode(module.code.compileAndGetAll(options))
    compiler = ClifCompiler(optimizes: options.optimizes)
    let lines = TextLines(text)
    self.lines = lines
    let starts = functions.map { lines.line(ofOffset: Int($0.text?.offset ?? 0)) }
    ranges = starts.enumerated().map { number, start in
      let next = number + 1 < starts.count ? starts[number + 1] : lines.count + 1
      return lines.function(start..<max(start + 1, next))
    }
  }

  public var sourceKind: SourceKind { .clif }
  public var functionCount: Int { functions.count }
  public func name(ofFunction function: Int) -> String { module.code.name(ofFunction: function) }
  public func sourceSize(ofFunction function: Int) -> Int { ranges[function].count }
  public func codeSize(ofFunction function: Int) -> Int { linked.ranges[function].count }
  public func artifact() throws(PulleyError) -> [UInt8] { try module.artifact() }

  public func function(_ function: Int) throws(PulleyError) -> FunctionListing {
    var listing = FunctionListing()
    listing.source = source(of: function)
    do {
      let ir = try compiler.optimizedIR(of: functions[function])
      listing.ir = ir.listedLines { $0 == .max ? nil : lines.line(ofOffset: Int($0)) }
    } catch {
      throw PulleyError(
        .unsupported, "function \(functions[function].name) cannot be compiled: \(error)")
    }
    listing.code = linked.instructions(of: function) { lines.line(ofOffset: $0) }
    return listing
  }

  private func source(of function: Int) -> [FunctionListing.Line] {
    ranges[function].map { number in
      let text = lines.text(ofLine: number)
      return FunctionListing.Line(
        location: number, depth: text.first == " " || text.first == "\t" ? 1 : 0,
        text: text.trimmingSpace)
    }
  }

  public func origin(ofAddress address: Int) -> String? {
    guard let function = linked.function(at: address),
      let offset = linked.moduleOffset(
        function: function, offset: address - linked.ranges[function].lowerBound)
    else { return nil }
    let line = lines.line(ofOffset: offset)
    let text = origins.text(at: line, of: function) { source(of: function) }
    return text.map { "\(place(line)): \($0)" } ?? place(line)
  }
}

/// The lines of a text, found in little time.
private struct TextLines: Sendable {
  private let bytes: [UInt8]
  /// Where each line starts, and the end.
  private var starts = [0]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    for index in bytes.indices {
      switch bytes[index] {
      case 0x0A: starts.append(index + 1)
      // As positions in messages have it, a return alone ends a line too.
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

  /// Of lines that begin with a function's first one, those up to the brace that ends it.
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
