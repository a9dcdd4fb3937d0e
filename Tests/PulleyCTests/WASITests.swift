import CPulley
import Foundation
import Testing

/// A program that writes to standard output what it reads from standard input, at most 1,000 bytes,
/// then the time (8 bytes) and random bytes (8), and exits with 7 if "exit" is its second argument.
private let program = """
  (module
    (import "wasi_snapshot_preview1" "fd_read"
      (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
      (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get"
      (func $time (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get"
      (func $sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_prestat_get"
      (func $prestat (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start")
      (i32.store (i32.const 0) (i32.const 100))
      (i32.store (i32.const 4) (i32.const 1000))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (i32.store (i32.const 4) (i32.load (i32.const 8)))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (drop (call $time (i32.const 0) (i64.const 0) (i32.const 100)))
      (drop (call $random (i32.const 108) (i32.const 8)))
      (i32.store (i32.const 4) (i32.const 16))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (drop (call $sizes (i32.const 16) (i32.const 20)))
      (drop (call $prestat (i32.const 3) (i32.const 24)))
      (if (i32.eq (i32.load (i32.const 16)) (i32.const 2)) (then (call $exit (i32.const 7))))))
  """

private final class Collector {
  var bytes: [UInt8] = []

  var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  static let writer: pulley_writer_t = { userdata, bytes, count in
    Unmanaged<Collector>.fromOpaque(userdata!).takeUnretainedValue().bytes +=
      UnsafeRawBufferPointer(start: bytes, count: count)
  }
}

private func withStrings<R>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>, Int) throws -> R
) rethrows -> R {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return try copies.map { UnsafePointer($0) }.withUnsafeBufferPointer {
    try body($0.baseAddress!, strings.count)
  }
}

@Suite struct WASITests {
  /// Runs the program. Returns its exit code and its output.
  private func run(
    input: String = "", arguments: [String] = ["program"],
    _ configure: (OpaquePointer?) throws -> Void = { _ in }
  ) throws -> (code: Int32, output: [UInt8]) {
    let wasi = pulley_wasi_new()
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let collector = Collector()
    try attempt { pulley_wasi_set_input(wasi, input, input.utf8.count, $0) }
    try attempt { pulley_wasi_set_output(wasi, 1, Collector.writer, collector.pointer, $0) }
    try withStrings(arguments) { strings, count in
      try attempt { pulley_wasi_set_arguments(wasi, strings, count, $0) }
    }
    try configure(wasi)
    try attempt { pulley_wasi_define(wasi, linker, $0) }
    var instance: OpaquePointer?
    try attempt { pulley_instantiate_bytes(linker, program, program.utf8.count, &instance, $0) }
    defer { pulley_instance_delete(instance) }
    var code: Int32 = -1
    try attempt { pulley_wasi_run(wasi, instance, &code, $0) }
    pulley_wasi_delete(wasi)
    return (code, collector.bytes)
  }

  @Test func aWASIProgramUsesTheInputAndOutputOfTheHost() throws {
    let (code, output) = try run(input: "hello")
    #expect(code == 0)
    #expect(String(decoding: output.prefix(5), as: UTF8.self) == "hello")
    #expect(output.count == 5 + 16)
  }

  @Test func aWASIExitCodeIsNotAnError() throws {
    #expect(try run(arguments: ["program", "exit"]).code == 7)
  }

  @Test func aWASIProgramCanBeRunAgain() throws {
    func repeatable(seed: UInt64) throws -> [UInt8] {
      try run { wasi in
        try attempt { pulley_wasi_set_clock(wasi, 0x0102_0304_0506_0708, $0) }
        try attempt { pulley_wasi_set_seed(wasi, seed, $0) }
      }.output
    }
    let first = try repeatable(seed: 42)
    #expect(first.prefix(8) == [8, 7, 6, 5, 4, 3, 2, 1])
    #expect(try repeatable(seed: 42) == first)
    #expect(try repeatable(seed: 43) != first)
    #expect(try run().output != run().output)
  }

  /// To a host that calls `_start` itself, the end is a trap.
  @Test func exitTrapsIfTheHostCallsStartItself() throws {
    let wasi = pulley_wasi_new()
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    try withStrings(["a", "b"]) { strings, count in
      try attempt { pulley_wasi_set_arguments(wasi, strings, count, $0) }
    }
    try attempt { pulley_wasi_define(wasi, linker, $0) }
    var code: Int32 = -1
    #expect(!pulley_wasi_exited(wasi, &code))
    var instance: OpaquePointer?
    try attempt { pulley_instantiate_bytes(linker, program, program.utf8.count, &instance, $0) }
    let error = failure { pulley_run(instance, "_start", nil, 0, nil, 0, $0) }
    #expect(error?.trap == Int32(PULLEY_TRAP_HOST))
    #expect(error?.message.contains("exited with code 7") == true)
    #expect(pulley_wasi_exited(wasi, &code) && code == 7)
    #expect(String(cString: pulley_wasi_denied(wasi)).contains("no directory"))
    pulley_instance_delete(instance)
    pulley_wasi_delete(wasi)
  }

  /// Instances keep the system that they import alive, in any order of deletion.
  @Test func instancesKeepTheirWASISystem() throws {
    let wasi = pulley_wasi_new()
    let linker = pulley_linker_new(nil)
    let collector = Collector()
    try attempt { pulley_wasi_set_output(wasi, 1, Collector.writer, collector.pointer, $0) }
    try attempt { pulley_wasi_define(wasi, linker, $0) }
    var instance: OpaquePointer?
    try attempt { pulley_instantiate_bytes(linker, program, program.utf8.count, &instance, $0) }
    pulley_wasi_delete(wasi)
    pulley_linker_delete(linker)
    try attempt { pulley_run(instance, "_start", nil, 0, nil, 0, $0) }
    #expect(collector.bytes.count == 16)
    pulley_instance_delete(instance)
  }

  @Test func mistakesInWASISettingsAreArgumentErrors() throws {
    let wasi = pulley_wasi_new()
    let linker = pulley_linker_new(nil)
    defer {
      pulley_linker_delete(linker)
      pulley_wasi_delete(wasi)
    }
    #expect(failure { pulley_wasi_inherit_streams(linker, $0) }?.status == .argumentError)
    #expect(failure { pulley_wasi_set_stream(wasi, 3, 1, $0) }?.status == .argumentError)
    #expect(failure { pulley_wasi_set_stream(wasi, 1, -1, $0) }?.status == .argumentError)
    #expect(failure { pulley_wasi_set_output(wasi, 1, nil, nil, $0) }?.status == .argumentError)
    #expect(failure { pulley_wasi_set_arguments(wasi, nil, 1, $0) }?.status == .argumentError)
    withStrings(["NAME"]) { strings, count in
      let error = failure { pulley_wasi_set_environment(wasi, strings, count, $0) }
      #expect(error?.message == "\"NAME\" is not of the form NAME=VALUE")
    }
    #expect(failure { pulley_wasi_run(wasi, linker, nil, $0) }?.status == .argumentError)
    #expect(!pulley_wasi_exited(nil, nil))
    #expect(String(cString: pulley_wasi_denied(wasi)) == "")

    try attempt { pulley_wasi_add_directory(wasi, "/nowhere/at/all", nil, false, $0) }
    let error = failure { pulley_wasi_define(wasi, linker, $0) }
    #expect(error?.status == Int32(PULLEY_ERROR_FILE))
    #expect(error?.message.contains("/nowhere/at/all") == true)
  }

  @Test func wasiSettingsEndWhenTheSystemIsDefined() throws {
    let wasi = pulley_wasi_new()
    let linker = pulley_linker_new(nil)
    try attempt { pulley_wasi_define(wasi, linker, $0) }
    #expect(failure { pulley_wasi_set_seed(wasi, 1, $0) }?.status == .argumentError)
    #expect(failure { pulley_wasi_define(wasi, linker, $0) }?.status == .argumentError)
    pulley_linker_delete(linker)
    pulley_wasi_delete(wasi)
  }

  /// Writes its arguments, its environment and the name of its first directory, one after another.
  private static let echo = """
    (module
      (import "wasi_snapshot_preview1" "args_sizes_get"
        (func $sizes (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "args_get" (func $get (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "environ_sizes_get"
        (func $environSizes (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "environ_get"
        (func $environ (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_prestat_get"
        (func $prestat (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_prestat_dir_name"
        (func $name (param i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func $print (param $length i32)
        (i32.store (i32.const 0) (i32.const 1024))
        (i32.store (i32.const 4) (local.get $length))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
      (func (export "_start")
        (drop (call $sizes (i32.const 0) (i32.const 4)))
        (drop (call $get (i32.const 512) (i32.const 1024)))
        (call $print (i32.load (i32.const 4)))
        (drop (call $environSizes (i32.const 0) (i32.const 4)))
        (drop (call $environ (i32.const 512) (i32.const 1024)))
        (call $print (i32.load (i32.const 4)))
        (drop (call $prestat (i32.const 3) (i32.const 16)))
        (drop (call $name (i32.const 3) (i32.const 1024) (i32.load (i32.const 20))))
        (call $print (i32.load (i32.const 20)))))
    """

  @Test func invalidUTF8ReachesTheProgramAndTheSystemUnchanged() throws {
    let raw: [CChar] = [0x61, -1, -128, 0x1B, 0]
    let folder = NSTemporaryDirectory() + "/" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let directory = folder.utf8.map { CChar(bitPattern: $0) } + [0x2F] + raw
    #expect(mkdir(directory, 0o700) == 0)
    let variable = [0x4E, 0x3D] + raw

    let collector = Collector()
    let wasi = pulley_wasi_new()
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    try attempt { pulley_wasi_set_output(wasi, 1, Collector.writer, collector.pointer, $0) }
    try raw.withUnsafeBufferPointer { raw in
      var strings = [raw.baseAddress, raw.baseAddress]
      try attempt { pulley_wasi_set_arguments(wasi, &strings, 2, $0) }
      let refused = failure { pulley_wasi_set_environment(wasi, &strings, 1, $0) }
      #expect(refused?.message == "\"a\\xff\\x80\\u{1b}\" is not of the form NAME=VALUE")
    }
    try variable.withUnsafeBufferPointer { variable in
      var strings = [variable.baseAddress]
      try attempt { pulley_wasi_set_environment(wasi, &strings, 1, $0) }
    }
    try attempt { pulley_wasi_add_directory(wasi, directory, raw, true, $0) }
    try attempt { pulley_wasi_define(wasi, linker, $0) }
    // The module's own file has such a name, too.
    let path = directory.dropLast() + [0x2F] + raw
    try Self.echo.withCString { text in
      let file = try #require(fopen(path, "w"))
      defer { fclose(file) }
      #expect(fputs(text, file) >= 0)
    }
    var instance: OpaquePointer?
    try attempt { pulley_instantiate_file(linker, path, &instance, $0) }
    defer { pulley_instance_delete(instance) }
    var code: Int32 = -1
    try attempt { pulley_wasi_run(wasi, instance, &code, $0) }
    pulley_wasi_delete(wasi)
    let bytes = raw.map { UInt8(bitPattern: $0) }
    #expect(collector.bytes == bytes + bytes + [0x4E, 0x3D] + bytes + bytes.dropLast())

    var module: OpaquePointer?
    try attempt { pulley_compile_file(nil, path, &module, $0) }
    defer { pulley_module_delete(module) }
    let saved = directory.dropLast() + [0x2F, 0x70] + raw
    try attempt { pulley_module_save_file(module, saved, $0) }
    #expect(access(saved, R_OK) == 0)
    var loaded: OpaquePointer?
    try attempt { pulley_load_file(nil, saved, &loaded, $0) }
    pulley_module_delete(loaded)
  }
}
