import Pulley

/// An input file of a command, with its content and its format.
///
/// The content alone tells the format. WebAssembly is accepted under any name. CLIF and artifacts may
/// do anything that this process may, so the content is not enough to run or link them: the user has
/// to ask for them, by the ending of the name on the command line (the target of a link does not
/// count) or by an option.
struct InputFile {
  enum Format {
    /// WebAssembly's binary format, or no known format.
    case binary
    /// WebAssembly's text format.
    case text
    case clif
    /// An ELF file.
    case artifact
  }

  static let sourceEndings = [".wasm", ".wat", ".clif"]

  let name: RawText
  let bytes: [UInt8]
  let format: Format

  init(_ name: RawText) throws(CommandError) {
    self.name = name
    bytes = try FileBytes.read(name)
    format =
      if bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) {
        .artifact
      } else if ClifModule.isText(bytes) {
        .clif
      } else if Module.isText(bytes) {
        .text
      } else if name.hasSuffix(".clif"), bytes.first != 0 {
        // With a mistake in its first word, about which its reader says more than a decoder.
        .clif
      } else {
        .binary
      }
  }

  /// Whether the file may do anything that this process may.
  var isPowerful: Bool { format == .clif || format == .artifact }

  /// Fails if the user has not asked for a file of this power.
  func requireTrust(allowsClif: Bool, allowsArtifacts: Bool = false) throws(CommandError) {
    switch format {
    case .binary, .text: return
    case .clif:
      guard !allowsClif, !name.hasSuffix(".clif") else { return }
      throw CommandError(
        """
        \(name.shown): this is CLIF, which may do anything that this process may. It is accepted \
        from a file whose name ends in .clif, or with --allow-clif
        """)
    case .artifact:
      guard !allowsArtifacts, !name.hasSuffix(".pulley") else { return }
      throw CommandError(
        """
        \(name.shown): this is an artifact (an ELF file), whose code runs unchecked. It is accepted \
        from a file whose name ends in .pulley, or with --allow-precompiled
        """)
    }
  }

  /// The artifact of a module or a text of any kind, compiled, never run.
  func artifact(_ options: Engine.Options = Engine.Options()) throws(PulleyError) -> [UInt8] {
    var options = options
    options.acceptsClif = format == .clif
    let engine = Engine(options)
    return format == .clif
      ? try ClifModule(engine: engine, text: bytes).artifact()
      : try Module(engine: engine, bytes: bytes).artifact()
  }

  func listing() throws(PulleyError) -> any CodeListing {
    format == .clif ? try ClifListing(bytes) : try ModuleListing(bytes)
  }
}
