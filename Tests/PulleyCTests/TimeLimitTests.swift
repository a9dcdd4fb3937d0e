import CPulley
import Testing

private let spin = """
  (module (func $spin (export "spin") (loop $l (br $l))) (func (export "quick")))
  """

@Suite struct TimeLimitsInC {
  @Test func aTimeLimitEndsACallWithItsFrames() throws {
    let options = pulley_options_new()
    try attempt { pulley_options_set_time_limit(options, 20, $0) }
    let engine = pulley_engine_new(options)
    pulley_options_delete(options)
    let linker = pulley_linker_new(engine)
    defer {
      pulley_linker_delete(linker)
      pulley_engine_delete(engine)
    }
    var instance: OpaquePointer?
    let bytes = Array(spin.utf8)
    try attempt { pulley_instantiate_bytes(linker, bytes, bytes.count, &instance, $0) }
    defer { pulley_instance_delete(instance) }
    for _ in 0..<2 {
      var error: OpaquePointer?
      let status = pulley_run(instance, "spin", nil, 0, nil, 0, &error)
      #expect(status == pulley_status_t(PULLEY_ERROR_TRAP))
      #expect(pulley_error_trap_code(error) == pulley_trap_code_t(PULLEY_TRAP_INTERRUPTED))
      #expect(pulley_error_frame_count(error) == 1)
      #expect(String(cString: pulley_error_frame_name(error, 0)) == "spin")
      pulley_error_delete(error)
      try attempt { pulley_run(instance, "quick", nil, 0, nil, 0, $0) }
    }
  }

  @Test func aTimeLimitNeedsOptions() {
    let error = failure { pulley_options_set_time_limit(nil, 20, $0) }
    #expect(error?.status == .argumentError)
  }

  @Test func aTimeLimitOfZeroRemovesTheLimit() throws {
    let options = pulley_options_new()
    defer { pulley_options_delete(options) }
    try attempt { pulley_options_set_time_limit(options, 1, $0) }
    try attempt { pulley_options_set_time_limit(options, 0, $0) }
    try attempt { pulley_options_set_time_limit(options, UInt64.max, $0) }
  }
}

@Suite struct InterruptionsInC {
  @Test func interruptingNullDoesNothing() {
    pulley_interrupt(nil)
    pulley_clear_interrupt(nil)
    pulley_linker_interrupt(nil)
    pulley_linker_clear_interrupt(nil)
  }

  @Test func anInterruptionOfALinkerEndsItsNextInstantiation() throws {
    let linker = pulley_linker_new(nil)
    defer { pulley_linker_delete(linker) }
    let bytes = Array(spin.utf8)
    var instance: OpaquePointer?
    pulley_linker_interrupt(linker)
    var error: OpaquePointer?
    let status = pulley_instantiate_bytes(linker, bytes, bytes.count, &instance, &error)
    #expect(status == pulley_status_t(PULLEY_ERROR_TRAP))
    #expect(pulley_error_trap_code(error) == pulley_trap_code_t(PULLEY_TRAP_INTERRUPTED))
    #expect(instance == nil)
    pulley_error_delete(error)
    pulley_linker_interrupt(linker)
    pulley_linker_clear_interrupt(linker)
    try attempt { pulley_instantiate_bytes(linker, bytes, bytes.count, &instance, $0) }
    pulley_instance_delete(instance)
  }
}
