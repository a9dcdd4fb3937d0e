import FoundationEssentials
import Pulley

/// Runs one script: keeps its instances, and gives each command's outcome.
struct SuiteRunner {
  enum Outcome {
    case passed
    case failed(String)
    /// The module is text, which this command does not read.
    case skippedText
  }

  private let engine: Engine
  private let linker: Linker
  private let directory: String
  private let script: SuiteScript
  private var current: Instance?
  private var instances: [String: Instance] = [:]
  private var definitions: [String: Module] = [:]
  private var lastDefinition: Module?

  init(script: SuiteScript, directory: String) throws(PulleyError) {
    self.script = script
    self.directory = directory
    engine = Engine()
    linker = Linker(engine: engine)
    try Spectest.define(in: linker)
  }

  mutating func run(_ command: SuiteScript.Command) throws(CommandError) -> Outcome {
    switch command.type {
    case "module", "module_definition", "assert_invalid", "assert_malformed", "assert_unlinkable",
      "assert_uninstantiable":
      guard let bytes = try moduleBytes(command) else { return .skippedText }
      return runModule(command, bytes)
    case "module_instance":
      guard let module = command.module.map({ definitions[$0] }) ?? lastDefinition else {
        return .failed("no such module definition")
      }
      return attempt { runner throws(PulleyError) in
        try runner.adopt(runner.linker.instantiate(module), name: command.instance)
        return .passed
      }
    case "register":
      guard let instance = command.name.map({ instances[$0] }) ?? current,
        let name = command.as
      else { return .failed("no such instance") }
      return attempt { runner throws(PulleyError) in
        try runner.linker.define(module: name, exportsOf: instance)
        return .passed
      }
    case "action", "assert_return", "assert_trap", "assert_exhaustion":
      guard let action = command.action else { return .failed("no action") }
      return runAction(command, action)
    default:
      return .failed("a command of this type cannot be run: \(command.type)")
    }
  }

  private mutating func attempt(
    _ body: (inout SuiteRunner) throws(PulleyError) -> Outcome
  ) -> Outcome {
    do throws(PulleyError) {
      return try body(&self)
    } catch {
      return .failed("\(error)")
    }
  }

  private mutating func adopt(_ instance: Instance, name: String?) {
    current = instance
    if let name { instances[name] = instance }
  }

  // Modules

  /// Nil for a module that is there as text only.
  private func moduleBytes(_ command: SuiteScript.Command) throws(CommandError) -> [UInt8]? {
    let isText = command.module_type == "text"
    guard let name = isText ? command.binary_filename : command.filename else { return nil }
    guard let files = script.files else { return try FileBytes.read("\(directory)/\(name)") }
    guard let text = files[name], let data = Data(base64Encoded: text) else {
      throw CommandError("the script lacks its file \(name)")
    }
    return [UInt8](data)
  }

  private mutating func runModule(_ command: SuiteScript.Command, _ bytes: [UInt8]) -> Outcome {
    let wanted: PulleyError.Kind?
    switch command.type {
    case "assert_invalid": wanted = .invalid
    case "assert_malformed": wanted = .malformed
    case "assert_unlinkable": wanted = .link
    case "assert_uninstantiable": wanted = .trap
    default: wanted = nil
    }
    do throws(PulleyError) {
      let module = try Module(engine: engine, bytes: bytes)
      lastDefinition = module
      if let name = command.name { definitions[name] = module }
      guard command.type != "module_definition" else { return .passed }
      if wanted == nil || wanted == .link || wanted == .trap {
        adopt(try linker.instantiate(module), name: command.name)
      }
      guard let text = command.text else { return .passed }
      return .failed("accepted, but should be refused: \(text)")
    } catch {
      guard let wanted else { return .failed("\(error)") }
      if error.kind == wanted { return .passed }
      // Versions of the specification have moved rules from the format to validation.
      if wanted == .malformed && error.kind == .invalid { return .passed }
      return .failed("refused as \(error.kind) (\(error)), not as \(wanted)")
    }
  }

  // Actions

  private func perform(_ action: SuiteScript.Action) throws(PulleyError) -> [Value] {
    guard let instance = action.module.map({ instances[$0] }) ?? current else {
      throw PulleyError(.notFound, "no such instance")
    }
    if action.type == "get" { return [try instance.global(named: action.field).get()] }
    var arguments: [Value] = []
    for constant in action.args ?? [] {
      guard let argument = constant.argument else {
        throw PulleyError(.unsupported, "an argument \(constant.text) cannot be passed")
      }
      arguments.append(argument)
    }
    return try instance.function(named: action.field).call(arguments)
  }

  private func runAction(
    _ command: SuiteScript.Command, _ action: SuiteScript.Action
  ) -> Outcome {
    let results: [Value]
    do throws(PulleyError) {
      results = try perform(action)
    } catch {
      guard command.type == "assert_trap" || command.type == "assert_exhaustion",
        error.kind == .trap
      else { return .failed("\(action.field): \(error)") }
      let wanted = command.text ?? ""
      // Scripts add details to some messages and shorten others.
      if wanted.hasPrefix(error.message) || error.message.hasPrefix(wanted) { return .passed }
      return .failed("\(action.field): trapped with \"\(error.message)\", not \"\(wanted)\"")
    }
    switch command.type {
    case "assert_return":
      let expected = command.expected ?? []
      if expected.count == results.count, zip(expected, results).allSatisfy({ $0.matches($1) }) {
        return .passed
      }
      let wanted = expected.map(\.text).joined(separator: ", ")
      return .failed("\(action.field): gave \(results), not [\(wanted)]")
    case "action":
      return .passed
    default:
      return .failed("\(action.field): gave \(results), but should trap: \(command.text ?? "")")
    }
  }
}
