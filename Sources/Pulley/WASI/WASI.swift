import Glibc
import PulleyHost

/// WASI preview 1: what programs compiled for WebAssembly ask of a system. They get what the options
/// grant and nothing else: no directories, no environment, unless these are given. Its functions are
/// ordinary host functions.
public final class WASI {
  /// A directory that the guest may use.
  public struct Preopen: Sendable {
    /// Where it is.
    public var hostPath: String
    /// What the guest calls it.
    public var guestPath: String
    /// Nothing in it can be changed.
    public var isReadOnly: Bool

    public init(hostPath: String, guestPath: String, isReadOnly: Bool = false) {
      self.hostPath = hostPath
      self.guestPath = guestPath
      self.isReadOnly = isReadOnly
    }
  }

  public enum Input: Sendable {
    /// The process's own.
    case inherited
    case bytes([UInt8])
  }

  public enum Output: Sendable {
    /// The process's own.
    case inherited
    /// Called with all that is written, as it is written.
    case function(@Sendable (UnsafeRawBufferPointer) -> Void)
  }

  public struct Options: Sendable {
    /// The first is the program's name.
    public var arguments: [String] = []
    /// Entries of the form `NAME=VALUE`.
    public var environment: [String] = []
    public var preopens: [Preopen] = []
    public var standardInput = Input.inherited
    public var standardOutput = Output.inherited
    public var standardError = Output.inherited
    /// Sockets of the process that listen, for the guest to accept connections on; they follow the
    /// preopened directories, and are not closed.
    public var listeners: [Int32] = []
    /// Whether writing to a pipe that nobody reads from ends the process, quietly, as it ends a
    /// native program; otherwise the guest gets the error.
    public var endsOnBrokenPipe = false
    /// What all clocks show, in nanoseconds, for runs that can be repeated; nil means the real ones.
    public var fixedTime: UInt64?
    /// What random numbers begin from, for runs that can be repeated; nil means real ones.
    public var randomSeed: UInt64?

    public init() {}
  }

  let options: Options
  var descriptors = WASIDescriptors()
  var random: SeededGenerator?
  /// What the guest gave to `proc_exit`, once it has.
  public internal(set) var exitCode: Int32?
  /// What the guest asked for and did not get, for whoever runs it to grant.
  public enum Denial: Sendable {
    /// A path that leads out of the directories that it has.
    case outside(path: String)
    /// A change of what it may only read.
    case readOnly(path: String)
    /// It asked what directories it has, and has none.
    case noDirectories
  }

  /// The first of what was denied.
  public var denial: Denial? {
    firstDenial ?? (asksForDirectories && options.preopens.isEmpty ? .noDirectories : nil)
  }
  var firstDenial: Denial?
  var asksForDirectories = false

  static let moduleName = "wasi_snapshot_preview1"

  /// Opens the directories that the options grant.
  public init(_ options: Options) throws(PulleyError) {
    self.options = options
    random = options.randomSeed.map { SeededGenerator(state: $0) }
    do {
      try addStreams()
      for listener in options.listeners {
        _ = try descriptors.append(
          WASIDescriptor(
            .socket, system: listener, isBorrowed: true, type: .streamSocket,
            rights: .ofSockets, inheriting: .ofSockets))
      }
    } catch {
      throw PulleyError(.limit, "too many descriptors for a guest")
    }
  }

  private func addStreams() throws {
    let input = Self.stream(0, .read)
    if case .bytes(let bytes) = options.standardInput { input.source = bytes }
    _ = try descriptors.append(input)
    for (number, output) in [(1, options.standardOutput), (2, options.standardError)] {
      let stream = Self.stream(Int32(number), .write)
      if case .function(let sink) = output { stream.sink = sink }
      _ = try descriptors.append(stream)
    }
    for preopen in options.preopens { _ = try descriptors.append(Self.open(preopen)) }
  }

  private static func stream(_ number: Int32, _ right: WASIRights) -> WASIDescriptor {
    var status = stat()
    let type = fstat(number, &status) == 0 ? WASIFileType(mode: status.st_mode) : .characterDevice
    // A stream that can be sought in would be taken for no terminal.
    var rights: WASIRights = [right, .stat, .poll, .setFlags]
    if type == .regularFile { rights.formUnion([.seek, .tell]) }
    return WASIDescriptor(
      .stream, system: number, isBorrowed: true, type: type, rights: rights)
  }

  private static func open(_ preopen: Preopen) throws(PulleyError) -> WASIDescriptor {
    let descriptor = Glibc.open(preopen.hostPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw PulleyError(
        .argument,
        "the directory \(preopen.hostPath) cannot be opened: \(String(cString: strerror(errno)))")
    }
    return WASIDescriptor(
      .directory, system: descriptor, type: .directory, rights: .ofDirectories,
      inheriting: WASIRights.ofDirectories.union(.ofFiles), isReadOnly: preopen.isReadOnly,
      preopenName: preopen.guestPath)
  }

  /// Makes the functions importable. This object must outlive the instances that import them.
  public func define(in linker: Linker) throws(PulleyError) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    for function in Self.functions {
      let words = ["instance", "userdata"] + function.parameters
      try linker.define(
        module: Self.moduleName, name: function.name,
        signature: "\(function.result)(\(words.joined(separator: ", ")))",
        function: function.address, userData: context)
    }
  }
}

/// A generator whose numbers are the same for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator, Sendable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}
