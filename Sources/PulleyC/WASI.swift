import CPulley
import Pulley
import PulleyText
import PulleyWASI

/// The object of a `pulley_wasi_t`: settings, and after its definition in a linker the system.
final class WASIObject {
  var options = WASI.Options()
  private(set) var system: WASI?
  /// The string that `pulley_wasi_denied` has returned.
  var denied: CText?

  func define(in linker: Linker) throws(Failure) {
    let system: WASI
    do throws(PulleyError) {
      system = try WASI(options)
    } catch {
      throw error.kind == .argument ? Failure(Status.file, error.message) : Failure(error)
    }
    try engine(system.define(in: linker))
    self.system = system
  }
}

/// Changes the settings of an object that has not been defined yet.
private func configure(
  _ wasi: OpaquePointer?, _ error: ErrorOut?,
  _ body: (inout WASI.Options) throws(Failure) -> Void
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let object = try require(wasi, WASIObject.self, "wasi")
    guard object.system == nil else {
      throw .argument("settings end with pulley_wasi_define, which has been called")
    }
    try body(&object.options)
  }
}

/// The most arguments or environment entries. No system passes a program more.
private let largestCount = 1 << 20

private func require(
  strings: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ noun: StaticString
) throws(Failure) -> [[UInt8]] {
  guard strings != nil || count == 0 else { throw .argument("\(noun) is NULL") }
  guard count >= 0, count <= largestCount else {
    throw Failure(Status.limit, "\(count) \(noun) are more than \(largestCount)")
  }
  var result: [[UInt8]] = []
  for index in 0..<count { result.append(try require(textBytes: strings![index], noun)) }
  return result
}

@c @implementation
public func pulley_wasi_new() -> OpaquePointer? {
  made { handle(WASIObject()) }
}

@c @implementation
public func pulley_wasi_delete(_ wasi: OpaquePointer?) {
  delete(wasi, WASIObject.self)
}

@c @implementation
public func pulley_wasi_set_arguments(
  _ wasi: OpaquePointer?, _ arguments: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int,
  _ error: ErrorOut?
) -> pulley_status_t {
  configure(wasi, error) { options throws(Failure) in
    options.arguments = try require(strings: arguments, count, "arguments")
  }
}

@c @implementation
public func pulley_wasi_set_environment(
  _ wasi: OpaquePointer?, _ entries: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int,
  _ error: ErrorOut?
) -> pulley_status_t {
  configure(wasi, error) { options throws(Failure) in
    let entries = try require(strings: entries, count, "entries")
    for entry in entries where !entry.dropFirst().contains(UInt8(ascii: "=")) {
      throw .argument("\(VisibleText.quoted(entry)) is not of the form NAME=VALUE")
    }
    options.environment = entries
  }
}

@c @implementation
public func pulley_wasi_add_directory(
  _ wasi: OpaquePointer?, _ hostPath: UnsafePointer<CChar>?, _ guestPath: UnsafePointer<CChar>?,
  _ readOnly: Bool, _ error: ErrorOut?
) -> pulley_status_t {
  configure(wasi, error) { options throws(Failure) in
    let host = try require(textBytes: hostPath, "host_path")
    let guest = guestPath == nil ? host : try require(textBytes: guestPath, "guest_path")
    options.preopens.append(
      WASI.Preopen(hostPath: host, guestPath: guest, isReadOnly: readOnly))
  }
}

@c @implementation
public func pulley_wasi_inherit_streams(
  _ wasi: OpaquePointer?, _ error: ErrorOut?
) -> pulley_status_t {
  configure(wasi, error) { options throws(Failure) in
    options.standardInput = .descriptor(0)
    options.standardOutput = .descriptor(1)
    options.standardError = .descriptor(2)
  }
}

@c @implementation
public func pulley_wasi_set_stream(
  _ wasi: OpaquePointer?, _ stream: Int32, _ descriptor: Int32, _ error: ErrorOut?
) -> pulley_status_t {
  configure(wasi, error) { options throws(Failure) in
    guard descriptor >= 0 else { throw .argument("\(descriptor) is not a descriptor") }
    switch stream {
    case 0: options.standardInput = .descriptor(descriptor)
    case 1: options.standardOutput = .descriptor(descriptor)
    case 2: options.standardError = .descriptor(descriptor)
    default: throw .argument("the streams are 0, 1 and 2, not \(stream)")
    }
  }
}

@c @implementation
public func pulley_wasi_set_input(
  _ wasi: OpaquePointer?, _ bytes: UnsafeRawPointer?, _ length: Int, _ error: ErrorOut?
) -> pulley_status_t {
  configure(wasi, error) { options throws(Failure) in
    options.standardInput = .bytes(try require(bytes: bytes, count: length))
  }
}

@c @implementation
public func pulley_wasi_set_output(
  _ wasi: OpaquePointer?, _ stream: Int32, _ writer: pulley_writer_t?,
  _ userdata: UnsafeMutableRawPointer?, _ error: ErrorOut?
) -> pulley_status_t {
  configure(wasi, error) { options throws(Failure) in
    guard let writer else { throw .argument("writer is NULL") }
    // According to the header, only the thread that runs the program calls the writer.
    nonisolated(unsafe) let userdata = userdata
    let output = WASI.Output.function { writer(userdata, $0.baseAddress, $0.count) }
    switch stream {
    case 1: options.standardOutput = output
    case 2: options.standardError = output
    default: throw .argument("the output streams are 1 and 2, not \(stream)")
    }
  }
}

@c @implementation
public func pulley_wasi_add_listener(
  _ wasi: OpaquePointer?, _ descriptor: Int32, _ error: ErrorOut?
) -> pulley_status_t {
  configure(wasi, error) { options throws(Failure) in
    guard descriptor >= 0 else { throw .argument("\(descriptor) is not a descriptor") }
    options.listeners.append(descriptor)
  }
}

@c @implementation
public func pulley_wasi_set_clock(
  _ wasi: OpaquePointer?, _ nanoseconds: UInt64, _ error: ErrorOut?
) -> pulley_status_t {
  configure(wasi, error) { options throws(Failure) in options.fixedTime = nanoseconds }
}

@c @implementation
public func pulley_wasi_set_seed(
  _ wasi: OpaquePointer?, _ seed: UInt64, _ error: ErrorOut?
) -> pulley_status_t {
  configure(wasi, error) { options throws(Failure) in options.randomSeed = seed }
}

@c @implementation
public func pulley_wasi_define(
  _ wasi: OpaquePointer?, _ linker: OpaquePointer?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let object = try require(wasi, WASIObject.self, "wasi")
    let linker = try require(linker, Linker.self, "linker")
    try requireMemory()
    guard object.system == nil else {
      throw .argument("wasi has been defined before; each program needs its own")
    }
    try object.define(in: linker)
  }
}

@c @implementation
public func pulley_wasi_run(
  _ wasi: OpaquePointer?, _ instance: OpaquePointer?, _ exitCode: UnsafeMutablePointer<Int32>?,
  _ error: ErrorOut?
) -> pulley_status_t {
  attemptHere(error) { () throws(Failure) in
    let object = try require(wasi, WASIObject.self, "wasi")
    let instance = try require(instance, Instance.self, "instance")
    guard let system = object.system else {
      throw .argument("pulley_wasi_define must come before the instance is made")
    }
    let code = try engine(system.run(instance))
    exitCode?.pointee = code
  }
}

@c @implementation
public func pulley_wasi_exited(
  _ wasi: OpaquePointer?, _ exitCode: UnsafeMutablePointer<Int32>?
) -> Bool {
  guard let code = object(wasi, WASIObject.self)?.system?.exitCode else { return false }
  exitCode?.pointee = code
  return true
}

@c @implementation
public func pulley_wasi_denied(_ wasi: OpaquePointer?) -> UnsafePointer<CChar>? {
  made {
    guard let object = object(wasi, WASIObject.self), let denial = object.system?.denial else {
      return nil
    }
    let text = object.denied ?? CText(denial.message)
    object.denied = text
    return text.pointer
  } ?? CText.empty
}
