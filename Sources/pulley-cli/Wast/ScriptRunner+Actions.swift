import Pulley
import PulleyWasm

extension ScriptRunner {
  /// The action's results, or why there are none; throws if there is nobody to act.
  func perform(_ action: Script.Action) throws(Failure) -> Result<[GuestValue], PulleyError> {
    let instance = try find(action.instance)
    do throws(PulleyError) {
      guard action.isCall else {
        return .success([try instance.global(named: action.export).get()])
      }
      let function = try instance.function(named: action.export)
      var arguments: [GuestValue] = []
      for (index, argument) in action.arguments.enumerated() {
        let parameters = function.type.parameters
        arguments.append(argument.value(for: index < parameters.count ? parameters[index] : .i32))
      }
      return .success(try function.call(arguments))
    } catch {
      return .failure(error)
    }
  }

  mutating func runAction(_ action: Script.Action) throws(Failure) {
    guard case .failure(let error) = try perform(action) else { return }
    let failure = Failure(error, otherwise: .trapped)
    if failure.reason.isMissingFeature {
      incomplete[ObjectIdentifier(try find(action.instance))] = failure.reason
    }
    throw failure
  }

  /// A failure of what was done, which may be due to what an earlier command could not do.
  private func failure(
    _ reason: FailureReason, _ action: Script.Action, _ message: String
  ) throws(Failure) -> Failure {
    let instance = try find(action.instance)
    return Failure(incomplete[ObjectIdentifier(instance)] ?? reason, "\(action.export): \(message)")
  }

  func assertReturn(
    _ action: Script.Action, _ patterns: [ResultPattern]
  ) throws(Failure) {
    let results: [GuestValue]
    switch try perform(action) {
    case .success(let values): results = values
    case .failure(let error): throw Failure(error, otherwise: .trapped)
    }
    if patterns.count == results.count, zip(patterns, results).allSatisfy({ $0.matches($1) }) {
      return
    }
    let isOutOfReach = patterns.contains(where: \.needsObjects)
    throw try failure(
      isOutOfReach ? .garbageCollection : .wrongResult, action,
      "gave [\(results.map(\.typedText).joined(separator: ", "))], not "
        + "[\(patterns.map(\.text).joined(separator: ", "))]")
  }

  func assertTrap(_ action: Script.Action, _ message: String) throws(Failure) {
    switch try perform(action) {
    case .success(let values):
      throw try failure(
        .returned, action,
        "gave [\(values.map(\.typedText).joined(separator: ", "))], but should trap: \(message)")
    case .failure(let error):
      if Self.isTrap(error, message) { return }
      throw try failure(
        Failure(error, otherwise: .otherTrap).reason, action,
        "\(error), but should trap: \(message)")
    }
  }

  func assertException(_ action: Script.Action) throws(Failure) {
    switch try perform(action) {
    case .success:
      throw try failure(.returned, action, "returned, but should throw an exception")
    case .failure(let error):
      throw Failure(error, otherwise: .otherTrap)
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

  /// What a thread may have of an instance, which itself belongs to one thread: the memories that
  /// are made to be shared.
  private func memories(sharedAs name: String) throws(Failure) -> Slot<[String: Memory]> {
    if let shared = sharedMemories[name] { return shared }
    guard let slot = instances[name] else {
      throw Failure(.missing, "there is no instance $\(name)")
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
  ) throws(Failure) {
    guard threads[name] == nil else {
      throw Failure(.missing, "there is a thread $\(name) already")
    }
    var runner: ScriptRunner
    do throws(PulleyError) {
      runner = try ScriptRunner(source, engine: engine, log: log)
    } catch {
      throw Failure(error, otherwise: .refused)
    }
    for name in shared { runner.sharedMemories[name] = try memories(sharedAs: name) }
    let start = runner
    guard
      let thread = ScriptThread(running: {
        var runner = start
        runner.run(commands)
      })
    else { throw Failure(.unsupported, "the system starts no further thread") }
    threads[name] = thread
  }
}

extension GuestValue {
  fileprivate var typedText: String { "\(type) \(text)" }
}
