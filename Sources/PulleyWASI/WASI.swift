import Glibc
import Pulley
import PulleyText
import PulleyVM

/// WASI preview 1: what programs compiled for WebAssembly ask of a system. They get what the options
/// grant and nothing else: no directories, no environment, unless these are given. Its functions are
/// ordinary host functions.
public final class WASI {
  /// A directory that the guest may use.
  public struct Preopen: Sendable {
    /// Where it is: bytes, as the system takes paths.
    public var hostPath: [UInt8]
    /// What the guest calls it.
    public var guestPath: [UInt8]
    /// Nothing in it can be changed.
    public var isReadOnly: Bool

    public init(hostPath: [UInt8], guestPath: [UInt8], isReadOnly: Bool = false) {
      self.hostPath = hostPath
      self.guestPath = guestPath
      self.isReadOnly = isReadOnly
    }

    public init(hostPath: String, guestPath: String, isReadOnly: Bool = false) {
      self.init(
        hostPath: Array(hostPath.utf8), guestPath: Array(guestPath.utf8), isReadOnly: isReadOnly)
    }
  }

  public enum Input: Sendable {
    /// A descriptor of the process's, which is not closed.
    case descriptor(Int32)
    case bytes([UInt8])

    /// The process's own.
    public static let inherited = Input.descriptor(0)
  }

  public enum Output: Sendable {
    /// A descriptor of the process's, which is not closed.
    case descriptor(Int32)
    /// Called with all that is written, as it is written.
    case function(@Sendable (UnsafeRawBufferPointer) -> Void)

    /// Nobody reads it.
    public static let discarded = Output.function { _ in }
  }

  public struct Options: Sendable {
    /// Bytes, as the guest gets them, none of which is zero. The first argument is the program's name.
    public var arguments: [[UInt8]] = []
    /// Entries of the form `NAME=VALUE`, likewise.
    public var environment: [[UInt8]] = []
    public var preopens: [Preopen] = []
    public var standardInput = Input.bytes([])
    public var standardOutput = Output.discarded
    public var standardError = Output.discarded
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
  private var positionBudget: PositionBudget?
  private var positionCharge: Charge?
  /// Whether what it takes counts in the group of the instance that uses it.
  private var isInGroup = false
  var random: SeededGenerator?
  /// Of the guest that has called the function that runs.
  var interruption: Interruption?
  /// What the guest gave to `proc_exit`, once it has.
  public internal(set) var exitCode: Int32?
  /// What the guest asked for and did not get, for whoever runs it to grant.
  public enum Denial: Sendable {
    /// A path that leads out of the directories that it has.
    case outside(path: [UInt8])
    /// A change of what it may only read.
    case readOnly(path: [UInt8])
    /// It asked what directories it has, and has none.
    case noDirectories

    public var message: String {
      switch self {
      case .outside(let path):
        "the program asked for \(VisibleText.quoted(path)), which is outside of the directories it was given"
      case .readOnly(let path):
        "the program wanted to change \(VisibleText.quoted(path)), which it may only read"
      case .noDirectories:
        "the program looked for files and was given no directory"
      }
    }
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
          // Others may be waiting for connections at it, so it cannot be shut down.
          WASIDescriptor(
            .socket, system: listener, isLent: true, type: .streamSocket,
            rights: .ofSockets.subtracting(.shutdown), inheriting: .ofSockets))
      }
    } catch let error as PulleyError {
      throw error
    } catch {
      throw PulleyError(.limit, "too many descriptors for a guest")
    }
  }

  private func addStreams() throws {
    switch options.standardInput {
    case .descriptor(let number): _ = try descriptors.append(Self.stream(number, .read))
    case .bytes(let bytes):
      let stream = Self.ownStream(.read)
      stream.source = bytes
      _ = try descriptors.append(stream)
    }
    for output in [options.standardOutput, options.standardError] {
      switch output {
      case .descriptor(let number): _ = try descriptors.append(Self.stream(number, .write))
      case .function(let sink):
        let stream = Self.ownStream(.write)
        stream.sink = sink
        _ = try descriptors.append(stream)
      }
    }
    for preopen in options.preopens { _ = try descriptors.append(Self.open(preopen)) }
  }

  private static func stream(_ number: Int32, _ right: WASIRights) -> WASIDescriptor {
    var status = stat()
    let type = fstat(number, &status) == 0 ? WASIFileType(mode: status.st_mode) : .unknown
    var rights: WASIRights = [right, .stat, .poll, .setFlags]
    // A device in which nobody can seek is what programs take for a terminal.
    if isatty(number) == 0 { rights.formUnion([.seek, .tell]) }
    return WASIDescriptor(
      .stream, system: number, isLent: true, type: type, rights: rights)
  }

  /// A stream that has nothing of the process's behind it.
  private static func ownStream(_ right: WASIRights) -> WASIDescriptor {
    WASIDescriptor(.stream, system: -1, type: .unknown, rights: [right, .stat, .poll])
  }

  private static func open(_ preopen: Preopen) throws(PulleyError) -> WASIDescriptor {
    let descriptor: Int32
    do throws(WASIErrno) {
      let opened = (preopen.hostPath + [0]).withUnsafeBytes {
        Glibc.open(
          $0.assumingMemoryBound(to: CChar.self).baseAddress!, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      }
      descriptor = try forGuest(try checked(opened), .kept)
    } catch {
      throw PulleyError(
        .argument,
        "the directory \(VisibleText.name(preopen.hostPath)) cannot be opened: "
          + String(cString: strerror(errno)))
    }
    return WASIDescriptor(
      .directory, system: descriptor, type: .directory, rights: .ofDirectories,
      inheriting: WASIRights.ofDirectories.union(.ofFiles), isReadOnly: preopen.isReadOnly,
      preopenName: preopen.guestPath)
  }

  /// Makes the functions importable. The linker, and instances that import them, keep this object.
  /// It belongs to the thread that uses those.
  public func define(in linker: Linker) throws(PulleyError) {
    if descriptors.account == nil {
      try descriptors.charge(to: linker.engine.makeLibraryAccount())
    }
    for function in Self.functions {
      let words = ["instance", "userdata"] + function.parameters
      try linker.define(
        module: Self.moduleName, name: function.name,
        signature: "\(function.result)(\(words.joined(separator: ", ")))",
        function: function.address, userData: Unmanaged.passRetained(self).toOpaque(),
        finalizer: { Unmanaged<WASI>.fromOpaque($0!).release() })
    }
  }

  /// Counts what the program has in the group of the instance that uses it first.
  @inline(__always)
  func join(_ instance: Instance) throws(WASIErrno) {
    if !isInGroup { try joinGroup(of: instance) }
  }

  @inline(never)
  private func joinGroup(of instance: Instance) throws(WASIErrno) {
    guard let account = descriptors.account else { return }
    do throws(PulleyError) {
      try instance.adopt(account)
    } catch {
      throw .nomem
    }
    isInGroup = true
  }

  /// What is remembered of directories, in all of them.
  func positions() throws(WASIErrno) -> PositionBudget {
    if let positionBudget { return positionBudget }
    if let account = descriptors.account {
      do throws(PulleyError) {
        positionCharge = try Charge(
          PositionBudget.byteCount, of: .wasi, to: account, for: "positions in directories")
      } catch {
        throw .nomem
      }
    }
    let new = PositionBudget()
    positionBudget = new
    return new
  }

  /// Runs a program, that is, calls its `_start`, and gives its exit code. A trap is an error.
  public func run(_ instance: Instance) throws(PulleyError) -> Int32 {
    let start = try HostStack.make { () throws(PulleyError) in
      let start = try instance.function(named: "_start")
      guard case .wasm(let type) = start.type, type.parameters.isEmpty else {
        throw PulleyError(.argument, "_start takes arguments, which a program's does not")
      }
      return start
    }
    exitCode = nil
    guard let failure = start.run() else { return 0 }
    guard let exitCode else { throw failure.error }
    return exitCode
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
