import Pulley
import PulleyWasm

/// The host module `spectest`, which the specification's scripts import.
enum Spectest {
  private static let module = "spectest"

  static func define(in linker: Linker) throws(PulleyError) {
    let globals: [(String, GuestValue)] = [
      ("global_i32", .i32(666)), ("global_i64", .i64(666)),
      ("global_f32", .f32(Float(666.6).bitPattern)), ("global_f64", .f64(666.6.bitPattern)),
    ]
    for (name, value) in globals {
      let type = GlobalType(value: value.type, isMutable: false)
      try linker.define(
        module: module, name: name, Global(engine: linker.engine, type: type, value: value))
    }
    for (name, addressType) in [("table", AddressType.i32), ("table64", .i64)] {
      let type = TableType(
        element: .funcref, limits: Limits(minimum: 10, maximum: 20), addressType: addressType)
      try linker.define(module: module, name: name, Table(engine: linker.engine, type: type))
    }
    for (name, isShared) in [("memory", false), ("shared_memory", true)] {
      let type = MemoryType(limits: Limits(minimum: 1, maximum: 2), isShared: isShared)
      try linker.define(module: module, name: name, Memory(engine: linker.engine, type: type))
    }

    // They ignore their arguments and print nothing, so one C function implements all of them.
    let nothing: @convention(c) () -> Void = {}
    let address = unsafeBitCast(nothing, to: UnsafeMutableRawPointer.self)
    for parameters in ["", "i32", "i64", "f32", "f64", "i32_f32", "f64_f64"] {
      try linker.define(
        module: module, name: parameters.isEmpty ? "print" : "print_\(parameters)",
        signature: "void(\(parameters.split(separator: "_").joined(separator: ", ")))",
        function: address)
    }
  }
}
