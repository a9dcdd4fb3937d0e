import PulleySource
import PulleyWasm
import PulleyWat

/// Prints each module of a script as text, reads the text, and compares the bytes.
package struct RoundTrip {
  private let source: ScriptSource
  private let log: ScriptLog

  package init(_ source: ScriptSource, log: ScriptLog) {
    self.source = source
    self.log = log
  }

  /// Compares all modules. Each well-formed module counts as a command of the script.
  package func run() {
    guard let script = source.readScript(log) else { return }
    run(script.commands)
  }

  private func run(_ commands: [Script.Command]) {
    for command in commands {
      switch command.kind {
      case .module(let text): compare(text, command)
      case .assertRefused(let text, _, _): compare(text, command)
      case .thread(_, _, let commands): run(commands)
      default: break
      }
    }
  }

  private func compare(_ text: Script.ModuleText, _ command: Script.Command) {
    let module: EncodedModule
    do throws(TextError) {
      module = try text.encode()
    } catch {
      // Only a run of the script can tell whether this text should be refused.
      return
    }
    guard isWellFormed(module.bytes) else { return }
    do throws(ScriptFailure) {
      for isFolded in [false, true] { try compare(module.bytes, text, isFolded: isFolded) }
      log.pass()
    } catch {
      log.fail(
        ScriptOutcome.Line(
          line: source.line(of: command.offset), command: command.kind.name, failure: error))
    }
  }

  private func isWellFormed(_ bytes: [UInt8]) -> Bool {
    do throws(WasmError) {
      _ = try WatPrinter.print(ModuleBytes(bytes))
      return true
    } catch {
      return false
    }
  }

  private func compare(
    _ bytes: [UInt8], _ text: Script.ModuleText, isFolded: Bool
  ) throws(ScriptFailure) {
    let written = try write(bytes, isFolded)
    let read = try read(written)
    if read == bytes { return }
    // Bytes of a script may encode numbers in more bytes than necessary. Then the second text must
    // equal the first.
    guard text.isBinary else {
      throw ScriptFailure(.wrongResult, "reading the text gives other bytes than the module's")
    }
    guard try write(read, isFolded) == written else {
      throw ScriptFailure(.wrongResult, "the module read from the text prints as another text")
    }
  }

  private func write(_ bytes: [UInt8], _ isFolded: Bool) throws(ScriptFailure) -> [UInt8] {
    var options = WatPrinter.Options()
    options.isFolded = isFolded
    do throws(WasmError) {
      return try WatPrinter.print(ModuleBytes(bytes), options: options)
    } catch {
      throw ScriptFailure(.refused, "\(error)")
    }
  }

  private func read(_ text: [UInt8]) throws(ScriptFailure) -> [UInt8] {
    let source = SourceText(text)
    do throws(TextError) {
      return try TextModule.encode(source).bytes
    } catch {
      throw ScriptFailure(
        .refused,
        "the text cannot be read: \(source.position(ofOffset: error.offset)): \(error.message): "
          + source.excerpt(at: error.offset))
    }
  }
}
