import CPulley
import Testing

private let text = """
  target pulley32

  function %twice(i64) -> i64 {
  block0(v0: i64):
      v1 = iadd v0, v0
      return v1
  }
  function %address() -> i32 {
      fn0 = %twice(i64) -> i64
  block0:
      v0 = func_addr.i32 fn0
      return v0
  }
  function %round(i64) -> i64 {
      sig0 = (i64) -> i64
      fn0 = %twice(i64) -> i64
      fn1 = %exchange(i32) -> i32
  block0(v0: i64):
      v1 = func_addr.i32 fn0
      v2 = call fn1(v1)
      v3 = call_indirect sig0, v2(v0)
      return v3
  }
  function %host(i64) -> i64 {
      sig0 = (i64) -> i64
      fn0 = %negate(i64) -> i64
      fn1 = %exchange(i32) -> i32
  block0(v0: i64):
      v1 = func_addr.i32 fn0
      v2 = call fn1(v1)
      v3 = call_indirect sig0, v2(v0)
      return v3
  }
  """

/// CLIF with addresses of 32 bits through the C interface.
@Suite struct NarrowCLIF {
  /// The userdata of `exchange`.
  private struct Seen {
    var address: UInt32 = 0
    var distance: UInt32 = 0
  }

  /// Keeps an address that the guest passes, and gives it back at a distance.
  private let exchange: @convention(c) (UnsafeMutableRawPointer?, UInt32) -> UInt32 = {
    guard let seen = $0?.assumingMemoryBound(to: Seen.self) else { return 0 }
    seen.pointee.address = $1
    return $1 &+ seen.pointee.distance
  }

  private let negate: @convention(c) (OpaquePointer?, Int64) -> Int64 = { $0 == nil ? 0 : -$1 }

  private func compile(fromArtifact: Bool) throws -> OpaquePointer? {
    var module: OpaquePointer?
    try attempt { pulley_compile(clifEngine, text, text.utf8.count, &module, $0) }
    guard fromArtifact else { return module }
    defer { pulley_module_delete(module) }
    var bytes: UnsafeMutablePointer<UInt8>?
    var length = 0
    try attempt { pulley_module_save(module, &bytes, &length, $0) }
    defer { pulley_free(bytes) }
    var loaded: OpaquePointer?
    try attempt { pulley_load(clifEngine, bytes, length, &loaded, $0) }
    return loaded
  }

  private func run(
    _ instance: OpaquePointer?, _ name: String, _ arguments: [pulley_value_t]
  ) throws -> pulley_value_t {
    var result = pulley_i64(-1)
    try attempt {
      pulley_run(instance, name, arguments, arguments.count, &result, 1, $0)
    }
    return result
  }

  @Test(arguments: [false, true])
  func addressesOf32BitsGoToTheHostAndBack(fromArtifact: Bool) throws {
    let seen = UnsafeMutablePointer<Seen>.allocate(capacity: 1)
    seen.initialize(to: Seen())
    defer { seen.deallocate() }
    let linker = pulley_linker_new(clifEngine)
    defer { pulley_linker_delete(linker) }
    try register(linker, "env", "exchange", "u32(userdata, u32)", exchange, userData: seen)
    try register(linker, "env", "negate", "i64(instance, i64)", negate)
    let module = try compile(fromArtifact: fromArtifact)
    defer { pulley_module_delete(module) }
    var instance: OpaquePointer?
    try attempt { pulley_instantiate(linker, module, &instance, $0) }
    defer { pulley_instance_delete(instance) }

    var function: OpaquePointer?
    try attempt { pulley_instance_function(instance, "twice", &function, $0) }
    defer { pulley_function_delete(function) }
    let address = UInt(bitPattern: pulley_function_address(function))
    #expect(address > 0 && address < 1 << 32)
    let own = try run(instance, "address", [])
    #expect(own.type == Int32(PULLEY_I32))
    #expect(UInt(UInt32(bitPattern: own.of.i32)) == address)

    #expect(try run(instance, "round", [pulley_i64(21)]).of.i64 == 42)
    #expect(UInt(seen.pointee.address) == address)
    // By its address, the function is called with the signature that it was registered with.
    #expect(try run(instance, "host", [pulley_i64(21)]).of.i64 == -21)
    #expect(UInt(seen.pointee.address) != address)

    for (distance, name) in [(1, "round"), (8, "round"), (1, "host"), (.max - 7, "host")]
      as [(UInt32, String)]
    {
      seen.pointee.distance = distance
      let error = #expect(throws: CError.self) { try run(instance, name, [pulley_i64(21)]) }
      #expect(error?.trap == Int32(PULLEY_TRAP_INDIRECT_CALL_TYPE))
      #expect(error?.frames == [name])
    }
  }
}
