import Pulley

/// An input file of a command, with its content and its format.
///
/// The content alone determines the format. WebAssembly is accepted under any name. CLIF and
/// artifacts have all rights of this process, so the user must ask for them: by the file's ending
/// on the command line (the target of a symbolic link does not count) or by an option.
struct InputFile {
  static let sourceEndings = [".wasm", ".wat", ".clif"]

  let name: RawText
  private let content: StableBytes
  let format: ModuleFormat

  var bytes: [UInt8] { content.array }

  /// - Parameter mapsArtifacts: whether artifacts are mapped instead of read. They are trusted, and so is
  ///   whoever may change them.
  init(_ name: RawText, mapsArtifacts: Bool = false) throws(CommandError) {
    self.name = name
    content = try FileBytes.readOnce(
      name, mapping: mapsArtifacts ? ModuleFormat.artifactMagic : nil)
    if content.all.first == 0 {
      format = .wasm
      return
    }
    if content.all.starts(with: ModuleFormat.artifactMagic) {
      format = .artifact
      return
    }
    let bytes = content.array
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

  /// The module, loaded or made for an engine.
  func module(_ engine: Engine) throws(PulleyError) -> Module {
    switch format {
    case .artifact: try Module(engine: engine, artifact: content)
    case .wasm: try Module(engine: engine, wasm: content)
    case .wat, .clif: try Module(engine: engine, bytes: bytes, format: format)
    }
  }

  /// Compiles a module in any format to an artifact.
  func artifact(_ options: Engine.Options = Engine.Options()) throws(PulleyError) -> [UInt8] {
    var options = options
    options.acceptsClif = format == .clif
    return try Module(engine: Engine(options), bytes: bytes, format: format).artifact()
  }
}
