import ArgumentParser
import Pulley
import PulleyISA

struct ObjdumpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "objdump",
    abstract: "List the bytecode of an artifact, a module or any ELF file with Pulley code.",
    discussion: """
      With --html it writes a page for a browser that shows, function by function, WebAssembly, \
      optimised CLIF and bytecode side by side.
      """)

  @Flag(help: "Print where each instruction stands.")
  var addresses = false

  @Flag(help: "Print the bytes of each instruction.")
  var bytes = false

  @Flag(
    help: """
      Print beside each instruction the one it comes from: of a module the offset in the .wasm \
      file and the instruction, of CLIF the line, of an artifact the offsets that it keeps.
      """)
  var offsets = false

  @Flag(help: "Write a page for a browser instead.")
  var html = false

  @Option(
    name: .shortAndLong, help: "Where to write the page (default: FILE with the ending .html).")
  var output: String?

  @Option(help: "List only functions whose name contains this.")
  var filter: String?

  @Argument(
    help: "An artifact, another ELF file, or a .wasm, .wat or .clif file, which is compiled first.")
  var file: String

  /// Wasmtime's files with Pulley code claim to be for RISC-V.
  private static let machineOfWasmtime: UInt16 = 243

  func validate() throws {
    if output != nil && !html {
      throw ValidationError("--output is where to write the page: it goes with --html only")
    }
    if html && (addresses || bytes || offsets) {
      throw ValidationError(
        "--html shows addresses and offsets anyway: leave out --addresses, --bytes and --offsets")
    }
  }

  func run() throws {
    let content = try FileBytes.read(file)
    do {
      if html {
        try writePage(content)
      } else {
        try list(content)
      }
    } catch let error as PulleyError {
      throw error.report(file)
    } catch let error as ELFError {
      throw CommandError("\(file): \(error)")
    }
  }

  private func list(_ content: [UInt8]) throws {
    var options = ObjdumpOptions()
    options.addresses = addresses
    options.bytes = bytes
    options.filter = filter
    var artifact = content
    var origin: ((Int) -> String?)?
    if Self.isELF(content) {
      if offsets {
        let map: ArtifactAddressMap
        do {
          map = try ArtifactAddressMap(content)
        } catch {
          throw CommandError(
            """
            \(file): --offsets needs an address map, which artifacts of `pulley compile` have: \
            \(error)
            """)
        }
        origin = { address in
          map.location(startingAt: address).map { "0x" + String($0, radix: 16) }
        }
      }
    } else if offsets {
      let listing = try Self.listing(of: content)
      artifact = try listing.artifact()
      origin = listing.origin
    } else {
      artifact = try CompileCommand.artifact(content, engine: Engine())
    }
    let elf = try ELFFile(artifact)
    let machine = elf.header.machine
    guard machine == ELF.machineNone || machine == Self.machineOfWasmtime else {
      throw CommandError("\(file): no Pulley code: it is for ELF's machine number \(machine)")
    }
    var output = StandardOutput()
    try Objdump.list(elf, options: options, origin: origin, to: &output)
  }

  private func writePage(_ content: [UInt8]) throws {
    guard !Self.isELF(content) else {
      throw CommandError(
        """
        \(file): a page needs the module itself: an artifact has neither WebAssembly nor CLIF any \
        more; give the .wasm, .wat or .clif file that it was made from
        """)
    }
    let ending = [".wasm", ".wat", ".clif"].first { file.hasSuffix($0) } ?? ""
    let page = try ExplorerPage.make(
      try Self.listing(of: content), title: FileBytes.name(of: file), filter: filter)
    try FileBytes.write(page, to: output ?? file.dropLast(ending.count) + ".html")
  }

  private static func isELF(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46])
  }

  private static func listing(of bytes: [UInt8]) throws(PulleyError) -> any CodeListing {
    ClifModule.isText(bytes) ? try ClifListing(bytes) : try ModuleListing(bytes)
  }
}

/// Standard output, buffered by the C library.
private struct StandardOutput: TextOutputStream {
  mutating func write(_ string: String) {
    print(string, terminator: "")
  }
}
