import PulleyIR

extension Operators {
  /// Structures, arrays and the references of the garbage collection proposal.
  static let aggregates: [OperatorRow] = [
    .special(
      .structNew, 0xFB_000, "struct.new", .type, .structure(.make), .structureFields,
      isConstant: true),
    .special(
      .structNewDefault, 0xFB_001, "struct.new_default", .type, .structure(.makeDefault),
      .fixed(0, 1), isConstant: true),
    .special(
      .structGet, 0xFB_002, "struct.get", .typeAndField, .structure(.get(.none)), .fixed(1, 1)),
    .special(
      .structGetS, 0xFB_003, "struct.get_s", .typeAndField, .structure(.get(.signed)), .fixed(1, 1)),
    .special(
      .structGetU, 0xFB_004, "struct.get_u", .typeAndField, .structure(.get(.unsigned)),
      .fixed(1, 1)),
    .special(.structSet, 0xFB_005, "struct.set", .typeAndField, .structure(.set), .fixed(2, 0)),
    .special(
      .arrayNew, 0xFB_006, "array.new", .type, .array(.make(.value)), .fixed(2, 1), isConstant: true
    ),
    .special(
      .arrayNewDefault, 0xFB_007, "array.new_default", .type, .array(.make(.defaultValue)),
      .fixed(1, 1), isConstant: true),
    .special(
      .arrayNewFixed, 0xFB_008, "array.new_fixed", .typeAndCount, .array(.make(.operands)),
      .arrayElements, isConstant: true),
    .special(
      .arrayNewData, 0xFB_009, "array.new_data", .typeAndData, .array(.make(.segment(.data))),
      .fixed(2, 1)),
    .special(
      .arrayNewElem, 0xFB_00A, "array.new_elem", .typeAndElement,
      .array(.make(.segment(.elements))), .fixed(2, 1)),
    .special(.arrayGet, 0xFB_00B, "array.get", .type, .array(.get(.none)), .fixed(2, 1)),
    .special(.arrayGetS, 0xFB_00C, "array.get_s", .type, .array(.get(.signed)), .fixed(2, 1)),
    .special(.arrayGetU, 0xFB_00D, "array.get_u", .type, .array(.get(.unsigned)), .fixed(2, 1)),
    .special(.arraySet, 0xFB_00E, "array.set", .type, .array(.write(.value)), .fixed(3, 0)),
    .special(.arrayLen, 0xFB_00F, "array.len", .none, .array(.length), .fixed(1, 1)),
    .special(.arrayFill, 0xFB_010, "array.fill", .type, .array(.write(.fill)), .fixed(4, 0)),
    .special(.arrayCopy, 0xFB_011, "array.copy", .twoTypes, .array(.write(.array)), .fixed(5, 0)),
    .special(
      .arrayInitData, 0xFB_012, "array.init_data", .typeAndData, .array(.write(.segment(.data))),
      .fixed(4, 0)),
    .special(
      .arrayInitElem, 0xFB_013, "array.init_elem", .typeAndElement,
      .array(.write(.segment(.elements))), .fixed(4, 0)),
    .special(
      .refTest, 0xFB_014, "ref.test", .heapType, .cast(.test(isNullable: false)), .fixed(1, 1)),
    .special(
      .refTestNull, 0xFB_015, "ref.test", .heapType, .cast(.test(isNullable: true)), .fixed(1, 1)),
    .special(
      .refCast, 0xFB_016, "ref.cast", .heapType, .cast(.cast(isNullable: false)), .fixed(1, 1)),
    .special(
      .refCastNull, 0xFB_017, "ref.cast", .heapType, .cast(.cast(isNullable: true)), .fixed(1, 1)),
    .special(
      .brOnCast, 0xFB_018, "br_on_cast", .castBranch, .cast(.branch(onSuccess: true)), .castBranch),
    .special(
      .brOnCastFail, 0xFB_019, "br_on_cast_fail", .castBranch, .cast(.branch(onSuccess: false)),
      .castBranch),
    .special(
      .anyConvertExtern, 0xFB_01A, "any.convert_extern", .none, .conversion(.anyFromExtern),
      .fixed(1, 1), isConstant: true),
    .special(
      .externConvertAny, 0xFB_01B, "extern.convert_any", .none, .conversion(.externFromAny),
      .fixed(1, 1), isConstant: true),
    .special(
      .refI31, 0xFB_01C, "ref.i31", .none, .conversion(.i31FromNumber), .fixed(1, 1),
      isConstant: true),
    .special(
      .i31GetS, 0xFB_01D, "i31.get_s", .none, .conversion(.numberFromI31Signed), .fixed(1, 1)),
    .special(
      .i31GetU, 0xFB_01E, "i31.get_u", .none, .conversion(.numberFromI31Unsigned), .fixed(1, 1)),
  ]
}
