import PulleyWasm

/// Writes modules in the text format.
///
/// What is written says everything that the module's bytes say, names and custom sections included:
/// reading it again gives the same bytes, but for those that are not needed: numbers longer than
/// they must be, empty sections, a data count that no function asks for. A module need only be
/// well-formed, not valid.
public enum WatPrinter {
  public struct Options: Sendable {
    /// Whether operands are written inside of their instruction's parentheses rather than each
    /// instruction on a line of its own.
    public var isFolded = false
    /// How long the text may become, in bytes: a few bytes of a module can declare very many
    /// locals, each of which the text has to spell out.
    public var maximumSize = 1 << 31

    public init() {}
  }

  /// The text of a module in the binary format, in UTF-8.
  public static func print(
    _ bytes: ModuleBytes, options: Options = Options()
  ) throws(WasmError) -> [UInt8] {
    do throws(WasmError) {
      _ = try ModuleDecoder.decode(bytes)
    } catch {
      // Decoding finds out all that is malformed before it reports something invalid.
      guard error.kind == .invalid else { throw error }
    }
    return try printDecoded(bytes, options)
  }

  /// The text of a decoded module, in UTF-8.
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
    // Some name or hint belongs to nothing: such a section is kept as bytes.
    var second = try ModulePrinter(
      bytes, options, namesAsIdentifiers: printer.hasSaidAllNames,
      hintsAsAnnotations: printer.hasPlacedAllHints)
    try second.printModule()
    return second.text
  }
}
