import ArgumentParser
import Pulley
import PulleyISA

struct ObjdumpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "objdump",
    abstract: "List the bytecode of an artifact, a module or any ELF file with Pulley code.",
    discussion: """
      With --html, writes a page for a browser that shows the WebAssembly, the optimised CLIF and the \
      bytecode of each function side by side.
      """)

  @Flag(help: "Print the address of each instruction.")
  var addresses = false

  @Flag(help: "Print the bytes of each instruction.")
  var bytes = false

  @Flag(
    help: """
      Print the origin of each instruction: for a module the offset in the .wasm file and the \
      WebAssembly instruction, for CLIF the line, for an artifact the offsets in its address map.
      """)
  var offsets = false

  @Flag(help: "Write a page for a browser.")
  var html = false

  @Option(
    name: .shortAndLong, help: "The output file for the page (default: FILE with the ending .html)."
  )
  var output: RawText?

  @Option(help: "List only functions whose name contains this.")
  var filter: RawText?

  @Argument(
    help: "An artifact, another ELF file, or a .wasm, .wat or .clif file, which is compiled first.")
  var file: RawText

  /// The machine number of RISC-V, which Wasmtime gives to its files with Pulley code.
  private static let machineOfWasmtime: UInt16 = 243

  func validate() throws {
    if output != nil && !html {
      throw ValidationError("--output is for the page, so it needs --html")
    }
    if html && (addresses || bytes || offsets) {
      throw ValidationError(
        "--html always shows addresses and offsets: leave out --addresses, --bytes and --offsets")
    }
  }

  func run() throws {
    // A listing runs nothing, so it needs no trust in the file.
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
      throw CommandError(
        "\(file.shown): this has no Pulley code: its ELF machine number is \(machine)")
    }
    var output = StandardOutputStream()
    try Objdump.list(elf, options: options, origin: origin, to: &output)
  }

  private func writePage(_ input: InputFile) throws {
    guard input.format != .artifact else {
      throw CommandError(
        """
        \(file.shown): a page needs the source, which an artifact does not contain: give the .wasm, .wat or \
        .clif file from which it was compiled
        """)
    }
    let page = try ExplorerPage.make(
      try CodeListing(input.bytes, format: input.format), title: FileBytes.name(of: file).shown,
      filter: filter)
    try FileBytes.write(
      page, to: output ?? file.replacing(InputFile.sourceEndings, with: ".html"))
  }
}
