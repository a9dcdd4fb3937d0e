import Glibc

private typealias Context = UnsafeMutableRawPointer?

private func wasi(_ context: Context) -> WASI? {
  context.map { Unmanaged<WASI>.fromOpaque($0).takeUnretainedValue() }
}

private func storeSizes(_ strings: [String]?, _ context: Context, _ count: UInt32, _ size: UInt32)
  -> UInt32
{
  guard let memory = GuestMemory(context), let strings else { return WASI.Errno.fault.rawValue }
  let bytes = strings.reduce(0) { $0 + $1.utf8.count + 1 }
  let done = memory.store(UInt32(strings.count), count) && memory.store(UInt32(bytes), size)
  return (done ? WASI.Errno.success : .fault).rawValue
}

private func storeStrings(
  _ strings: [String]?, _ context: Context, _ pointers: UInt32, _ buffer: UInt32
) -> UInt32 {
  guard let memory = GuestMemory(context), let strings else { return WASI.Errno.fault.rawValue }
  return (memory.store(strings, pointers: pointers, buffer: buffer) ? WASI.Errno.success : .fault)
    .rawValue
}

/// Runs `body` for each buffer of a list of (address, length) pairs, until one moves less than
/// it could; gives the sum, or the error.
private func transfer(
  _ memory: GuestMemory, _ list: UInt32, _ count: UInt32, _ total: UInt32,
  _ body: (UnsafeMutableRawBufferPointer) -> Int
) -> WASI.Errno {
  var sum = 0
  for index in 0..<count {
    let entry = list &+ index &* 8
    guard let address = memory.load(entry, as: UInt32.self),
      let length = memory.load(entry &+ 4, as: UInt32.self),
      let bytes = memory.bytes(address, length)
    else { return .fault }
    if bytes.isEmpty { continue }
    let moved = body(bytes)
    if moved < 0 { return sum > 0 ? .success : .io }
    sum += moved
    if moved < bytes.count { break }
  }
  return memory.store(UInt32(truncatingIfNeeded: sum), total) ? .success : .fault
}

/// Writes all of a buffer to a standard stream of the process.
private func writeAll(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer) -> Int {
  var done = 0
  while done < bytes.count {
    let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
    if count < 0 {
      if errno == EINTR { continue }
      return done > 0 ? done : -1
    }
    done += count
  }
  return done
}

extension WASI {
  private typealias Two = @convention(c) (Context, Context, UInt32, UInt32) -> UInt32
  private typealias Three = @convention(c) (Context, Context, UInt32, UInt32, UInt32) -> UInt32
  private typealias Four =
    @convention(c) (Context, Context, UInt32, UInt32, UInt32, UInt32) -> UInt32

  private static let argsSizesGet: Two = { instance, context, count, size in
    storeSizes(wasi(context)?.arguments, instance, count, size)
  }
  private static let argsGet: Two = { instance, context, pointers, buffer in
    storeStrings(wasi(context)?.arguments, instance, pointers, buffer)
  }
  private static let environSizesGet: Two = { instance, context, count, size in
    storeSizes(wasi(context)?.environment, instance, count, size)
  }
  private static let environGet: Two = { instance, context, pointers, buffer in
    storeStrings(wasi(context)?.environment, instance, pointers, buffer)
  }

  private static let clockTimeGet:
    @convention(c) (Context, Context, UInt32, UInt64, UInt32) -> UInt32 = {
      instance, _, clock, _, result in
      guard let memory = GuestMemory(instance) else { return Errno.fault.rawValue }
      guard clock < 4 else { return Errno.inval.rawValue }
      let clocks = [
        CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
      ]
      var time = timespec()
      guard clock_gettime(clockid_t(clocks[Int(clock)]), &time) == 0 else {
        return Errno.inval.rawValue
      }
      let nanoseconds = UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
      return (memory.store(nanoseconds, result) ? Errno.success : .fault).rawValue
    }

  private static let randomGet: Two = { instance, _, address, count in
    guard let bytes = GuestMemory(instance)?.bytes(address, count) else {
      return Errno.fault.rawValue
    }
    var generator = SystemRandomNumberGenerator()
    for index in bytes.indices { bytes[index] = generator.next() }
    return Errno.success.rawValue
  }

  private static let fdWrite: Four = { instance, _, descriptor, list, count, total in
    guard descriptor == 1 || descriptor == 2 else { return Errno.badf.rawValue }
    guard let memory = GuestMemory(instance) else { return Errno.fault.rawValue }
    return transfer(memory, list, count, total) { writeAll(Int32(descriptor), $0) }.rawValue
  }

  private static let fdRead: Four = { instance, _, descriptor, list, count, total in
    guard descriptor == 0 else { return Errno.badf.rawValue }
    guard let memory = GuestMemory(instance) else { return Errno.fault.rawValue }
    return transfer(memory, list, count, total) {
      Glibc.read(0, $0.baseAddress, $0.count)
    }.rawValue
  }

  private static let fdClose: @convention(c) (Context, Context, UInt32) -> UInt32 = {
    _, _, descriptor in
    (descriptor < 3 ? Errno.success : .badf).rawValue
  }

  private static let fdSeek:
    @convention(c) (Context, Context, UInt32, Int64, UInt32, UInt32) -> UInt32 = {
      _, _, descriptor, _, _, _ in
      (descriptor < 3 ? Errno.spipe : .badf).rawValue
    }

  /// The three streams are character devices that can be read or written.
  private static let fdFdstatGet: @convention(c) (Context, Context, UInt32, UInt32) -> UInt32 = {
    instance, _, descriptor, result in
    guard descriptor < 3 else { return Errno.badf.rawValue }
    guard let bytes = GuestMemory(instance)?.bytes(result, 24) else { return Errno.fault.rawValue }
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    bytes[0] = 2
    let rights: UInt64 = descriptor == 0 ? 1 << 1 : 1 << 6
    bytes.storeBytes(of: rights, toByteOffset: 8, as: UInt64.self)
    return Errno.success.rawValue
  }

  private static let fdFilestatGet: Two = { instance, _, descriptor, result in
    guard descriptor < 3 else { return Errno.badf.rawValue }
    guard let bytes = GuestMemory(instance)?.bytes(result, 64) else { return Errno.fault.rawValue }
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    bytes[16] = 2
    return Errno.success.rawValue
  }

  private static let noPreopen: Two = { _, _, _, _ in Errno.badf.rawValue }
  private static let noPreopenName: Three = { _, _, _, _, _ in Errno.badf.rawValue }

  private static let pathOpen:
    @convention(c) (
      Context, Context, UInt32, UInt32, UInt32, UInt32, UInt32, UInt64, UInt64, UInt32, UInt32
    ) -> UInt32 = { _, _, _, _, _, _, _, _, _, _, _ in Errno.badf.rawValue }

  private static let procExit: @convention(c) (Context, Context, Int32) -> Void = {
    instance, context, code in
    wasi(context)?.exitCode = code
    guard let instance else { return }
    Unmanaged<Instance>.fromOpaque(instance).takeUnretainedValue()
      .requestTrap("the program exited with code \(code)")
  }

  private static func entry<F>(_ name: String, _ function: F, _ parameters: String...)
    -> FunctionEntry
  {
    FunctionEntry(
      name: name, result: name == "proc_exit" ? "void" : "u32", parameters: parameters,
      address: unsafeBitCast(function, to: UnsafeMutableRawPointer.self))
  }

  static var functions: [FunctionEntry] {
    [
      entry("args_sizes_get", argsSizesGet, "u32", "u32"),
      entry("args_get", argsGet, "u32", "u32"),
      entry("environ_sizes_get", environSizesGet, "u32", "u32"),
      entry("environ_get", environGet, "u32", "u32"),
      entry("clock_time_get", clockTimeGet, "u32", "u64", "u32"),
      entry("random_get", randomGet, "u32", "u32"),
      entry("fd_write", fdWrite, "u32", "u32", "u32", "u32"),
      entry("fd_read", fdRead, "u32", "u32", "u32", "u32"),
      entry("fd_close", fdClose, "u32"),
      entry("fd_seek", fdSeek, "u32", "i64", "u32", "u32"),
      entry("fd_fdstat_get", fdFdstatGet, "u32", "u32"),
      entry("fd_filestat_get", fdFilestatGet, "u32", "u32"),
      entry("fd_prestat_get", noPreopen, "u32", "u32"),
      entry("fd_prestat_dir_name", noPreopenName, "u32", "u32", "u32"),
      entry(
        "path_open", pathOpen, "u32", "u32", "u32", "u32", "u32", "u64", "u64", "u32", "u32"),
      entry("proc_exit", procExit, "i32"),
    ]
  }
}
