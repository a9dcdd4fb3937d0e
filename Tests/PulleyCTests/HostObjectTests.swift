import CPulley
import Testing

/// Objects of the host that guests have as references, with finalizers.
@Suite struct HostObjects {
  /// A table and a global of references, and functions that store, clear and return them.
  private static let text = """
    (module
      (table (export "table") 4 externref)
      (global $kept (export "kept") (mut externref) (ref.null extern))
      (func (export "put") (param i32 externref) local.get 0 local.get 1 table.set 0)
      (func (export "keep") (param externref) local.get 0 global.set $kept)
      (func (export "same") (param externref) (result externref) local.get 0))
    """

  /// Counts the calls of finalizers.
  private final class Counter {
    let calls = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    init() { calls.initialize(to: 0) }
    deinit { calls.deallocate() }
    var count: Int32 { calls.pointee }

    static let finalizer: pulley_finalizer_t = {
      $0?.assumingMemoryBound(to: Int32.self).pointee += 1
    }

    func reference(in guest: Guest) throws -> pulley_value_t {
      guest.keepsAlive.append(self)
      var value = pulley_value_t()
      try attempt {
        pulley_instance_externref(guest.instance, calls, Counter.finalizer, &value, $0)
      }
      #expect(value.type == Int32(PULLEY_EXTERNREF))
      #expect(value.of.ref == UnsafeMutableRawPointer(calls))
      return value
    }
  }

  private func guest() throws -> Guest { try Guest(bytes: Array(Self.text.utf8)) }

  private func release(_ guest: Guest) throws -> Int {
    var count = -1
    try attempt { pulley_instance_release_objects(guest.instance, &count, $0) }
    return count
  }

  private var null: pulley_value_t { pulley_externref(nil) }

  @Test func `an object is released once, with the last handle of its group`() throws {
    let counter = Counter()
    do {
      let guest = try guest()
      let value = try counter.reference(in: guest)
      _ = try guest.run("keep", value, results: 0)
      #expect(try guest.run("same", value)[0].of.ref == value.of.ref)
      var table: OpaquePointer?
      try attempt { pulley_instance_table(guest.instance, "table", &table, $0) }
      pulley_instance_delete(guest.instance)
      guest.instance = nil
      #expect(counter.count == 0)
      pulley_table_delete(table)
      #expect(counter.count == 1)
    }
    #expect(counter.count == 1)
  }

  @Test func `an object that no table and no global refers to can be released before`() throws {
    let (inTable, inGlobal, unused) = (Counter(), Counter(), Counter())
    let guest = try guest()
    _ = try guest.run("put", pulley_i32(3), try inTable.reference(in: guest), results: 0)
    _ = try guest.run("keep", try inGlobal.reference(in: guest), results: 0)
    _ = try unused.reference(in: guest)
    #expect(try release(guest) == 1)
    #expect([inTable.count, inGlobal.count, unused.count] == [0, 0, 1])
    _ = try guest.run("keep", null, results: 0)
    #expect(try release(guest) == 1)
    #expect([inTable.count, inGlobal.count] == [0, 1])
    _ = try guest.run("put", pulley_i32(3), null, results: 0)
    #expect(try release(guest) == 1)
    #expect(try release(guest) == 0)
    #expect([inTable.count, inGlobal.count, unused.count] == [1, 1, 1])
  }

  @Test func `each registration of one object has its own call of the finalizer`() throws {
    let counter = Counter()
    let guest = try guest()
    for _ in 0..<3 { _ = try counter.reference(in: guest) }
    #expect(try release(guest) == 1)
    #expect(counter.count == 3)
    // The object may be given again.
    _ = try counter.reference(in: guest)
    #expect(try release(guest) == 1)
    #expect(counter.count == 4)
  }

  @Test func `an object that was passed to another group lives until both groups are gone`() throws
  {
    let counter = Counter()
    let (first, second) = (try guest(), try guest())
    let value = try counter.reference(in: first)
    _ = try second.run("keep", value, results: 0)
    #expect(try release(first) == 1)
    #expect(counter.count == 0)
    #expect(try release(second) == 0)
    _ = try second.run("keep", null, results: 0)
    #expect(try release(second) == 1)
    #expect(counter.count == 1)
  }

  @Test func `tables, globals and results of functions of values take part in objects`() throws {
    let counter = Counter()
    let owner = try guest()
    var value = try counter.reference(in: owner)
    var global: OpaquePointer?
    try attempt { pulley_global_new(nil, &value, true, &global, $0) }
    let holder = try guest()
    var table: OpaquePointer?
    try attempt { pulley_instance_table(holder.instance, "table", &table, $0) }
    try attempt { pulley_table_set(table, 0, &value, $0) }
    #expect(try release(owner) == 1)
    #expect(counter.count == 0)
    pulley_global_delete(global)
    #expect(counter.count == 0)
    var none = null
    try attempt { pulley_table_set(table, 0, &none, $0) }
    pulley_table_delete(table)
    #expect(try release(holder) == 1)
    #expect(counter.count == 1)

    let maker = try Guest(
      bytes: Array(
        """
        (module (import "env" "make" (func $make (result externref)))
          (global $g (mut externref) (ref.null extern))
          (func (export "run") call $make global.set $g))
        """.utf8)
    ) { linker in
      var type = pulley_function_type_t()
      let result = [pulley_type_t(PULLEY_EXTERNREF)]
      try result.withUnsafeBufferPointer { result in
        type.results = result.baseAddress
        type.result_count = 1
        try attempt {
          pulley_register_values(
            linker, "env", "make", type,
            { userdata, _, _, _, results, _, _ in
              results?[0] = pulley_externref(userdata)
              return 0
            }, counter.calls, nil, $0)
        }
      }
    }
    _ = try counter.reference(in: owner)
    _ = try maker.run("run", results: 0)
    #expect(try release(owner) == 1)
    #expect(counter.count == 1)
    pulley_instance_delete(maker.instance)
    maker.instance = nil
    #expect(counter.count == 2)
  }

  @Test func `linked instances keep the objects of all together`() throws {
    let counter = Counter()
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let first = try guest()
    let value = try counter.reference(in: first)
    try attempt { pulley_linker_define_instance(linker, "first", first.instance, $0) }
    var second: OpaquePointer?
    let text = "(module (import \"first\" \"table\" (table 4 externref)))"
    try attempt { pulley_instantiate_bytes(linker, text, text.utf8.count, &second, $0) }
    _ = try first.run("put", pulley_i32(0), value, results: 0)
    var count = -1
    try attempt { pulley_instance_release_objects(second, &count, $0) }
    #expect(count == 0)
    _ = try first.run("put", pulley_i32(0), null, results: 0)
    try attempt { pulley_instance_release_objects(second, &count, $0) }
    #expect(count == 1)
    #expect(counter.count == 1)
    pulley_instance_delete(second)
  }

  @Test func `objects are not released while a guest of the group runs`() throws {
    let status = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    defer { status.deallocate() }
    status.initialize(to: -1)
    let release: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Void = {
      $1?.storeBytes(of: pulley_instance_release_objects($0, nil, nil), as: Int32.self)
    }
    let guest = try Guest(
      bytes: Array(
        "(module (import \"env\" \"f\" (func $f)) (func (export \"run\") call $f))".utf8)
    ) {
      try register($0, "env", "f", "void(instance, userdata)", release, userData: status)
    }
    let counter = Counter()
    _ = try counter.reference(in: guest)
    _ = try guest.run("run", results: 0)
    #expect(status.pointee == .argumentError)
    #expect(counter.count == 0)
  }

  @Test func `a refused object is finalized at once`() throws {
    let counter = Counter()
    var value = pulley_value_t()
    let error = failure {
      pulley_instance_externref(nil, counter.calls, Counter.finalizer, &value, $0)
    }
    #expect(error?.status == .argumentError)
    #expect(counter.count == 1)
    let guest = try guest()
    #expect(
      failure { pulley_instance_externref(guest.instance, nil, nil, &value, $0) }?.status
        == .argumentError)
  }

  @Test func `objects count against the limit of instances`() throws {
    let options = pulley_options_new()
    try attempt {
      pulley_options_set_limit(
        options, pulley_resource_t(PULLEY_RESOURCE_INSTANCES), 100_000, 1 << 30, $0)
    }
    let engine = pulley_engine_new(options)
    pulley_options_delete(options)
    let linker = pulley_linker_new(engine)
    var instance: OpaquePointer?
    try attempt {
      pulley_instantiate_bytes(linker, Self.text, Self.text.utf8.count, &instance, $0)
    }
    let counter = Counter()
    var made: Int32 = 0
    var status: Int32 = 0
    while status == 0, made < 100_000 {
      var value = pulley_value_t()
      status = pulley_instance_externref(instance, counter.calls, Counter.finalizer, &value, nil)
      if status == 0 { made += 1 }
    }
    #expect(status == Int32(PULLEY_ERROR_LIMIT))
    #expect(made > 100 && made < 10_000)
    #expect(counter.count == 1)
    pulley_instance_delete(instance)
    #expect(counter.count == made + 1)
    pulley_linker_delete(linker)
    pulley_engine_delete(engine)
  }
}
