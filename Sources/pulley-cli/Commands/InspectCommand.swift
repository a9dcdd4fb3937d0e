import ArgumentParser
import Pulley
import PulleyText
import PulleyWASI
import PulleyWasm

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show the imports, exports and contents of a WebAssembly module.",
    discussion: """
      Compiles nothing. For an artifact, shows only imports and exports.

      With --header and --library, which mean the same as for `pulley run`, shows for each import the \
      C function that it gets, or why it gets none. With --header alone, shows which imports the \
      declarations fit.
      """)

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var bindings: BindingOptions

  @Argument(help: "A .wasm or .wat file or an artifact.")
  var file: RawText

  func run() throws {
    let input = try InputFile(file)
    guard input.format != .clif else {
      throw CommandError("\(file.shown): this is CLIF: `pulley objdump` lists its functions")
    }
    let bytes = input.bytes
    do {
      let engine = Engine()
      let module = try Module(engine: engine, moduleOrArtifact: bytes)
      var parts: WasmModule?
      if input.format != .artifact {
        let binary = input.format == .wat ? try Module.binary(ofText: bytes) : bytes
        parts = try ModuleDecoder.decode(ModuleBytes(binary))
      }
      let inspection = Inspection(
        module, parts, bindings.isEmpty ? nil : try matches(of: module, engine))
      StandardOutput.print(json ? inspection.json : inspection.text)
    } catch let error as PulleyError {
      throw error.report(file.shown)
    }
  }
}

extension InspectCommand {
  /// What each import would get, in their order.
  private func matches(of module: Module, _ engine: Engine) throws -> [Linker.Match] {
    let linker = Linker(engine: engine)
    // `pulley run` has these without an option.
    try WASI(WASI.Options()).define(in: linker)
    try bindings.apply(to: linker)
    return module.imports.map(linker.match)
  }
}

/// The properties of a module that the command prints.
private struct Inspection {
  let module: Module
  /// The decoded module; nil for an artifact.
  let parts: WasmModule?
  /// What each import gets; nil without options that ask for it.
  let matches: [Linker.Match]?

  init(_ module: Module, _ parts: WasmModule?, _ matches: [Linker.Match]?) {
    self.module = module
    self.parts = parts
    self.matches = matches
  }

  private var counts: [(name: String, defined: Int, imported: Int)] {
    guard let parts else { return [] }
    let spaces = [
      ("functions", parts.functions.count, parts.importedFunctionCount),
      ("tables", parts.tables.count, parts.importedTableCount),
      ("memories", parts.memories.count, parts.importedMemoryCount),
      ("globals", parts.globals.count, parts.importedGlobalCount),
      ("tags", parts.tags.count, parts.importedTagCount),
    ]
    return spaces.map { ($0, $1 - $2, $2) }
  }

  // As text

  var text: String {
    var blocks: [String] = []
    if !module.name.isEmpty { blocks.append("module \(VisibleText.name(module.name))") }
    blocks.append(
      table(
        "imports (\(module.imports.count))",
        module.imports.enumerated().map { index, item in
          [
            "\(VisibleText.name(item.module)).\(VisibleText.name(item.name))",
            item.type.description,
          ]
            + (matches.map { [$0[index].text] } ?? [])
        }))
    blocks.append(
      table(
        "exports (\(module.exports.count))",
        module.exports.map { [VisibleText.name($0.name), $0.type.description] }))
    guard let parts else { return blocks.joined(separator: "\n\n") }
    blocks.append(
      table(
        "memories (\(parts.memories.count))",
        parts.memories.enumerated().map { index, type in
          ["\(index)", ExternalType.memory(type).description, size(type)]
        }))
    blocks.append(
      table(
        "contents",
        counts.filter { $0.defined + $0.imported > 0 }.map {
          [$0.name, "\($0.defined)", $0.imported > 0 ? "and \($0.imported) imported" : ""]
        }))
    let total = parts.bytes.count
    blocks.append(
      table(
        "sections (\(total) bytes)",
        parts.sections.map { section in
          [
            section.isCustom ? "custom \(VisibleText.quoted(section.name))" : section.name,
            "\(section.bytes.count)", "at 0x\(String(section.bytes.lowerBound, radix: 16))",
            "\((section.bytes.count * 100 + total / 2) / max(total, 1)) %",
          ]
        }))
    return blocks.joined(separator: "\n\n")
  }

  private func size(_ type: MemoryType) -> String {
    let kilobytes = { (pages: UInt64) in
      let bytes = pages.multipliedReportingOverflow(by: 1 << UInt64(type.pageSizeLog2))
      return bytes.overflow ? "2^64 bytes and more" : "\(bytes.partialValue / 1024) KiB"
    }
    let most = type.limits.maximum.map { "at most \(kilobytes($0))" } ?? "without a maximum"
    return "\(kilobytes(type.limits.minimum)), \(most)"
  }

  /// A heading, and rows in aligned columns. Numbers are aligned to the right.
  private func table(_ heading: String, _ rows: [[String]]) -> String {
    var lines = [heading]
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { min($0[column].count, 60) }.max() ?? 0 }
    for row in rows {
      var line = ""
      for (column, cell) in row.enumerated() {
        let space = String(repeating: " ", count: max(0, widths[column] - cell.count))
        let digits = cell.hasSuffix(" %") ? cell.dropLast(2) : cell[...]
        let isNumber = column > 0 && !digits.isEmpty && digits.allSatisfy(\.isNumber)
        line += "  " + (isNumber ? space + cell : cell + space)
      }
      while line.last == " " { line.removeLast() }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }

  // As JSON

  var json: String {
    var members: [(String, String)] = [
      ("name", JSONText.quoted(module.name)),
      (
        "imports",
        JSONText.list(
          module.imports.enumerated().map { index, item in
            JSONText.object(
              [
                ("module", JSONText.quoted(item.module)), ("name", JSONText.quoted(item.name)),
                ("type", JSONText.quoted(item.type.description)),
              ] + (matches?[index].members ?? []))
          }, indent: "  ")
      ),
      (
        "exports",
        JSONText.list(
          module.exports.map {
            JSONText.object([
              ("name", JSONText.quoted($0.name)), ("type", JSONText.quoted($0.type.description)),
            ])
          }, indent: "  ")
      ),
    ]
    if let parts {
      members += [
        ("bytes", "\(parts.bytes.count)"),
        (
          "memories",
          JSONText.list(
            parts.memories.map { JSONText.quoted(ExternalType.memory($0).description) },
            indent: "  ")
        ),
        (
          "counts",
          JSONText.object(
            counts.map {
              ($0.name, "{\"defined\": \($0.defined), \"imported\": \($0.imported)}")
            })
        ),
        (
          "sections",
          JSONText.list(
            parts.sections.map {
              JSONText.object([
                ("name", JSONText.quoted($0.name)), ("custom", "\($0.isCustom)"),
                ("offset", "\($0.bytes.lowerBound)"), ("bytes", "\($0.bytes.count)"),
              ])
            }, indent: "  ")
        ),
      ]
    }
    let lines = members.map { "  \(JSONText.quoted($0.0)): \($0.1)" }
    return "{\n" + lines.joined(separator: ",\n") + "\n}"
  }
}

extension Linker.Match {
  /// The cell of a table.
  fileprivate var text: String {
    switch self {
    case .defined: "defined by pulley"
    case .function(let declaration): "binds: \(VisibleText.line(declaration))"
    case .declared(let declaration): "fits: \(VisibleText.line(declaration))"
    case .missing(let reason): "no: \(VisibleText.line(reason))"
    }
  }

  /// The members of an object in JSON.
  fileprivate var members: [(String, String)] {
    switch self {
    case .defined: [("binding", "\"defined\"")]
    case .function(let declaration):
      [("binding", "\"function\""), ("declaration", JSONText.quoted(declaration))]
    case .declared(let declaration):
      [("binding", "\"declared\""), ("declaration", JSONText.quoted(declaration))]
    case .missing(let reason): [("binding", "\"none\""), ("reason", JSONText.quoted(reason))]
    }
  }
}
