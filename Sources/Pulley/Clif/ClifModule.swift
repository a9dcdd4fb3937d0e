import PulleyIR
import PulleyText
import PulleyVM

/// Functions in the text form of Cranelift's intermediate representation (CLIF), checked and ready
/// to be instantiated any number of times, by any thread.
///
/// Other than WebAssembly, CLIF is trusted: its addresses are the host's own, and nothing keeps it
/// from reading, writing or calling whatever it likes.
public final class ClifModule: Sendable {
  public let engine: Engine
  /// All functions, each under its name: that of `%name` is `name`, that of `u0:1` is `u0:1`.
  public let exports: [Export]
  /// What the functions name that is not among them.
  public let imports: [Import]

  /// Whether addresses may have 32 bits, so that the guest's stack has to lie below 4 GiB.
  public let hasNarrowAddresses: Bool
  let code: ClifCode
  let exportIndices: [String: Int]

  public struct Export: Sendable {
    public let name: String
    public let signature: Signature
  }

  public struct Import: Sendable {
    public let name: ClifName
    public let kind: Kind

    public enum Kind: Sendable {
      case function(Signature)
      /// Something whose address alone is wanted.
      case address
    }
  }

  /// Reads, checks and links functions. They are compiled when they are first called, or at once if
  /// the engine's options say so.
  public convenience init(engine: Engine, text: [UInt8]) throws(PulleyError) {
    try Self.checkAccepted(by: engine)
    let budget = try CodeBudget(engine)
    do {
      let size = TextSize(text)
      let work = MemoryBounds.loadingClif(size)
      try budget.begin(work, for: "loading the text")
      defer { budget.end(work) }
      let source = try ClifSource(text)
      let linked = try ClifLinking.link(source)
      try budget.keep(MemoryBounds.clif(size), for: "the text")
      self.init(
        engine: engine, exports: linked.exports, imports: linked.imports,
        hasNarrowAddresses: source.hasNarrowAddresses,
        ClifCode(linked, options: engine.options, budget))
    }
    guard engine.options.isEager else { return }
    try code.compileAll(engine.options)
  }

  init(
    engine: Engine, exports: [Export], imports: [Import], hasNarrowAddresses: Bool,
    _ code: ClifCode
  ) {
    self.engine = engine
    self.exports = exports
    self.imports = imports
    self.hasNarrowAddresses = hasNarrowAddresses
    self.code = code
    exportIndices = Dictionary(
      exports.enumerated().map { ($0.element.name, $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  /// CLIF reaches all of the process, so an engine has to be told to accept it, as text or compiled.
  static func checkAccepted(by engine: Engine) throws(PulleyError) {
    guard !engine.options.acceptsClif else { return }
    throw PulleyError(
      .unsupported,
      "this is CLIF, which may do anything that C may, and the engine accepts WebAssembly only",
      offset: 0)
  }

  /// Reads and checks functions, and no more. What they name may be in other texts, to which this one
  /// is to be joined.
  public static func validate(_ text: [UInt8]) throws(PulleyError) {
    let work = MemoryBounds.loadingClif(TextSize(text))
    try HostMemory.announce(work, for: "validating the text")
    defer { HostMemory.withdraw(work) }
    _ = try ClifLinking.link(try ClifSource(text), isWhole: false)
  }

  /// Whether a text looks like CLIF: its first word is one that such texts begin with.
  public static func isText(_ bytes: [UInt8]) -> Bool {
    var position = 0
    while position < bytes.count {
      switch bytes[position] {
      case 0x09...0x0D, 0x20: position += 1
      case UInt8(ascii: ";"):
        // WebAssembly's text format has two of them in its comments; so do some of CLIF's, which
        // then go on until the first word.
        while position < bytes.count, bytes[position] != 0x0A { position += 1 }
      default:
        let word = bytes[position...].prefix {
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        }
        return words.contains { word.elementsEqual($0.utf8) }
      }
    }
    return false
  }

  private static let words = ["function", "test", "set", "target", "feature"]
}

/// What linkers look an import up by: the module `env` and the name of `%name`, or the module `u0`
/// and the name `1` of `u0:1`.
public struct ClifName: Hashable, Sendable, CustomStringConvertible {
  public let module: String
  public let field: String

  init(_ name: ExternalName) {
    switch name {
    case .named(let name): (module, field) = ("env", name)
    case .user(let namespace, let index): (module, field) = ("u\(namespace)", String(index))
    }
  }

  init(module: String, field: String) {
    self.module = module
    self.field = field
  }

  /// For messages.
  public var description: String { "\(VisibleText.name(module)).\(VisibleText.name(field))" }
}

extension Signature: CustomStringConvertible {
  /// As the text has it, without the convention.
  public var description: String {
    func list(_ parameters: [ABIParameter]) -> String {
      parameters.map { "\($0.type)" }.joined(separator: ", ")
    }
    return results.isEmpty ? "(\(list(parameters)))" : "(\(list(parameters))) -> \(list(results))"
  }
}
