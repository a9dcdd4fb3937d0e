import Glibc
import Pulley
import PulleyText
import PulleyVM

/// WASI preview 1, the system interface of programs that are compiled to WebAssembly, as ordinary
/// host functions. A guest gets only the directories, the environment and the streams that the
/// options grant.
public final class WASI {
  /// A directory that the guest may use.
  public struct Preopen: Sendable {
    /// Its path on the host: bytes, as the system takes paths.
    public var hostPath: [UInt8]
    /// Its path in the guest.
    public var guestPath: [UInt8]
    /// Whether the guest cannot change anything beneath it.
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
    /// A descriptor of the process. It is not closed.
    case descriptor(Int32)
    case bytes([UInt8])

    /// The standard input of the process.
    public static let inherited = Input.descriptor(0)
  }

  public enum Output: Sendable {
    /// A descriptor of the process. It is not closed.
    case descriptor(Int32)
    /// Called with the bytes of each write.
    case function(@Sendable (UnsafeRawBufferPointer) -> Void)

    /// Drops the output.
    public static let discarded = Output.function { _ in }
  }

  public struct Options: Sendable {
    /// The arguments as bytes without NUL. The first one is the program's name.
    public var arguments: [[UInt8]] = []
    /// Entries of the form `NAME=VALUE`, as bytes without NUL.
    public var environment: [[UInt8]] = []
    public var preopens: [Preopen] = []
    public var standardInput = Input.bytes([])
    public var standardOutput = Output.discarded
    public var standardError = Output.discarded
    /// Listening sockets of the process, on which the guest accepts connections. Their descriptors
    /// follow those of the preopened directories. They are not closed.
    public var listeners: [Int32] = []
    /// Whether writing to a pipe without a reader ends the process with SIGPIPE, as it ends a
    /// native program. Otherwise the guest gets an error.
    public var endsOnBrokenPipe = false
    /// The constant time of all clocks in nanoseconds, for reproducible runs; nil for the real
    /// time.
    public var fixedTime: UInt64?
    /// The seed of random numbers, for reproducible runs; nil for the system's random numbers.
    public var randomSeed: UInt64?

    public init() {}
  }

  let options: Options
  var descriptors = WASIDescriptors()
  private var positionBudget: PositionBudget?
  private var positionCharge: Charge?
  /// Whether descriptors are charged to the group of the instance that uses them.
  private var isInGroup = false
  var random: SeededGenerator?
  /// The machine that called the running function; not retained, because it outlives the call.
  var caller: Unmanaged<Machine>?
  /// The argument of `proc_exit`, after the guest called it.
  public internal(set) var exitCode: Int32?
  /// An access that was denied because the options do not grant it.
  public enum Denial: Sendable {
    /// A path outside of the guest's directories.
    case outside(path: [UInt8])
    /// A change in a read-only directory.
    case readOnly(path: [UInt8])
    /// The guest listed its directories, and has none.
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

  /// The first access that was denied.
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
          // Other processes may wait for connections on it, so the guest must not shut it down.
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
    // Programs take a character device without these rights for a terminal.
    if isatty(number) == 0 { rights.formUnion([.seek, .tell]) }
    return WASIDescriptor(
      .stream, system: number, isLent: true, type: type, rights: rights)
  }

  /// A stream without a descriptor of the process.
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

  /// Defines the functions in a linker. The linker, and instances that import the functions, keep
  /// this object alive. It belongs to their thread.
  public func define(in linker: Linker) throws(PulleyError) {
    if descriptors.account == nil {
      try descriptors.charge(to: linker.engine.makeLibraryAccount())
    }
    for function in Self.functions {
      linker.define(module: Self.moduleName, name: function.name) { self.definition(of: function) }
    }
  }

  private func definition(of function: WASIFunction) -> Linker.CFunction {
    let words = ["instance", "userdata"] + function.parameters
    return Linker.CFunction(
      signature: "\(function.result)(\(words.joined(separator: ", ")))", function: function.address,
      userData: Unmanaged.passRetained(self).toOpaque(),
      finalizer: { Unmanaged<WASI>.fromOpaque($0!).release() })
  }

  /// Charges the program's descriptors to the group of the first instance that uses them.
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

  /// The budget of directory positions, shared by all open directories.
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

  /// Runs a program by calling its `_start`. Returns its exit code; throws if it traps.
  public func run(_ instance: Instance) throws(PulleyError) -> Int32 {
    let start = try HostStack.make { () throws(PulleyError) in
      if instance.isReactor, !instance.module.exports.contains(where: { $0.name == "_start" }) {
        throw PulleyError(
          .notFound,
          "the module is a library (reactor), which has _initialize and no _start: initialize it with "
            + "pulley_instance_initialize and call its exports")
      }
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

/// A pseudo-random number generator with a fixed sequence for each seed (SplitMix64, by Steele, Lea
/// and Flood, 2014).
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
