import PulleyText

/// An import for which an instance has no definition that fits.
///
/// A class, because each function that may throw an error has room for it on its stack, and guests can
/// make instances on small stacks.
public final class RefusedImport: Sendable, OwnErrorDetail {
  /// The names as they are in the module.
  public let module: String
  public let name: String
  /// "not defined", or what is defined instead, or why that cannot be used. Contains no control
  /// characters and no newlines: see `VisibleText`.
  public let reason: String

  init(_ module: String, _ name: String, _ reason: String) {
    self.module = module
    self.name = name
    self.reason = VisibleText.line(reason)
  }
}

extension ImportDescription {
  func refused(_ reason: String) -> RefusedImport { RefusedImport(module, name, reason) }
}

extension PulleyError {
  init(_ refused: RefusedImport, _ message: String, offset: Int? = nil) {
    self.init(.link, message, offset: offset)
    refusedImport = refused
  }

  /// All imports that the error and the others refuse, in the module's order.
  public var refusedImports: [RefusedImport] { ([self] + others).compactMap(\.refusedImport) }
}
