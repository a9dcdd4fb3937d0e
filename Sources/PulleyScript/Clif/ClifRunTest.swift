import Glibc
import Pulley
import PulleyIR

/// `test run`
extension ClifTestFile {
  func runFunctions(_ outcome: inout ClifTestOutcome) {
    let commands = readCommands(&outcome)
    guard !commands.isEmpty else { return }
    let instance: Instance
    do throws(PulleyError) {
      let linker = Linker(engine: engine)
      linker.resolver = { dlsym(nil, $0) }
      instance = try linker.instantiate(try Module(engine: engine, bytes: bytes, format: .clif))
    } catch {
      for command in commands { outcome.fail("run", line: command.line, error.message) }
      return
    }
    for command in commands {
      do throws(PulleyError) {
        try run(command, instance, &outcome)
      } catch {
        outcome.fail("run", line: command.line, "\(command.name): \(error.message)")
      }
    }
  }

  private struct Command {
    let line: Int
    let name: String
    let command: ClifRunCommand
  }

  private func readCommands(_ outcome: inout ClifTestOutcome) -> [Command] {
    var commands: [Command] = []
    for item in file.functions {
      let own = item.function.exportName
      for comment in item.comments {
        do throws(ClifError) {
          guard
            let command = try ClifRunCommand.parse(comment.text, of: item.function.signature)
          else { continue }
          // Cranelift calls the function before the comment, too, whatever name the command has.
          commands.append(Command(line: comment.line, name: own, command: command))
        } catch {
          outcome.fail("run", line: comment.line, error.message)
        }
      }
    }
    return commands
  }

  private func run(
    _ command: Command, _ instance: Instance, _ outcome: inout ClifTestOutcome
  ) throws(PulleyError) {
    let function = try instance.function(named: command.name)
    switch command.command {
    case .print(let invocation):
      let results = try function.call(clif: invocation.arguments)
      outcome.print(
        "%\(command.name)(\(list(invocation.arguments))) -> \(list(results))")
      outcome.pass("run")
    case .run(let invocation, let comparison):
      let results = try function.call(clif: invocation.arguments)
      guard let comparison, (results == comparison.values) != comparison.isEqual else {
        return outcome.pass("run")
      }
      outcome.fail(
        "run", line: command.line,
        "%\(command.name)(\(list(invocation.arguments))) gives \(list(results)), "
          + "expected \(comparison.isEqual ? "" : "anything but ")\(list(comparison.values))")
    }
  }

  private func list(_ values: [ClifValue]) -> String {
    values.map(\.description).joined(separator: ", ")
  }
}

extension PulleyIR.Function {
  /// The name under which a module exports the function.
  var exportName: String {
    switch name {
    case .named(let name): name
    case .user: name.description
    }
  }
}
