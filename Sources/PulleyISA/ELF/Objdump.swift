import PulleyText

/// The options of a listing.
public struct ObjdumpOptions: Sendable {
  /// Whether to print the addresses of instructions and functions.
  public var addresses = false
  /// Whether to print the instructions' bytes.
  public var bytes = false
  /// Print only functions whose name contains this.
  public var filter: String?
  /// Texts to print after the instruction at an address, sorted by address.
  public var annotations: [ObjdumpAnnotation] = []

  public init() {}
}

/// A text for the instruction at an address of `.text`.
public struct ObjdumpAnnotation: Hashable, Sendable {
  public var address: UInt64
  public var text: String

  public init(address: UInt64, text: String) {
    self.address = address
    self.text = text
  }
}

/// Lists the code of ELF files function by function, in the layout of `wasmtime objdump`.
public struct Objdump<Output: TextOutputStream> {
  private let code: [UInt8]
  private let options: ObjdumpOptions
  private let origin: ((_ address: Int) -> String?)?
  private var nextAnnotation = 0
  private var output: Output

  /// How many bytes of an instruction a line shows.
  private static var bytesPerLine: Int { 9 }
  private static var addressWidth: Int { 10 }
  /// The width to which instructions with a comment are padded.
  private static var instructionWidth: Int { 48 }

  private init(
    code: [UInt8], options: ObjdumpOptions, origin: ((Int) -> String?)?, output: Output
  ) {
    self.code = code
    self.options = options
    self.origin = origin
    self.output = output
  }

  /// Writes the listing of `file`'s section `.text` to `output`.
  ///
  /// The listing reports code that cannot be decoded and continues with the next function.
  ///
  /// - Parameter origin: what to print beside the instruction at an address of `.text`, as a comment.
  public static func list(
    _ file: ELFFile, options: ObjdumpOptions = ObjdumpOptions(),
    origin: ((_ address: Int) -> String?)? = nil, to output: inout Output
  ) throws(ELFError) {
    let (code, functions) = try textFunctions(of: file)
    var listing = Objdump(code: code, options: options, origin: origin, output: output)
    var isFirst = true
    for function in functions {
      if let filter = options.filter, !contains(function.name, filter) { continue }
      if !isFirst { listing.output.write("\n") }
      isFirst = false
      listing.list(function)
    }
    output = listing.output
  }

  /// Writes the listing of bare code to `output`, under a name.
  public static func list(
    code: [UInt8], name: String, options: ObjdumpOptions = ObjdumpOptions(),
    to output: inout Output
  ) {
    var listing = Objdump(code: code, options: options, origin: nil, output: output)
    listing.list(TextFunction(name: name, range: 0..<code.count))
    output = listing.output
  }

  private mutating func list(_ function: TextFunction) {
    if options.addresses {
      output.write(hex(UInt64(function.range.lowerBound), width: 8, fill: "0") + " ")
    }
    output.write(VisibleText.name(function.name) + ":\n")
    skipAnnotations(before: function.range.lowerBound)
    var offset = function.range.lowerBound
    while offset < function.range.upperBound {
      do throws(DecodeError) {
        offset = try listInstruction(at: offset, end: function.range.upperBound)
      } catch {
        write(bytes: offset..<offset, lines: ["(bad) \(error)"], at: offset)
        return
      }
    }
  }

  /// Writes the instruction at `offset` and returns the offset of the next one.
  private mutating func listInstruction(
    at offset: Int, end: Int
  ) throws(DecodeError) -> Int {
    let instruction = try Decoder.decode(code, at: offset)
    guard instruction.lengthWithTable <= end - offset else {
      throw DecodeError(.truncated, offset: end)
    }
    let next = offset + instruction.lengthWithTable
    var lines = [Disassembler.text(instruction, at: UInt64(offset))]
    if let origin = origin?(offset) {
      let width = Self.instructionWidth - lines[0].utf8.count
      lines[0] += String(repeating: " ", count: max(1, width)) + "; " + VisibleText.line(origin)
    }
    for entry in stride(from: offset + instruction.length, to: next, by: 4) {
      let distance = try Decoder.branchTableEntry(code, at: entry)
      lines.append(Disassembler.branchTableEntryText(distance, at: UInt64(entry)))
    }
    write(bytes: offset..<next, lines: lines, at: offset)
    writeAnnotations(before: next)
    return next
  }

  /// Writes the lines of an instruction with its bytes beside them, and on lines of their own if there
  /// are more bytes.
  private mutating func write(bytes: Range<Int>, lines: [String], at address: Int) {
    var rest = code[bytes]
    let margin = String(repeating: " ", count: Self.addressWidth + 2)
    for (number, line) in lines.enumerated() {
      if number == 0, options.addresses {
        output.write(hex(UInt64(address), width: Self.addressWidth, fill: " ") + ": ")
      } else {
        output.write(margin)
      }
      if options.bytes {
        let shown = rest.prefix(Self.bytesPerLine)
        rest = rest.dropFirst(shown.count)
        for byte in shown { output.write(hex(UInt64(byte), width: 2, fill: "0") + " ") }
        output.write(String(repeating: "   ", count: Self.bytesPerLine - shown.count) + "  ")
      }
      output.write(line + "\n")
    }
    while options.bytes, !rest.isEmpty {
      let shown = rest.prefix(Self.bytesPerLine)
      rest = rest.dropFirst(shown.count)
      let line = shown.map { hex(UInt64($0), width: 2, fill: "0") }.joined(separator: " ")
      output.write(margin + line + "\n")
    }
  }

  private mutating func skipAnnotations(before address: Int) {
    while nextAnnotation < options.annotations.count,
      options.annotations[nextAnnotation].address < UInt64(address)
    {
      nextAnnotation += 1
    }
  }

  private mutating func writeAnnotations(before address: Int) {
    let first = nextAnnotation
    skipAnnotations(before: address)
    let margin = Self.addressWidth + 2 + (options.bytes ? 3 * (Self.bytesPerLine + 1) : 0)
    for (number, annotation) in options.annotations[first..<nextAnnotation].enumerated() {
      let corner = first + number + 1 == nextAnnotation ? "╰─╼ " : "├─╼ "
      let text = corner + VisibleText.line(annotation.text)
      output.write(String(repeating: " ", count: margin) + text + "\n")
    }
  }
}

/// A function's name and range in `.text`.
struct TextFunction {
  var name: String
  var range: Range<Int>
}

/// The content of `.text` and its functions, sorted by address.
private func textFunctions(
  of file: ELFFile
) throws(ELFError) -> (code: [UInt8], functions: [TextFunction]) {
  guard let index = file.sections.firstIndex(where: { $0.name == ".text" }) else {
    throw ELFError(.missingSection(".text"), offset: 0)
  }
  let section = file.sections[index]
  let code = Array(file.bytes[section.range])
  let base = file.header.type == ELF.typeRelocatable ? 0 : section.address
  var starts: [(offset: Int, size: UInt64, name: String)] = []
  for symbol in file.symbols
  where Int(symbol.section) == index && symbol.type == ELF.symbolFunction {
    let offset = symbol.value.subtractingReportingOverflow(base)
    guard !offset.overflow, offset.partialValue <= UInt64(code.count) else {
      let name = VisibleText.name(symbol.name)
      throw ELFError(.invalid("place of symbol '\(name)'"), offset: section.range.lowerBound)
    }
    starts.append((Int(offset.partialValue), symbol.size, symbol.name))
  }
  if starts.isEmpty { return (code, [TextFunction(name: ".text", range: 0..<code.count)]) }
  starts.sort { ($0.offset, $0.size) < ($1.offset, $1.size) }
  var functions: [TextFunction] = []
  for (number, start) in starts.enumerated() {
    // Functions are cut where the next one begins, so that listing takes linear time.
    let next = number + 1 < starts.count ? starts[number + 1].offset : code.count
    let size = start.size == 0 ? next - start.offset : Int(min(start.size, UInt64(Int.max)))
    let end = size < next - start.offset ? start.offset + size : next
    functions.append(TextFunction(name: start.name, range: start.offset..<end))
  }
  return (code, functions)
}

private func hex(_ value: UInt64, width: Int, fill: Character) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: fill, count: max(0, width - digits.utf8.count)) + digits
}

/// Whether `part` occurs in `text`.
private func contains(_ text: String, _ part: String) -> Bool {
  let text = Array(text.utf8)
  let part = Array(part.utf8)
  guard part.count <= text.count else { return false }
  return (0...text.count - part.count).contains { text[$0...].starts(with: part) }
}
