import CPulley
import Pulley
import Testing

/// The Swift interface's raw values, which PulleyC passes to C as they are.
@Suite struct RawValues {
  @Test func kindsOfErrorsHaveTheNumbersOfTheHeader() {
    let kinds: [(PulleyError.Kind, Int)] = [
      (.argument, PULLEY_ERROR_ARGUMENT), (.malformed, PULLEY_ERROR_MALFORMED),
      (.invalid, PULLEY_ERROR_INVALID), (.unsupported, PULLEY_ERROR_UNSUPPORTED),
      (.link, PULLEY_ERROR_LINK), (.signature, PULLEY_ERROR_SIGNATURE),
      (.trap, PULLEY_ERROR_TRAP), (.notFound, PULLEY_ERROR_NOT_FOUND),
      (.limit, PULLEY_ERROR_LIMIT), (.artifact, PULLEY_ERROR_ARTIFACT),
      (.file, PULLEY_ERROR_FILE), (.internal, PULLEY_ERROR_INTERNAL),
    ]
    for (kind, number) in kinds { #expect(Int(kind.rawValue) == number, "\(kind)") }
  }

  @Test func reasonsOfTrapsHaveTheNumbersOfTheHeader() {
    let reasons: [(TrapReason, Int)] = [
      (.unreachable, PULLEY_TRAP_UNREACHABLE),
      (.memoryOutOfBounds, PULLEY_TRAP_MEMORY_OUT_OF_BOUNDS),
      (.tableOutOfBounds, PULLEY_TRAP_TABLE_OUT_OF_BOUNDS),
      (.indirectCallToNull, PULLEY_TRAP_INDIRECT_CALL_TO_NULL),
      (.indirectCallType, PULLEY_TRAP_INDIRECT_CALL_TYPE),
      (.integerDivideByZero, PULLEY_TRAP_INTEGER_DIVIDE_BY_ZERO),
      (.integerOverflow, PULLEY_TRAP_INTEGER_OVERFLOW),
      (.badConversion, PULLEY_TRAP_BAD_CONVERSION),
      (.stackOverflow, PULLEY_TRAP_STACK_OVERFLOW), (.host, PULLEY_TRAP_HOST),
      (.nullReference, PULLEY_TRAP_NULL_REFERENCE), (.unsupported, PULLEY_TRAP_UNSUPPORTED),
      (.unalignedAtomic, PULLEY_TRAP_UNALIGNED_ATOMIC),
      (.expectedSharedMemory, PULLEY_TRAP_EXPECTED_SHARED_MEMORY),
      (.interrupted, PULLEY_TRAP_INTERRUPTED), (.numbered, PULLEY_TRAP_NUMBERED),
      (.uncaughtException, PULLEY_TRAP_UNCAUGHT_EXCEPTION),
      (.elementOutOfBounds, PULLEY_TRAP_ELEMENT_OUT_OF_BOUNDS),
      (.castFailure, PULLEY_TRAP_CAST_FAILURE), (.heapExhausted, PULLEY_TRAP_HEAP_EXHAUSTED),
    ]
    #expect(reasons.map(\.0) == TrapReason.allCases)
    for (reason, number) in reasons { #expect(Int(reason.rawValue) == number, "\(reason)") }
  }

  @Test func formatsOfModulesHaveTheNumbersOfTheHeader() {
    let formats: [(ModuleFormat, Int)] = [
      (.wasm, PULLEY_FORMAT_WASM), (.wat, PULLEY_FORMAT_WAT), (.clif, PULLEY_FORMAT_CLIF),
      (.artifact, PULLEY_FORMAT_ARTIFACT),
    ]
    for (format, number) in formats { #expect(Int(format.rawValue) == number, "\(format)") }
  }
}
