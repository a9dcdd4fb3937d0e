import Pulley

/// An input file of a command, with its content and its format.
///
/// The content alone determines the format. WebAssembly is accepted under any name. CLIF and
/// artifacts have all rights of this process, so the user must ask for them: by the file's ending
/// on the command line (the target of a symbolic link does not count) or by an option.
struct InputFile {
  static let sourceEndings = [".wasm", ".wat", ".clif"]

  let name: RawText
  let bytes: [UInt8]
  let format: ModuleFormat

  init(_ name: RawText) throws(CommandError) {
    self.name = name
    bytes = try FileBytes.read(name)
    // A text named .clif in no known format is CLIF with a mistake in its first word. The CLIF reader
    // reports it better than the WebAssembly decoder.
    let clifByName = name.hasSuffix(".clif") && bytes.first != 0
    let known = ModuleFormat(of: bytes)
    format = clifByName && (known ?? .wasm) == .wasm ? .clif : known ?? .wasm
  }

  /// Whether running the file gives it all rights of this process.
  var isPowerful: Bool { format == .clif || format == .artifact }

  /// Throws if the file is powerful and the user has not asked for it.
  func requireTrust(allowsClif: Bool, allowsArtifacts: Bool = false) throws(CommandError) {
    switch format {
    case .wasm, .wat: return
    case .clif:
      guard !allowsClif, !name.hasSuffix(".clif") else { return }
      throw CommandError(
        """
        \(name.shown): this is CLIF, which has all rights of this process. It is accepted from a \
        file whose name ends in .clif, or with --allow-clif
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

  /// Compiles a module in any format to an artifact.
  func artifact(_ options: Engine.Options = Engine.Options()) throws(PulleyError) -> [UInt8] {
    var options = options
    options.acceptsClif = format == .clif
    return try Module(engine: Engine(options), bytes: bytes, format: format).artifact()
  }
}
