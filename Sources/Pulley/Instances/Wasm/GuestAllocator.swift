import PulleyHost
import PulleyVM
import PulleyWasm

/// A guest's own allocator, from its exports: `malloc` and `free` of C, or else `cabi_realloc` of the
/// component model's canonical ABI.
struct GuestAllocator {
  private let name: String
  private let allocate: Callable
  private let release: Callable?
  private let memory: Memory
  /// The words before the size in the allocator's parameters.
  private let leading: [UInt64]

  /// The largest alignment of a type in C. Every `malloc` gives it.
  private static let alignment: UInt64 = 16

  /// Throws an error that says what is missing, if the guest exports no allocator.
  init(_ state: WasmInstanceState) throws(PulleyError) {
    guard let memory = state.memories.first else {
      throw PulleyError(.notFound, "the guest has no memory in which to allocate")
    }
    self.memory = memory
    let word: ValueType = memory.type.addressType == .i64 ? .i64 : .i32
    if let malloc = Self.export("malloc", [word], [word], of: state) {
      (name, allocate, leading) = ("malloc", malloc, [])
      release = Self.export("free", [word], [], of: state)
    } else if let realloc = Self.export(
      "cabi_realloc", Array(repeating: word, count: 4), [word], of: state)
    {
      (name, allocate, leading) = ("cabi_realloc", realloc, [0, 0, Self.alignment])
      release = nil
    } else {
      throw PulleyError(
        .notFound,
        "the guest exports neither malloc of type (func (param \(word)) (result \(word))) nor "
          + "cabi_realloc. Export its malloc and free; with clang, link with "
          + "-Wl,--export=malloc,--export=free")
    }
  }

  private static func export(
    _ name: String, _ parameters: [ValueType], _ results: [ValueType], of state: WasmInstanceState
  ) -> Callable? {
    let name = ExactName(name)
    let module = state.wasm.module
    guard
      let export = module.exports.first(where: {
        $0.kind == .function && ExactName($0.name) == name
      }),
      let type = module.type(ofFunction: Int(export.index)),
      type == FunctionType(parameters: parameters, results: results)
    else { return nil }
    return Callable(state, index: Int(export.index), isBorrowed: true)
  }

  /// Returns the address of so many bytes, which are in the memory's bounds.
  func allocate(_ bytes: UInt64) throws(PulleyError) -> UInt64 {
    // The result of malloc(0) may be NULL.
    let size = max(bytes, 1)
    guard size <= memory.type.largestAddress else { throw exhausted(bytes) }
    let address = try Self.call(allocate, leading + [size])
    guard address != 0 else { throw exhausted(bytes) }
    guard memory.contains(address, size) else {
      throw PulleyError(
        trap: .host,
        message: "the guest's \(name) has returned \(size) bytes at \(address), which are out of "
          + "bounds of the memory of \(memory.byteCount) bytes")
    }
    return address
  }

  /// Does nothing if the guest exports no `free`.
  func free(_ address: UInt64) throws(PulleyError) {
    if let release { _ = try Self.call(release, [address]) }
  }

  private func exhausted(_ bytes: UInt64) -> PulleyError {
    PulleyError(.limit, "the guest's \(name) has no memory left for \(bytes) bytes")
  }

  private static func call(
    _ function: Callable, _ arguments: [UInt64]
  ) throws(PulleyError) -> UInt64 {
    var slots = arguments
    let failure = slots.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { function.run(slots: $0) }
    }
    if let failure { throw failure.error }
    return slots.first ?? 0
  }
}

extension MemoryType {
  /// The largest address that the guest can form.
  fileprivate var largestAddress: UInt64 { addressType == .i64 ? .max : UInt64(UInt32.max) }
}
