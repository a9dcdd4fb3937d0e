import Foundation
import Pulley
import Testing

@testable import PulleyWASI

/// Every function, called by a guest with addresses and sizes that lead out of its memory, overflow,
/// or cross 4 GiB: each call must end with an error of WASI's or do what it says.
@Suite struct WildArgumentTests {
  /// The memory's declaration and how many bytes it has.
  private static let memories: [(declaration: String, size: UInt64)] = [
    ("i64 81920", 81920 << 16), ("i64 65537", 65537 << 16), ("i64 1", 1 << 16),
    ("1", 1 << 16), ("65536", 1 << 32), ("0", 0), ("100 (pagesize 1)", 100),
    ("i64 4294967396 (pagesize 1)", 4_294_967_396),
  ]

  private static var callable: [WASIFunction] {
    WASI.functions.filter { !$0.name.hasPrefix("proc_") }
  }

  private static func wasmType(_ type: String) -> String { type == "u64" ? "i64" : "i32" }

  /// A module that exports, under its name, a function that calls each function of WASI.
  private static func module(_ memory: String) -> String {
    var imports = ""
    var wrappers = ""
    for function in callable {
      let types = function.parameters.map(wasmType).joined(separator: " ")
      let arguments = function.parameters.indices.map { "(local.get \($0))" }
      imports += """
        (import "wasi_snapshot_preview1" "\(function.name)"
          (func $\(function.name) (param \(types)) (result i32)))\n
        """
      wrappers += """
        (func (export "\(function.name)") (param \(types)) (result i32)
          (call $\(function.name) \(arguments.joined(separator: " "))))\n
        """
    }
    return "(module \(imports) (memory (export \"memory\") \(memory)) \(wrappers))"
  }

  private final class Output: @unchecked Sendable {
    var bytes: [UInt8] = []
  }

  private struct Guest {
    let wasi: WASI
    let instance: Instance
    let memory: Memory
    let folder: URL
    let output: Output

    init(_ declaration: String) throws {
      folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("content".utf8).write(to: folder.appending(path: "file"))
      var options = WASI.Options()
      options.arguments = ["program", "argument"].map { Array($0.utf8) }
      options.environment = [Array("NAME=value".utf8)]
      options.preopens = [WASI.Preopen(hostPath: folder.path, guestPath: "/")]
      options.standardInput = .bytes(Array("some input".utf8))
      let output = Output()
      self.output = output
      options.standardOutput = .function { output.bytes += $0.prefix(100) }
      // So that no call waits.
      options.fixedTime = 1_000_000_000
      options.randomSeed = 1
      wasi = try WASI(options)
      var engineOptions = Engine.Options()
      engineOptions.maximumMemoryBytes = 8 << 30
      let engine = Engine(engineOptions)
      let linker = Linker(engine: engine)
      try wasi.define(in: linker)
      let text = WildArgumentTests.module(declaration)
      instance = try linker.instantiate(Module(engine: engine, bytes: Array(text.utf8)))
      memory = try instance.memory(named: nil)
    }

    func call(_ name: String, _ arguments: [GuestValue]) throws -> Int32 {
      guard case .i32(let result) = try instance.function(named: name).call(arguments)[0] else {
        Issue.record("\(name) gives no i32")
        return -1
      }
      return result
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
  }

  @Test(arguments: memories.map(\.declaration))
  func wasiCallsWithWildArgumentsReturnAnError(_ declaration: String) throws {
    let size = try #require(Self.memories.first { $0.declaration == declaration }).size
    let guest = try Guest(declaration)
    defer { guest.remove() }
    var random = SeededGenerator(state: 11)
    let callable = Self.callable
    let edges: [UInt64] =
      [0, 1, 2, 7, 8, 16, 24, 32, 64, 1 << 31, 1 << 32, size, 1 << 30, 1 << 20, 4096, 65536]
    let small: [UInt64] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 100, 1024, 4096, 4097, 1 << 28, 1 << 29]
    for round in 0..<5000 {
      let function = try #require(callable.randomElement(using: &random))
      let arguments = function.parameters.map { type -> GuestValue in
        let bits: UInt64
        switch UInt64.random(in: 0..<8, using: &random) {
        case 0: bits = random.next()
        case 1: bits = small.randomElement(using: &random)!
        case 2: bits = UInt64.random(in: 0..<6, using: &random)
        default:
          bits =
            edges.randomElement(using: &random)!
            &- UInt64.random(in: 0..<17, using: &random)
        }
        return type == "u64"
          ? .i64(Int64(bitPattern: bits)) : .i32(Int32(truncatingIfNeeded: bits))
      }
      // Gigabytes of random numbers would take too long.
      if function.name == "random_get", case .i32(let count) = arguments[1], !(0..<4096 ~= count),
        size > 1 << 20
      {
        continue
      }
      if function.name == "fd_renumber" || function.name == "fd_close", round % 50 != 0 { continue }
      if function.name == "fd_filestat_set_size" || function.name == "fd_allocate" { continue }
      let result = try guest.call(function.name, arguments)
      let isKnown = WASIErrno(rawValue: UInt16(truncatingIfNeeded: result)) != nil
      #expect(isKnown, "\(function.name) \(arguments)")
    }
  }

  /// The least that each function needs of a memory is at its end, or a byte beyond it.
  @Test(arguments: memories.map(\.declaration).filter { $0 != "0" })
  func wasiStructuresAtTheEndOfTheMemoryFit(_ declaration: String) throws {
    let size = try #require(Self.memories.first { $0.declaration == declaration }).size
    let results: [(String, (Int32) -> [GuestValue], UInt64)] = [
      ("clock_res_get", { [.i32(0), .i32($0)] }, 8),
      ("clock_time_get", { [.i32(0), .i64(0), .i32($0)] }, 8),
      ("fd_fdstat_get", { [.i32(3), .i32($0)] }, 24),
      ("fd_filestat_get", { [.i32(3), .i32($0)] }, 64),
      ("fd_prestat_get", { [.i32(3), .i32($0)] }, 8),
      ("fd_prestat_dir_name", { [.i32(3), .i32($0), .i32(1)] }, 1),
      ("random_get", { [.i32($0), .i32(40)] }, 40),
      ("fd_readdir", { [.i32(3), .i32($0), .i32(50), .i64(0), .i32(0)] }, 50),
    ]
    let guest = try Guest(declaration)
    defer { guest.remove() }
    for (name, arguments, needed) in results {
      for excess in [0, 1, needed] as [UInt64] {
        let address = size - needed + excess
        // A guest cannot pass an address that it cannot name.
        guard let passed = UInt32(exactly: address) else { continue }
        let result = try guest.call(name, arguments(Int32(bitPattern: passed)))
        let expected = excess == 0 ? WASIErrno.success : .fault
        #expect(result == Int32(expected.rawValue), "\(name) at \(address)")
      }
    }
  }

  /// A structure that begins below 4 GiB and ends above has its end there, not at 0.
  @Test func wasiStructuresMayCross4GiB() throws {
    let guest = try Guest("i64 81920")
    defer { guest.remove() }
    let bytes = guest.memory.bytes
    func store(_ value: UInt32, _ address: Int) {
      bytes.storeBytes(of: value, toByteOffset: address, as: UInt32.self)
    }
    let edge = 1 << 32
    bytes.copyBytes(from: Array("crossing".utf8))
    // Two buffers, each with its length above; and lists that end above.
    store(0, edge - 4)
    store(5, edge)
    store(5, edge + 4)
    store(3, edge + 8)
    #expect(try guest.call("fd_write", [.i32(1), .i32(-4), .i32(2), .i32(100)]) == 0)
    #expect(guest.output.bytes == Array("crossing".utf8))
    #expect(bytes.loadUnaligned(fromByteOffset: 100, as: UInt32.self) == 8)

    // A buffer that ends above.
    store(UInt32(bitPattern: -3), 200)
    store(6, 204)
    #expect(try guest.call("fd_read", [.i32(0), .i32(200), .i32(1), .i32(100)]) == 0)
    #expect(Array(bytes[edge - 3..<edge + 3]) == Array("some i".utf8))

    // Subscriptions and events: the second of each is above.
    for address in edge - 48..<edge + 48 { bytes[address] = 0 }
    store(77, edge)
    #expect(try guest.call("poll_oneoff", [.i32(-48), .i32(-32), .i32(2), .i32(100)]) == 0)
    #expect(bytes.loadUnaligned(fromByteOffset: 100, as: UInt32.self) == 2)
    #expect(bytes.loadUnaligned(fromByteOffset: edge, as: UInt64.self) == 77)

    // Arguments: where they begin is told above; none of their texts can begin there.
    #expect(try guest.call("args_get", [.i32(-4), .i32(300)]) == 0)
    #expect(bytes.loadUnaligned(fromByteOffset: edge, as: UInt32.self) == 308)
    #expect(try guest.call("args_get", [.i32(400), .i32(-4)]) == Int32(WASIErrno.fault.rawValue))

    // Results that end above leave the memory's beginning alone.
    let beginning = Array(bytes[0..<100])
    for (name, arguments) in [
      ("fd_prestat_get", [.i32(3), .i32(-4)]), ("fd_filestat_get", [.i32(3), .i32(-8)]),
      ("fd_fdstat_get", [.i32(3), .i32(-1)]), ("clock_time_get", [.i32(0), .i64(0), .i32(-3)]),
    ] as [(String, [GuestValue])] {
      #expect(try guest.call(name, arguments) == 0, "\(name)")
      #expect(Array(bytes[0..<100]) == beginning, "\(name)")
    }
    #expect(bytes.loadUnaligned(fromByteOffset: edge - 3, as: UInt64.self) == 1_000_000_000)
  }
}
