import ArgumentParser
import Pulley
import PulleyISA

struct ObjdumpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "objdump",
    abstract: "List the bytecode of an artifact, a module or any ELF file with Pulley code.")

  @Flag(help: "Print where each instruction stands.")
  var addresses = false

  @Flag(help: "Print the bytes of each instruction.")
  var bytes = false

  @Option(help: "List only functions whose name contains this.")
  var filter: String?

  @Argument(
    help: "An artifact, another ELF file, or a .wasm, .wat or .clif file, which is compiled first.")
  var file: String

  /// Wasmtime's files with Pulley code claim to be for RISC-V.
  private static let machineOfWasmtime: UInt16 = 243

  func run() throws {
    var content = try FileBytes.read(file)
    var options = ObjdumpOptions()
    options.addresses = addresses
    options.bytes = bytes
    options.filter = filter
    do {
      if !content.starts(with: [0x7F, 0x45, 0x4C, 0x46]) {
        content = try CompileCommand.artifact(content, engine: Engine())
      }
      var output = StandardOutput()
      let elf = try ELFFile(content)
      let machine = elf.header.machine
      guard machine == ELF.machineNone || machine == Self.machineOfWasmtime else {
        throw CommandError("\(file): no Pulley code: it is for ELF's machine number \(machine)")
      }
      try Objdump.list(elf, options: options, to: &output)
    } catch let error as PulleyError {
      throw error.report(file)
    } catch let error as ELFError {
      throw CommandError("\(file): \(error)")
    }
  }
}

/// Standard output, buffered by the C library.
private struct StandardOutput: TextOutputStream {
  mutating func write(_ string: String) {
    print(string, terminator: "")
  }
}
