import PulleyIR

extension Operators {
  /// Blocks, branches, exceptions, and operators on operands of any type.
  static let control: [OperatorRow] = [
    .special(.unreachable, 0x00, "unreachable", .none, .control(.unreachable), .fixed(0, 0)),
    .special(.nop, 0x01, "nop", .none, .nop, .fixed(0, 0)),
    .special(.block, 0x02, "block", .blockType, .control(.block), .block(operands: 0)),
    .special(.loop, 0x03, "loop", .blockType, .control(.loop), .block(operands: 0)),
    .special(.if, 0x04, "if", .blockType, .control(.if), .block(operands: 1)),
    .special(.else, 0x05, "else", .none, .control(.else), .fixed(0, 0)),
    .special(.try, 0x06, "try", .blockType, .exception(.try), .block(operands: 0)),
    .special(.catch, 0x07, "catch", .tag, .exception(.catch), .fixed(0, 0)),
    .special(.throw, 0x08, "throw", .tag, .exception(.throw), .throw),
    .special(.rethrow, 0x09, "rethrow", .label, .exception(.rethrow), .fixed(0, 0)),
    .special(.throwRef, 0x0A, "throw_ref", .none, .exception(.throwReference), .fixed(1, 0)),
    .special(.end, 0x0B, "end", .none, .control(.end), .fixed(0, 0)),
    .special(.br, 0x0C, "br", .label, .control(.branch), .branch),
    .special(.brIf, 0x0D, "br_if", .label, .control(.branchIf), .branchIf),
    .special(.brTable, 0x0E, "br_table", .branchTable, .control(.branchTable), .branchTable),
    .special(.return, 0x0F, "return", .none, .control(.return), .return),
    .special(.delegate, 0x18, "delegate", .label, .exception(.delegate), .fixed(0, 0)),
    .special(.catchAll, 0x19, "catch_all", .none, .exception(.catchAll), .fixed(0, 0)),
    .special(.drop, 0x1A, "drop", .none, .drop, .fixed(1, 0)),
    .special(.select, 0x1B, "select", .none, .select, .fixed(3, 1)),
    .special(.selectTyped, 0x1C, "select", .valueTypes, .typedSelect, .fixed(3, 1)),
    .special(.tryTable, 0x1F, "try_table", .tryTable, .exception(.tryTable), .block(operands: 0)),
  ]

  /// Calls and tail calls.
  static let calls: [OperatorRow] = [
    .special(
      .call, 0x10, "call", .function, .call(.direct, isTail: false), .directCall(isTail: false)),
    .special(
      .callIndirect, 0x11, "call_indirect", .callIndirect, .call(.tableElement, isTail: false),
      .typedCall(isTail: false)),
    .special(
      .returnCall, 0x12, "return_call", .function, .call(.direct, isTail: true),
      .directCall(isTail: true)),
    .special(
      .returnCallIndirect, 0x13, "return_call_indirect", .callIndirect,
      .call(.tableElement, isTail: true), .typedCall(isTail: true)),
    .special(
      .callRef, 0x14, "call_ref", .type, .call(.reference, isTail: false), .typedCall(isTail: false)
    ),
    .special(
      .returnCallRef, 0x15, "return_call_ref", .type, .call(.reference, isTail: true),
      .typedCall(isTail: true)),
  ]

  /// Locals and globals.
  static let variables: [OperatorRow] = [
    .special(.localGet, 0x20, "local.get", .local, .variable(.getLocal), .fixed(0, 1)),
    .special(.localSet, 0x21, "local.set", .local, .variable(.setLocal), .fixed(1, 0)),
    .special(.localTee, 0x22, "local.tee", .local, .variable(.teeLocal), .fixed(1, 1)),
    .special(.globalGet, 0x23, "global.get", .global, .variable(.getGlobal), .fixed(0, 1)),
    .special(.globalSet, 0x24, "global.set", .global, .variable(.setGlobal), .fixed(1, 0)),
  ]

  /// References.
  static let references: [OperatorRow] = [
    .special(.refNull, 0xD0, "ref.null", .heapType, .reference(.null), .fixed(0, 1)),
    .special(.refIsNull, 0xD1, "ref.is_null", .none, .reference(.isNull), .fixed(1, 1)),
    .special(.refFunc, 0xD2, "ref.func", .function, .reference(.function), .fixed(0, 1)),
    .special(.refEq, 0xD3, "ref.eq", .none, .reference(.equal), .fixed(2, 1)),
    .special(.refAsNonNull, 0xD4, "ref.as_non_null", .none, .reference(.asNonNull), .fixed(1, 1)),
    .special(.brOnNull, 0xD5, "br_on_null", .label, .reference(.branchOnNull), .branchOnNull),
    .special(
      .brOnNonNull, 0xD6, "br_on_non_null", .label, .reference(.branchOnNonNull), .branchOnNonNull),
  ]
}
