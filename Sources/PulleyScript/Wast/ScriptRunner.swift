import Pulley
import PulleySource
import PulleyWasm
import PulleyWat

/// Runs the commands of a script in order, or those of one of its threads. Each thread has its own
/// instances and names.
package struct ScriptRunner {
  /// The item that a name of the script refers to.
  enum Slot<Item> {
    case item(Item)
    /// The item could not be made, so every command that needs it fails for this reason.
    case failed(ScriptFailure)

    func get() throws(ScriptFailure) -> Item {
      switch self {
      case .item(let item): return item
      case .failed(let failure): throw failure
      }
    }
  }

  let source: ScriptSource
  let linker: Linker
  var engine: Engine { linker.engine }

  private var current: Slot<Instance>?
  var instances: [String: Slot<Instance>] = [:]
  /// The memories of instances that another thread shares with this one, by the instances' names.
  var sharedMemories: [String: Slot<[String: Memory]>] = [:]
  private var latestDefinition: Slot<Module>?
  private var definitions: [String: Slot<Module>] = [:]
  /// Module names whose `register` failed. Modules that import from them fail for the same reason.
  private var missingImports: [String: ScriptFailure] = [:]
  var threads: [String: ScriptThread] = [:]
  let log: ScriptLog

  init(_ source: ScriptSource, engine: Engine, log: ScriptLog) throws(PulleyError) {
    self.source = source
    self.log = log
    linker = Linker(engine: engine)
    try Spectest.define(in: linker)
  }

  /// Runs a whole script and writes the outcome of each command to the log.
  package static func run(_ source: ScriptSource, engine: Engine, log: ScriptLog) {
    guard let script = source.readScript(log) else { return }
    do throws(PulleyError) {
      var runner = try ScriptRunner(source, engine: engine, log: log)
      runner.run(script.commands)
    } catch {
      log.fail(
        ScriptOutcome.Line(
          line: 1, command: "script", failure: ScriptFailure(error, otherwise: .refused)))
    }
  }

  mutating func run(_ commands: [Script.Command]) {
    for command in commands {
      do throws(ScriptFailure) {
        try run(command.kind)
        log.pass()
      } catch {
        let line = source.line(of: command.offset)
        if source.supersededLines.contains(line) {
          log.supersede()
        } else {
          log.fail(ScriptOutcome.Line(line: line, command: command.kind.name, failure: error))
        }
      }
    }
    for thread in threads.values { thread.join() }
    threads.removeAll()
  }

  private mutating func run(_ command: Script.Kind) throws(ScriptFailure) {
    switch command {
    case .module(let text): try runModule(text)
    case .instance(let name, let definition): try runInstance(name, definition)
    case .register(let name, let instance): try register(name, instance)
    case .action(let action): try runAction(action)
    case .assertReturn(let action, let patterns): try assertReturn(action, patterns)
    case .assertTrap(let action, let message), .assertExhaustion(let action, let message):
      try assertTrap(action, message)
    case .assertException(let action): try assertException(action)
    case .assertRefused(let text, let refusal, let message):
      try assertRefused(text, refusal, message)
    case .thread(let name, let shared, let commands):
      try startThread(name, shared, commands)
    case .wait(let name):
      guard let thread = threads.removeValue(forKey: name) else {
        throw ScriptFailure(.missing, "there is no thread $\(name)")
      }
      thread.join()
    }
  }

  // MARK: Modules

  /// Why a module could not be compiled.
  private enum ModuleError: Error {
    case text(TextError)
    case module(PulleyError, place: Int?)
  }

  private func compile(_ text: Script.ModuleText) throws(ModuleError) -> Module {
    let encoded: EncodedModule
    do throws(TextError) {
      encoded = try text.encode()
    } catch {
      throw .text(error)
    }
    // `Module` would read text as text, but a script's bytes must be the binary format.
    guard encoded.bytes.starts(with: [0x00, 0x61, 0x73, 0x6D]) else {
      throw .module(PulleyError(.malformed, "magic header not detected", offset: 0), place: nil)
    }
    do throws(PulleyError) {
      return try Module(engine: engine, bytes: encoded.bytes)
    } catch {
      throw .module(error, place: error.offset.flatMap(encoded.textOffset))
    }
  }

  private func failure(_ error: ModuleError, _ reason: FailureReason) -> ScriptFailure {
    switch error {
    case .text(let error):
      return ScriptFailure(reason, "malformed text: \(error.message)\(source.suffix(error.offset))")
    case .module(let error, let place):
      let kind =
        switch error.kind {
        case .malformed: "malformed: "
        case .invalid: "invalid: "
        default: ""
        }
      var failure = ScriptFailure(error, otherwise: reason)
      failure.message = "\(kind)\(error)\(place.map(source.suffix) ?? "")"
      return failure
    }
  }

  private mutating func runModule(_ text: Script.ModuleText) throws(ScriptFailure) {
    let module: Slot<Module>
    do throws(ModuleError) {
      module = .item(try compile(text))
    } catch {
      module = .failed(failure(error, .refused))
    }
    if text.isDefinition {
      latestDefinition = module
      if let name = text.name { definitions[name] = module }
      _ = try module.get()
    } else {
      try instantiate(module, name: text.name)
    }
  }

  private mutating func runInstance(_ name: String?, _ definition: String?) throws(ScriptFailure) {
    guard let module = definition.map({ definitions[$0] }) ?? latestDefinition else {
      throw ScriptFailure(
        .missing, "there is no module definition \(definition.map { "$" + $0 } ?? "")")
    }
    try instantiate(module, name: name)
  }

  private mutating func instantiate(_ module: Slot<Module>, name: String?) throws(ScriptFailure) {
    let result: Slot<Instance>
    do throws(ScriptFailure) {
      result = .item(try instance(of: module.get()))
    } catch {
      result = .failed(error)
    }
    current = result
    if let name { instances[name] = result }
    _ = try result.get()
  }

  private func instance(of module: Module) throws(ScriptFailure) -> Instance {
    do throws(PulleyError) {
      return try linker.instantiate(module)
    } catch {
      if error.kind == .link, let missing = missingImport(of: module) { throw missing }
      throw ScriptFailure(error, otherwise: error.kind == .trap ? .trapped : .refused)
    }
  }

  private func missingImport(of module: Module) -> ScriptFailure? {
    guard !missingImports.isEmpty else { return nil }
    for item in module.imports {
      if let failure = missingImports[item.module] { return failure }
    }
    return nil
  }

  private mutating func register(_ name: String, _ instance: String?) throws(ScriptFailure) {
    do throws(ScriptFailure) {
      if let instance, instances[instance] == nil, let shared = sharedMemories[instance] {
        for (field, memory) in try shared.get() {
          try define(name, field, memory)
        }
      } else {
        try define(name, exportsOf: find(instance))
      }
      missingImports[name] = nil
    } catch {
      missingImports[name] = error
      throw error
    }
  }

  private func define(_ name: String, _ field: String, _ memory: Memory) throws(ScriptFailure) {
    do throws(PulleyError) {
      try linker.define(module: name, name: field, memory)
    } catch {
      throw ScriptFailure(error, otherwise: .refused)
    }
  }

  private func define(_ name: String, exportsOf instance: Instance) throws(ScriptFailure) {
    do throws(PulleyError) {
      try linker.define(module: name, exportsOf: instance)
    } catch {
      throw ScriptFailure(error, otherwise: .refused)
    }
  }

  func find(_ name: String?) throws(ScriptFailure) -> Instance {
    guard let slot = name.map({ instances[$0] }) ?? current else {
      throw ScriptFailure(.missing, "there is no instance\(name.map { " $" + $0 } ?? "")")
    }
    return try slot.get()
  }

  // MARK: Refused modules

  private func assertRefused(
    _ text: Script.ModuleText, _ refusal: Script.Refusal, _ message: String
  ) throws(ScriptFailure) {
    let module: Module
    do throws(ModuleError) {
      module = try compile(text)
    } catch {
      if Self.isExpected(error, refusal, message) { return }
      throw failure(error, .otherRefusal)
    }
    guard refusal == .unlinkable || refusal == .uninstantiable else {
      throw ScriptFailure(.accepted, "accepted, but should be rejected: \(message)")
    }
    do throws(PulleyError) {
      _ = try linker.instantiate(module)
    } catch {
      if error.kind == .link {
        if let missing = missingImport(of: module) { throw missing }
        if refusal == .unlinkable { return }
      }
      if refusal == .uninstantiable, Self.isTrap(error, message) { return }
      throw ScriptFailure(error, otherwise: .otherRefusal)
    }
    throw ScriptFailure(.accepted, "instantiated, but should be rejected: \(message)")
  }

  private static func isExpected(
    _ error: ModuleError, _ refusal: Script.Refusal, _ message: String
  ) -> Bool {
    switch (error, refusal) {
    case (.text, .malformed): true
    case (.text(let error), .malformedCustom), (.text(let error), .invalidCustom):
      error.message.contains(" annotation")
    case (.module(let error, _), .malformed):
      error.kind == .malformed || isMovedRule(error, message)
    case (.module(let error, _), .invalid): error.kind == .invalid
    default: false
    }
  }

  /// Whether validation refuses what earlier versions of the specification called malformed: sizes,
  /// offsets and alignments had 32 bits then, and indices of memories and tables were zero bytes.
  private static func isMovedRule(_ error: PulleyError, _ message: String) -> Bool {
    guard error.kind == .invalid else { return false }
    let rules: [String]
    switch message {
    case "integer too large", "integer representation too long", "i32 constant out of range",
      "i32 constant":
      rules = ["memory size must be", "offset out of range", "alignment must not be"]
    case "zero flag expected":
      rules = ["unknown memory", "unknown table"]
    default:
      rules = []
    }
    return rules.contains { error.message.hasPrefix($0) }
  }
}
