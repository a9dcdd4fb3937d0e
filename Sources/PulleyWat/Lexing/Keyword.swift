/// The words of modules and scripts other than mnemonics of operators.
public enum Keyword: String, CaseIterable, Sendable {
  // Fields and their parts.
  case module, definition, instance, binary, quote
  case type, rec, `import`, `func`, table, memory, global, tag, export, start, elem, data
  case param, result, local, sub, final, field, mut, item, offset, declare, then, `do`, null
  case shared, unshared, pagesize, code
  case `catch`
  case catchRef = "catch_ref"
  case catchAll = "catch_all"
  case catchAllRef = "catch_all_ref"

  // Types.
  case i8, i16, i32, i64, f32, f64, v128
  case i8x16, i16x8, i32x4, i64x2, f32x4, f64x2
  case ref, any, eq, i31, `struct`, array, none, nofunc, noextern, noexn, extern, exn
  case anyref, eqref, i31ref, structref, arrayref, nullref, funcref, nullfuncref, externref
  case nullexternref, exnref, nullexnref

  // Custom sections.
  case before, after, first, last

  // Scripts.
  case register, invoke, get, either, thread, wait, host
  case assertReturn = "assert_return"
  case assertTrap = "assert_trap"
  case assertExhaustion = "assert_exhaustion"
  case assertException = "assert_exception"
  case assertSuspension = "assert_suspension"
  case assertMalformed = "assert_malformed"
  case assertInvalid = "assert_invalid"
  case assertUnlinkable = "assert_unlinkable"
  case assertMalformedCustom = "assert_malformed_custom"
  case assertInvalidCustom = "assert_invalid_custom"
  case nanCanonical = "nan:canonical"
  case nanArithmetic = "nan:arithmetic"
  case refExtern = "ref.extern"
  case refHost = "ref.host"
  case refAny = "ref.any"
  case refStruct = "ref.struct"
  case refArray = "ref.array"
  case refExn = "ref.exn"
}
