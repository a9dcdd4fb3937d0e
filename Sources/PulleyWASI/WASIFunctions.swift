import Pulley
import PulleyVM

/// The pointers that a host function receives: the calling instance, and the function's user data.
typealias Context = UnsafeMutableRawPointer?

/// A function of preview 1 with its C signature. In labels, i is a parameter of 32 bits and j one
/// of 64.
struct WASIFunction {
  let name: String
  let result: String
  let parameters: [String]
  let address: UnsafeMutableRawPointer

  private init<F>(_ name: String, _ shape: String, _ function: F, result: String = "u32") {
    self.name = name
    self.result = result
    parameters = shape.map { $0 == "j" ? "u64" : "u32" }
    address = unsafeBitCast(function, to: UnsafeMutableRawPointer.self)
  }

  init(_ name: String, none function: @convention(c) (Context, Context) -> UInt32) {
    self.init(name, "", function)
  }
  init(_ name: String, exit function: @convention(c) (Context, Context, UInt32) -> Void) {
    self.init(name, "i", function, result: "void")
  }
  init(_ name: String, i function: @convention(c) (Context, Context, UInt32) -> UInt32) {
    self.init(name, "i", function)
  }
  init(_ name: String, ii function: @convention(c) (Context, Context, UInt32, UInt32) -> UInt32) {
    self.init(name, "ii", function)
  }
  init(_ name: String, ij function: @convention(c) (Context, Context, UInt32, UInt64) -> UInt32) {
    self.init(name, "ij", function)
  }
  init(
    _ name: String,
    iii function: @convention(c) (Context, Context, UInt32, UInt32, UInt32) -> UInt32
  ) {
    self.init(name, "iii", function)
  }
  init(
    _ name: String,
    iji function: @convention(c) (Context, Context, UInt32, UInt64, UInt32) -> UInt32
  ) {
    self.init(name, "iji", function)
  }
  init(
    _ name: String,
    ijj function: @convention(c) (Context, Context, UInt32, UInt64, UInt64) -> UInt32
  ) {
    self.init(name, "ijj", function)
  }
  init(
    _ name: String,
    iiii function: @convention(c) (Context, Context, UInt32, UInt32, UInt32, UInt32) -> UInt32
  ) {
    self.init(name, "iiii", function)
  }
  init(
    _ name: String,
    ijii function: @convention(c) (Context, Context, UInt32, UInt64, UInt32, UInt32) -> UInt32
  ) {
    self.init(name, "ijii", function)
  }
  init(
    _ name: String,
    ijji function: @convention(c) (Context, Context, UInt32, UInt64, UInt64, UInt32) -> UInt32
  ) {
    self.init(name, "ijji", function)
  }
  init(
    _ name: String,
    iiiii function:
      @convention(c) (
        Context, Context, UInt32, UInt32, UInt32, UInt32, UInt32
      ) -> UInt32
  ) {
    self.init(name, "iiiii", function)
  }
  init(
    _ name: String,
    iiiji function:
      @convention(c) (
        Context, Context, UInt32, UInt32, UInt32, UInt64, UInt32
      ) -> UInt32
  ) {
    self.init(name, "iiiji", function)
  }
  init(
    _ name: String,
    iiiiii function:
      @convention(c) (
        Context, Context, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32
      ) -> UInt32
  ) {
    self.init(name, "iiiiii", function)
  }
  init(
    _ name: String,
    iiiiiii function:
      @convention(c) (
        Context, Context, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32
      ) -> UInt32
  ) {
    self.init(name, "iiiiiii", function)
  }
  init(
    _ name: String,
    iiiijji function:
      @convention(c) (
        Context, Context, UInt32, UInt32, UInt32, UInt32, UInt64, UInt64, UInt32
      ) -> UInt32
  ) {
    self.init(name, "iiiijji", function)
  }
  init(
    _ name: String,
    iiiiijjii function:
      @convention(c) (
        Context, Context, UInt32, UInt32, UInt32, UInt32, UInt32, UInt64, UInt64, UInt32, UInt32
      ) -> UInt32
  ) {
    self.init(name, "iiiiijjii", function)
  }
}

/// The instance that a host function received for its parameter `instance`.
func callingInstance(_ instance: UnsafeMutableRawPointer) -> Instance {
  Unmanaged<Instance>.fromOpaque(instance).takeUnretainedValue()
}

/// Calls `body` and returns its result code.
func perform(
  _ instance: Context, _ context: Context,
  _ body: (WASI, GuestMemory) throws(WASIErrno) -> Void
) -> UInt32 {
  guard HostStack.hasRoom(HostStack.roomForSystem) else {
    return UInt32(WASIErrno.nomem.rawValue)
  }
  guard let context, let instance, let memory = GuestMemory(instance) else {
    return UInt32(WASIErrno.fault.rawValue)
  }
  let wasi = Unmanaged<WASI>.fromOpaque(context).takeUnretainedValue()
  do throws(WASIErrno) {
    try wasi.attend(to: instance) { () throws(WASIErrno) in
      try wasi.join(callingInstance(instance))
      try body(wasi, memory)
    }
    return 0
  } catch {
    if error == .interrupted { WASI.stop(instance) }
    return UInt32(error.rawValue)
  }
}

extension WASI {
  static var functions: [WASIFunction] {
    processFunctions + fileFunctions + directoryFunctions + pathFunctions + socketFunctions
  }

  private static var processFunctions: [WASIFunction] {
    [
      WASIFunction(
        "args_get",
        ii: { instance, context, pointers, buffer in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try memory.store(wasi.options.arguments, pointers: pointers, buffer: buffer)
          }
        }),
      WASIFunction(
        "args_sizes_get",
        ii: { instance, context, count, size in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try wasi.storeSizes(of: wasi.options.arguments, memory, count, size)
          }
        }),
      WASIFunction(
        "environ_get",
        ii: { instance, context, pointers, buffer in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try memory.store(wasi.options.environment, pointers: pointers, buffer: buffer)
          }
        }),
      WASIFunction(
        "environ_sizes_get",
        ii: { instance, context, count, size in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try wasi.storeSizes(of: wasi.options.environment, memory, count, size)
          }
        }),
      WASIFunction(
        "clock_res_get",
        ii: { instance, context, clock, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try memory.store(try wasi.resolution(clock), result)
          }
        }),
      WASIFunction(
        "clock_time_get",
        iji: { instance, context, clock, _, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try memory.store(try wasi.time(clock), result)
          }
        }),
      WASIFunction(
        "random_get",
        ii: { instance, context, address, count in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try wasi.fill(try memory.require(address, count))
          }
        }),
      WASIFunction(
        "sched_yield",
        none: { instance, context in
          perform(instance, context) { _, _ in WASI.yield() }
        }),
      WASIFunction(
        "proc_raise",
        i: { instance, context, signal in
          perform(instance, context) { wasi, _ throws(WASIErrno) in
            try wasi.raise(instance, signal)
          }
        }),
      WASIFunction(
        "proc_exit",
        exit: { instance, context, code in
          guard let context else { return }
          Unmanaged<WASI>.fromOpaque(context).takeUnretainedValue()
            .exit(instance, Int32(bitPattern: code))
        }),
      WASIFunction(
        "poll_oneoff",
        iiii: { instance, context, subscriptions, events, count, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            try memory.store(try wasi.poll(memory, subscriptions, events, count), result)
          }
        }),
    ]
  }

  private static var socketFunctions: [WASIFunction] {
    [
      WASIFunction(
        "sock_accept",
        iii: { instance, context, number, flags, result in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            _ = try memory.require(result, 4)
            try memory.store(try wasi.accept(number, flags), result)
          }
        }),
      WASIFunction(
        "sock_recv",
        iiiiii: { instance, context, number, list, count, flags, size, state in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            _ = try memory.require(size, 4)
            _ = try memory.require(state, 2)
            let received = try wasi.receive(number, try memory.buffers(list, count), flags)
            try memory.store(UInt32(received.count), size)
            try memory.store(UInt16(received.isCut ? 1 : 0), state)
          }
        }),
      WASIFunction(
        "sock_send",
        iiiii: { instance, context, number, list, count, flags, size in
          perform(instance, context) { wasi, memory throws(WASIErrno) in
            _ = try memory.require(size, 4)
            let sent = try wasi.send(number, try memory.buffers(list, count), flags)
            try memory.store(UInt32(sent), size)
          }
        }),
      WASIFunction(
        "sock_shutdown",
        ii: { instance, context, number, how in
          perform(instance, context) { wasi, _ throws(WASIErrno) in
            try wasi.shutdown(number, how)
          }
        }),
    ]
  }
}
