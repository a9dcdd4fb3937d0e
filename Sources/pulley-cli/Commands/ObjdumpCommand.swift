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
  var output: RawText?

  @Option(help: "List only functions whose name contains this.")
  var filter: RawText?

  @Argument(
    help: "An artifact, another ELF file, or a .wasm, .wat or .clif file, which is compiled first.")
  var file: RawText

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
    // A listing runs nothing, so that any file will do.
    let input = try InputFile(file)
    do {
      if html {
        try writePage(input)
      } else {
        try list(input)
      }
    } catch let error as PulleyError {
      throw error.report(file.shown)
    } catch let error as ELFError {
      throw CommandError("\(file.shown): \(error)")
    }
  }

  private func list(_ input: InputFile) throws {
    var options = ObjdumpOptions()
    options.addresses = addresses
    options.bytes = bytes
    options.filter = filter.map { String(decoding: $0.bytes, as: UTF8.self) }
    var artifact = input.bytes
    var origin: ((Int) -> String?)?
    if input.format == .artifact {
      if offsets {
        let map: ArtifactAddressMap
        do {
          map = try ArtifactAddressMap(input.bytes)
        } catch {
          throw CommandError(
            """
            \(file.shown): --offsets needs an address map, which artifacts of `pulley compile` have: \
            \(error)
            """)
        }
        origin = { address in
          map.location(startingAt: address).map { "0x" + String($0, radix: 16) }
        }
      }
    } else if offsets {
      let listing = try CodeListing(input.bytes, format: input.format)
      artifact = try listing.artifact()
      origin = listing.origin
    } else {
      artifact = try input.artifact()
    }
    let elf = try ELFFile(artifact)
    let machine = elf.header.machine
    guard machine == ELF.machineNone || machine == Self.machineOfWasmtime else {
      throw CommandError("\(file.shown): no Pulley code: it is for ELF's machine number \(machine)")
    }
    var output = StandardOutputStream()
    try Objdump.list(elf, options: options, origin: origin, to: &output)
  }

  private func writePage(_ input: InputFile) throws {
    guard input.format != .artifact else {
      throw CommandError(
        """
        \(file.shown): a page needs the module itself: an artifact has neither WebAssembly nor CLIF any \
        more; give the .wasm, .wat or .clif file that it was made from
        """)
    }
    let page = try ExplorerPage.make(
      try CodeListing(input.bytes, format: input.format), title: FileBytes.name(of: file).shown,
      filter: filter)
    try FileBytes.write(
      page, to: output ?? file.replacing(InputFile.sourceEndings, with: ".html"))
  }
}
