import PulleySource
import PulleyWat

/// A parsed script in the format of the specification's tests (.wast).
struct Script {
  var commands: [Command] = []

  struct Command {
    var kind: Kind
    /// The offset of its first byte in the source.
    var offset: Int
  }

  indirect enum Kind {
    case module(ModuleText)
    /// Instantiates a definition; nil is the latest one.
    case instance(name: String?, definition: String?)
    case register(as: String, instance: String?)
    case action(Action)
    case assertReturn(Action, [ResultPattern])
    case assertTrap(Action, String)
    case assertExhaustion(Action, String)
    case assertException(Action)
    case assertRefused(ModuleText, Refusal, String)
    case thread(name: String, shared: [String], commands: [Command])
    case wait(thread: String)

    /// The command's name as scripts write it.
    var name: String {
      switch self {
      case .module(let module): module.isDefinition ? "module definition" : "module"
      case .instance: "module instance"
      case .register: "register"
      case .action(let action): action.isCall ? "invoke" : "get"
      case .assertReturn: "assert_return"
      case .assertTrap: "assert_trap"
      case .assertExhaustion: "assert_exhaustion"
      case .assertException: "assert_exception"
      case .assertRefused(_, let refusal, _): refusal.rawValue
      case .thread: "thread"
      case .wait: "wait"
      }
    }
  }

  /// A module in the script's text, not yet parsed: errors in it belong to the command.
  struct ModuleText {
    /// At the module's opening parenthesis.
    var cursor: TokenCursor
    var name: String?
    var isDefinition = false
    /// Whether the module is given as bytes.
    var isBinary = false
    /// Whether the source consists of the module's fields only.
    var isWholeSource = false

    func encode() throws(TextError) -> EncodedModule {
      guard !isWholeSource else { return try TextModule.encode(cursor.source) }
      var cursor = cursor
      return try TextModule.encode(&cursor)
    }
  }

  /// A call of an exported function or a read of an exported global; a nil instance is the latest one.
  struct Action {
    var isCall: Bool
    var instance: String?
    var export: String
    var arguments: [ScriptArgument]
  }

  /// How a module must be refused.
  enum Refusal: String {
    case malformed = "assert_malformed"
    case malformedCustom = "assert_malformed_custom"
    case invalid = "assert_invalid"
    case invalidCustom = "assert_invalid_custom"
    case unlinkable = "assert_unlinkable"
    /// A trap during instantiation.
    case uninstantiable = "assert_trap"
  }
}

extension [Script.Command] {
  /// The number of commands, including those of threads.
  var totalCount: Int {
    reduce(0) { total, command in
      if case .thread(_, _, let commands) = command.kind {
        total + 1 + commands.totalCount
      } else {
        total + 1
      }
    }
  }
}
