import PulleySource
import PulleyWasm
import PulleyWat

/// Writes the modules of a script as text, reads them again, and compares.
struct RoundTrip {
  private let source: ScriptSource
  private let log: ScriptLog

  init(_ source: ScriptSource, log: ScriptLog) {
    self.source = source
    self.log = log
  }

  /// Every module that is well-formed counts as a command.
  func run() {
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
      // Nothing to be written; whether it should be is for running the script to find out.
      return
    }
    guard isWellFormed(module.bytes) else { return }
    do throws(Failure) {
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
  ) throws(Failure) {
    let written = try write(bytes, isFolded)
    let read = try read(written)
    if read == bytes { return }
    // A module in bytes may say the same in more bytes than it takes: then the text, which does
    // not, must be all there is to it.
    guard text.isBinary else {
      throw Failure(.wrongResult, "the text makes other bytes than those it was written from")
    }
    guard try write(read, isFolded) == written else {
      throw Failure(.wrongResult, "the text says something else than the module")
    }
  }

  private func write(_ bytes: [UInt8], _ isFolded: Bool) throws(Failure) -> [UInt8] {
    var options = WatPrinter.Options()
    options.isFolded = isFolded
    do throws(WasmError) {
      return try WatPrinter.print(ModuleBytes(bytes), options: options)
    } catch {
      throw Failure(.refused, "\(error)")
    }
  }

  private func read(_ text: [UInt8]) throws(Failure) -> [UInt8] {
    let source = SourceText(text)
    do throws(TextError) {
      return try TextModule.encode(source).bytes
    } catch {
      throw Failure(
        .refused,
        "the text cannot be read: \(source.position(ofOffset: error.offset)): \(error.message): "
          + source.excerpt(at: error.offset))
    }
  }
}
