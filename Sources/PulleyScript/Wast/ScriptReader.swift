import Pulley
import PulleySource
import PulleyWat

/// Parses the commands of a script. Modules are skipped, because a command may expect them to be
/// malformed.
struct ScriptReader {
  var cursor: TokenCursor

  /// The limit of nesting of `thread` commands.
  private static let deepestThread = 100

  static func read(_ source: SourceText) throws(TextError) -> Script {
    var reader = ScriptReader(cursor: try TokenCursor(source))
    if reader.isWholeModule {
      let module = Script.ModuleText(cursor: reader.cursor, isWholeSource: true)
      return Script(commands: [Script.Command(kind: .module(module), offset: 0)])
    }
    let script = Script(commands: try reader.readCommands(depth: 0))
    guard reader.cursor.isAtEnd else { throw reader.cursor.unexpectedToken() }
    return script
  }

  /// Whether the source begins with a field of a module.
  private var isWholeModule: Bool {
    switch cursor.peek(1).keyword {
    case .type, .rec, .import, .func, .table, .memory, .global, .tag, .export, .start, .elem, .data:
      cursor.isAt(.leftParen)
    default: false
    }
  }

  private mutating func readCommands(depth: Int) throws(TextError) -> [Script.Command] {
    guard depth <= Self.deepestThread else { throw cursor.error("threads are nested too deeply") }
    var commands: [Script.Command] = []
    while cursor.isAt(.leftParen) {
      let start = cursor.offset
      let kind = try readCommand(depth: depth)
      commands.append(Script.Command(kind: kind, offset: start))
    }
    return commands
  }

  private mutating func readCommand(depth: Int) throws(TextError) -> Script.Kind {
    if cursor.opens(.module) {
      guard cursor.peek(2).keyword == .instance else { return .module(try readModule()) }
      return try readInstance()
    }
    if cursor.opens(.invoke) || cursor.opens(.get) { return .action(try readAction()) }
    try cursor.expect(.leftParen)
    let kind = try readOtherCommand(cursor.next(), depth: depth)
    try cursor.expect(.rightParen)
    return kind
  }

  private mutating func readOtherCommand(
    _ word: Token, depth: Int
  ) throws(TextError) -> Script.Kind {
    switch word.keyword {
    case .register:
      let name = try readText()
      return .register(as: name, instance: readIdentifier())
    case .assertReturn:
      let action = try readAction()
      return .assertReturn(action, try readPatterns())
    case .assertTrap:
      guard cursor.opens(.module) else {
        let action = try readAction()
        return .assertTrap(action, try readText())
      }
      return try readRefusal(.uninstantiable)
    case .assertExhaustion:
      let action = try readAction()
      return .assertExhaustion(action, try readText())
    case .assertException:
      return .assertException(try readAction())
    case .assertMalformed: return try readRefusal(.malformed)
    case .assertMalformedCustom: return try readRefusal(.malformedCustom)
    case .assertInvalid: return try readRefusal(.invalid)
    case .assertInvalidCustom: return try readRefusal(.invalidCustom)
    case .assertUnlinkable: return try readRefusal(.unlinkable)
    case .thread: return try readThread(depth: depth)
    case .wait:
      guard let name = readIdentifier() else { throw cursor.unexpectedToken() }
      return .wait(thread: name)
    default:
      return try readOldCommand(word)
    }
  }

  /// The assertions about NaNs in scripts of the first version.
  private mutating func readOldCommand(_ word: Token) throws(TextError) -> Script.Kind {
    let nan: ResultPattern.NaN
    switch cursor.text(of: word) {
    case "assert_return_canonical_nan": nan = .canonical
    case "assert_return_arithmetic_nan": nan = .arithmetic
    default: throw cursor.unexpected(word)
    }
    return .assertReturn(try readAction(), [.either([.f32(nan), .f64(nan)])])
  }

  // MARK: Parts

  private mutating func readModule() throws(TextError) -> Script.ModuleText {
    var module = Script.ModuleText(cursor: cursor)
    cursor.next()
    cursor.next()
    module.isDefinition = cursor.take(.definition)
    module.name = readIdentifier()
    module.isBinary = cursor.isAt(.binary)
    try cursor.skipToClosingParenthesis()
    return module
  }

  private mutating func readInstance() throws(TextError) -> Script.Kind {
    for _ in 0..<3 { cursor.next() }
    let name = readIdentifier()
    let definition = readIdentifier()
    try cursor.expect(.rightParen)
    return .instance(name: name, definition: definition)
  }

  private mutating func readRefusal(
    _ refusal: Script.Refusal
  ) throws(TextError) -> Script.Kind {
    guard cursor.opens(.module) else { throw cursor.unexpectedToken() }
    let module = try readModule()
    return .assertRefused(module, refusal, try readText())
  }

  private mutating func readAction() throws(TextError) -> Script.Action {
    try cursor.expect(.leftParen)
    let isCall = cursor.take(.invoke)
    if !isCall { try cursor.expect(.get) }
    let instance = readIdentifier()
    let export = try readText()
    let arguments = try readArguments()
    try cursor.expect(.rightParen)
    return Script.Action(
      isCall: isCall, instance: instance, export: export, arguments: arguments)
  }

  private mutating func readThread(depth: Int) throws(TextError) -> Script.Kind {
    guard let name = readIdentifier() else { throw cursor.unexpectedToken() }
    var shared: [String] = []
    if cursor.takeOpening(.shared) {
      while cursor.takeOpening(.module) {
        guard let instance = readIdentifier() else { throw cursor.unexpectedToken() }
        shared.append(instance)
        try cursor.expect(.rightParen)
      }
      try cursor.expect(.rightParen)
    }
    return .thread(name: name, shared: shared, commands: try readCommands(depth: depth + 1))
  }

  private mutating func readText() throws(TextError) -> String {
    String(decoding: try cursor.readName(), as: UTF8.self)
  }

  private mutating func readIdentifier() -> String? {
    cursor.readIdentifier().map { String(decoding: $0, as: UTF8.self) }
  }
}
