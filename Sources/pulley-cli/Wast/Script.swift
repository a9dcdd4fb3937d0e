import PulleySource
import PulleyWat

/// A script of the specification's tests, as far as it can be read without running it.
struct Script {
  var commands: [Command] = []

  struct Command {
    var kind: Kind
    /// Where it begins in the source.
    var offset: Int
  }

  indirect enum Kind {
    case module(ModuleText)
    /// An instance of a definition; nil stands for the latest one.
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

  /// A module where it stands in the script; nobody has looked into it yet.
  struct ModuleText {
    /// In front of the module.
    var cursor: TokenCursor
    var name: String?
    var isDefinition = false
    /// Whether the module is given as bytes.
    var isBinary = false
    /// Whether the source is nothing but the module's fields.
    var isWholeSource = false

    func encode() throws(TextError) -> EncodedModule {
      guard !isWholeSource else { return try TextModule.encode(cursor.source) }
      var cursor = cursor
      return try TextModule.encode(&cursor)
    }
  }

  /// What is to be done to an instance; nil stands for the latest one.
  struct Action {
    var isCall: Bool
    var instance: String?
    var export: String
    var arguments: [ScriptArgument]
  }

  /// How a module is to be refused.
  enum Refusal: String {
    case malformed = "assert_malformed"
    case malformedCustom = "assert_malformed_custom"
    case invalid = "assert_invalid"
    case invalidCustom = "assert_invalid_custom"
    case unlinkable = "assert_unlinkable"
    /// By a trap while it is instantiated.
    case uninstantiable = "assert_trap"
  }
}

extension [Script.Command] {
  /// How many commands there are, those of threads included.
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
