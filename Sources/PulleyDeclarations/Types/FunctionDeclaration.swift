/// A function that declarations name.
public struct FunctionDeclaration: Sendable {
  public var name: String
  public var type: FunctionType
  /// The name that the linker knows, if `__asm__("name")` gives another.
  public var symbol: String
  /// The type of the variable arguments, if the attribute `format` tells it.
  public var format: FormatRule?
  /// Whether it has a body (`static inline`), so that no library exports it.
  public var isInline: Bool
  /// What attributes say about a pointer that the function returns.
  public var resultRules: PointerRules
  /// The offset of the name in the text, in bytes.
  public var offset: Int
  /// Keeps the members of the records in the type.
  public var owner: RecordOwner?

  public init(name: String, type: FunctionType, offset: Int = 0) {
    self.name = name
    self.type = type
    symbol = name
    isInline = false
    resultRules = PointerRules()
    self.offset = offset
  }
}

/// The attribute `format`: variable arguments are described by a format string.
public struct FormatRule: Hashable, Sendable {
  public enum Style: Hashable, Sendable {
    case printf, scanf
    /// SQLite's own printf, which has other conversions.
    case sqlite
  }
  public var style: Style
  /// The position of the format among the parameters, from 0.
  public var position: Int
  /// Whether the arguments follow as `...`; otherwise as a `va_list`.
  public var hasArguments: Bool

  public init(_ style: Style, position: Int, hasArguments: Bool) {
    self.style = style
    self.position = position
    self.hasArguments = hasArguments
  }
}
