import Pulley
import PulleySource
import PulleyWasm
import PulleyWat

/// Runs commands one after the other: a script's, or those of one of its threads, which has
/// instances and names of its own.
struct ScriptRunner {
  /// What a name of the script stands for.
  enum Slot<Item> {
    case item(Item)
    /// What should be there is not, for this reason: so fails everything that needs it.
    case failed(Failure)

    func get() throws(Failure) -> Item {
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
  /// Of instances that another thread shares with this one, by the instances' names.
  var sharedMemories: [String: Slot<[String: Memory]>] = [:]
  private var latestDefinition: Slot<Module>?
  private var definitions: [String: Slot<Module>] = [:]
  /// What modules cannot import, because the instance that was to be registered is not there.
  private var missingImports: [String: Failure] = [:]
  /// Instances in which something was not done that the script relies on, and why.
  var incomplete: [ObjectIdentifier: FailureReason] = [:]
  var threads: [String: ScriptThread] = [:]
  let log: ScriptLog

  init(_ source: ScriptSource, engine: Engine, log: ScriptLog) throws(PulleyError) {
    self.source = source
    self.log = log
    linker = Linker(engine: engine)
    try Spectest.define(in: linker)
  }

  mutating func run(_ commands: [Script.Command]) {
    for command in commands {
      do throws(Failure) {
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

  private mutating func run(_ command: Script.Kind) throws(Failure) {
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
        throw Failure(.missing, "there is no thread $\(name)")
      }
      thread.join()
    }
  }

  // MARK: Modules

  /// Why a module is refused before anybody wants an instance of it.
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
    // Bytes that are text would be read as text.
    guard encoded.bytes.starts(with: [0x00, 0x61, 0x73, 0x6D]) else {
      throw .module(PulleyError(.malformed, "magic header not detected", offset: 0), place: nil)
    }
    do throws(PulleyError) {
      return try Module(engine: engine, bytes: encoded.bytes)
    } catch {
      throw .module(error, place: error.offset.flatMap(encoded.textOffset))
    }
  }

  private func failure(_ error: ModuleError, _ reason: FailureReason) -> Failure {
    switch error {
    case .text(let error):
      return Failure(reason, "malformed text: \(error.message)\(source.suffix(error.offset))")
    case .module(let error, let place):
      let kind =
        switch error.kind {
        case .malformed: "malformed: "
        case .invalid: "invalid: "
        default: ""
        }
      var failure = Failure(error, otherwise: reason)
      failure.message = "\(kind)\(error)\(place.map(source.suffix) ?? "")"
      return failure
    }
  }

  private mutating func runModule(_ text: Script.ModuleText) throws(Failure) {
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

  private mutating func runInstance(_ name: String?, _ definition: String?) throws(Failure) {
    guard let module = definition.map({ definitions[$0] }) ?? latestDefinition else {
      throw Failure(.missing, "there is no module definition \(definition.map { "$" + $0 } ?? "")")
    }
    try instantiate(module, name: name)
  }

  private mutating func instantiate(_ module: Slot<Module>, name: String?) throws(Failure) {
    let result: Slot<Instance>
    do throws(Failure) {
      result = .item(try instance(of: module.get()))
    } catch {
      result = .failed(error)
    }
    current = result
    if let name { instances[name] = result }
    _ = try result.get()
  }

  private func instance(of module: Module) throws(Failure) -> Instance {
    do throws(PulleyError) {
      return try linker.instantiate(module)
    } catch {
      if error.kind == .link, let missing = missingImport(of: module) { throw missing }
      throw Failure(error, otherwise: error.kind == .trap ? .trapped : .refused)
    }
  }

  private func missingImport(of module: Module) -> Failure? {
    guard !missingImports.isEmpty else { return nil }
    for item in module.imports {
      if let failure = missingImports[item.module] { return failure }
    }
    return nil
  }

  private mutating func register(_ name: String, _ instance: String?) throws(Failure) {
    do throws(Failure) {
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

  private func define(_ name: String, _ field: String, _ memory: Memory) throws(Failure) {
    do throws(PulleyError) {
      try linker.define(module: name, name: field, memory)
    } catch {
      throw Failure(error, otherwise: .refused)
    }
  }

  private func define(_ name: String, exportsOf instance: Instance) throws(Failure) {
    do throws(PulleyError) {
      try linker.define(module: name, exportsOf: instance)
    } catch {
      throw Failure(error, otherwise: .refused)
    }
  }

  func find(_ name: String?) throws(Failure) -> Instance {
    guard let slot = name.map({ instances[$0] }) ?? current else {
      throw Failure(.missing, "there is no instance\(name.map { " $" + $0 } ?? "")")
    }
    return try slot.get()
  }

  // MARK: Refused modules

  private func assertRefused(
    _ text: Script.ModuleText, _ refusal: Script.Refusal, _ message: String
  ) throws(Failure) {
    let module: Module
    do throws(ModuleError) {
      module = try compile(text)
    } catch {
      if Self.isExpected(error, refusal, message) { return }
      throw failure(error, .otherRefusal)
    }
    guard refusal == .unlinkable || refusal == .uninstantiable else {
      throw Failure(.accepted, "accepted, but should be refused: \(message)")
    }
    do throws(PulleyError) {
      _ = try linker.instantiate(module)
    } catch {
      if error.kind == .link {
        if let missing = missingImport(of: module) { throw missing }
        if refusal == .unlinkable { return }
      }
      if refusal == .uninstantiable, Self.isTrap(error, message) { return }
      throw Failure(error, otherwise: .otherRefusal)
    }
    throw Failure(.accepted, "instantiated, but should be refused: \(message)")
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

  /// Whether an earlier version had the rule in its format that is broken: sizes, offsets and
  /// alignments had 32 bits there, and zeros stood where there are indices of memories and tables
  /// now.
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
