import PulleyWasm

/// Writes modules in the text format.
///
/// The text expresses all of the module, including names and custom sections. Encoding it gives the
/// same bytes, except for redundant ones: padded numbers, empty sections, and a data count that no
/// function needs. The module must be well-formed; it need not be valid.
public enum WatPrinter {
  public struct Options: Sendable {
    /// Whether operands are written inside the parentheses of their instruction. Otherwise each
    /// instruction has its own line.
    public var isFolded = false
    /// The maximum size of the text in bytes. A few bytes of a module can declare very many locals,
    /// all of which the text has to list.
    public var maximumSize = 1 << 31

    public init() {}
  }

  /// The text of a module in the binary format. The text is UTF-8.
  public static func print(
    _ bytes: ModuleBytes, options: Options = Options()
  ) throws(WasmError) -> [UInt8] {
    do throws(WasmError) {
      _ = try ModuleDecoder.decode(bytes)
    } catch {
      // Decoding reports an invalid module only if it is well-formed.
      guard error.kind == .invalid else { throw error }
    }
    return try printDecoded(bytes, options)
  }

  /// The text of a decoded module. The text is UTF-8.
  public static func print(
    _ module: WasmModule, options: Options = Options()
  ) throws(WasmError) -> [UInt8] {
    try printDecoded(module.bytes, options)
  }

  private static func printDecoded(
    _ bytes: ModuleBytes, _ options: Options
  ) throws(WasmError) -> [UInt8] {
    var printer = try ModulePrinter(bytes, options)
    try printer.printModule()
    guard !printer.hasSaidAllNames || !printer.hasPlacedAllHints else { return printer.text }
    // A name or hint has no definition or instruction; its section is written as bytes.
    var second = try ModulePrinter(
      bytes, options, namesAsIdentifiers: printer.hasSaidAllNames,
      hintsAsAnnotations: printer.hasPlacedAllHints)
    try second.printModule()
    return second.text
  }
}
