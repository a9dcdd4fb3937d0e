import Pulley
import PulleyWasm

extension ScriptRunner {
  /// Performs an action. Returns its results or its error; throws if its instance does not exist.
  func perform(_ action: Script.Action) throws(ScriptFailure) -> Result<[GuestValue], PulleyError> {
    let instance = try find(action.instance)
    do throws(PulleyError) {
      guard action.isCall else {
        return .success([try instance.global(named: action.export).get()])
      }
      let function = try instance.function(named: action.export)
      var arguments: [GuestValue] = []
      guard case .wasm(let type) = function.type else { return .success([]) }
      let parameters = type.parameters
      for (index, argument) in action.arguments.enumerated() {
        let type = index < parameters.count ? parameters[index] : .i32
        let value = argument.value(for: type)
        arguments.append(type.heapType.abstract == .any ? try function.converted(value) : value)
      }
      return .success(try function.call(arguments))
    } catch {
      return .failure(error)
    }
  }

  mutating func runAction(_ action: Script.Action) throws(ScriptFailure) {
    guard case .failure(let error) = try perform(action) else { return }
    throw ScriptFailure(error, otherwise: .trapped)
  }

  private func failure(
    _ reason: FailureReason, _ action: Script.Action, _ message: String
  ) -> ScriptFailure {
    ScriptFailure(reason, "\(action.export): \(message)")
  }

  func assertReturn(
    _ action: Script.Action, _ patterns: [ResultPattern]
  ) throws(ScriptFailure) {
    let results: [GuestValue]
    switch try perform(action) {
    case .success(let values): results = values
    case .failure(let error): throw ScriptFailure(error, otherwise: .trapped)
    }
    if patterns.count == results.count, zip(patterns, results).allSatisfy({ $0.matches($1) }) {
      return
    }
    throw failure(
      .wrongResult, action,
      "gave [\(results.map(\.typedText).joined(separator: ", "))], not "
        + "[\(patterns.map(\.text).joined(separator: ", "))]")
  }

  func assertTrap(_ action: Script.Action, _ message: String) throws(ScriptFailure) {
    switch try perform(action) {
    case .success(let values):
      throw failure(
        .returned, action,
        "gave [\(values.map(\.typedText).joined(separator: ", "))], but should trap: \(message)")
    case .failure(let error):
      if Self.isTrap(error, message) { return }
      throw failure(
        ScriptFailure(error, otherwise: .otherTrap).reason, action,
        "\(error), but should trap: \(message)")
    }
  }

  func assertException(_ action: Script.Action) throws(ScriptFailure) {
    switch try perform(action) {
    case .success:
      throw failure(.returned, action, "returned, but should throw an exception")
    case .failure(let error):
      guard error.trap == .uncaughtException else {
        throw ScriptFailure(error, otherwise: .otherTrap)
      }
    }
  }

  /// Whether an error is the trap that a script names.
  ///
  /// Scripts add details to some messages (`uninitialized element 2`), and the older ones shorten
  /// others (`undefined`).
  static func isTrap(_ error: PulleyError, _ message: String) -> Bool {
    guard error.kind == .trap, error.trap != .unsupported, !message.isEmpty else { return false }
    return message.hasPrefix(error.message) || error.message.hasPrefix(message)
  }

  // MARK: Threads

  /// The shared memories of an instance. Another thread may use nothing else of it, because an
  /// instance belongs to one thread.
  private func memories(sharedAs name: String) throws(ScriptFailure) -> Slot<[String: Memory]> {
    if let shared = sharedMemories[name] { return shared }
    guard let slot = instances[name] else {
      throw ScriptFailure(.missing, "there is no instance $\(name)")
    }
    let instance: Instance
    switch slot {
    case .item(let item): instance = item
    case .failed(let failure): return .failed(failure)
    }
    var memories: [String: Memory] = [:]
    for export in instance.module.exports {
      if case .memory(let type) = export.type, type.isShared {
        memories[export.name] = try? instance.memory(named: export.name)
      }
    }
    return .item(memories)
  }

  mutating func startThread(
    _ name: String, _ shared: [String], _ commands: [Script.Command]
  ) throws(ScriptFailure) {
    guard threads[name] == nil else {
      throw ScriptFailure(.missing, "there is a thread $\(name) already")
    }
    var runner: ScriptRunner
    do throws(PulleyError) {
      runner = try ScriptRunner(source, engine: engine, log: log)
    } catch {
      throw ScriptFailure(error, otherwise: .refused)
    }
    for name in shared { runner.sharedMemories[name] = try memories(sharedAs: name) }
    let start = runner
    guard
      let thread = ScriptThread(running: {
        var runner = start
        runner.run(commands)
      })
    else { throw ScriptFailure(.unsupported, "the system cannot start another thread") }
    threads[name] = thread
  }
}

extension GuestValue {
  fileprivate var typedText: String { "\(type) \(text)" }
}
