import PulleyIR

extension Operators {
  /// Loads and stores of numbers.
  static let accesses: [OperatorRow] = [
    .load(.i32Load, 0x28, "i32.load", .i32, bytes: 4, .heap_load),
    .load(.i64Load, 0x29, "i64.load", .i64, bytes: 8, .heap_load),
    .load(.f32Load, 0x2A, "f32.load", .f32, bytes: 4, .heap_load),
    .load(.f64Load, 0x2B, "f64.load", .f64, bytes: 8, .heap_load),
    .load(.i32Load8S, 0x2C, "i32.load8_s", .i32, bytes: 1, .heap_sload8),
    .load(.i32Load8U, 0x2D, "i32.load8_u", .i32, bytes: 1, .heap_uload8),
    .load(.i32Load16S, 0x2E, "i32.load16_s", .i32, bytes: 2, .heap_sload16),
    .load(.i32Load16U, 0x2F, "i32.load16_u", .i32, bytes: 2, .heap_uload16),
    .load(.i64Load8S, 0x30, "i64.load8_s", .i64, bytes: 1, .heap_sload8),
    .load(.i64Load8U, 0x31, "i64.load8_u", .i64, bytes: 1, .heap_uload8),
    .load(.i64Load16S, 0x32, "i64.load16_s", .i64, bytes: 2, .heap_sload16),
    .load(.i64Load16U, 0x33, "i64.load16_u", .i64, bytes: 2, .heap_uload16),
    .load(.i64Load32S, 0x34, "i64.load32_s", .i64, bytes: 4, .heap_sload32),
    .load(.i64Load32U, 0x35, "i64.load32_u", .i64, bytes: 4, .heap_uload32),
    .store(.i32Store, 0x36, "i32.store", .i32, bytes: 4, .heap_store),
    .store(.i64Store, 0x37, "i64.store", .i64, bytes: 8, .heap_store),
    .store(.f32Store, 0x38, "f32.store", .f32, bytes: 4, .heap_store),
    .store(.f64Store, 0x39, "f64.store", .f64, bytes: 8, .heap_store),
    .store(.i32Store8, 0x3A, "i32.store8", .i32, bytes: 1, .heap_istore8),
    .store(.i32Store16, 0x3B, "i32.store16", .i32, bytes: 2, .heap_istore16),
    .store(.i64Store8, 0x3C, "i64.store8", .i64, bytes: 1, .heap_istore8),
    .store(.i64Store16, 0x3D, "i64.store16", .i64, bytes: 2, .heap_istore16),
    .store(.i64Store32, 0x3E, "i64.store32", .i64, bytes: 4, .heap_istore32),
  ]

  /// Linear memories other than by loads and stores.
  static let memories: [OperatorRow] = [
    .special(.memorySize, 0x3F, "memory.size", .memory, .memory(.size), .fixed(0, 1)),
    .special(.memoryGrow, 0x40, "memory.grow", .memory, .memory(.grow), .fixed(1, 1)),
    .special(
      .memoryInit, 0xFC_008, "memory.init", .dataAndMemory, .memory(.initialize), .fixed(3, 0)),
    .special(.dataDrop, 0xFC_009, "data.drop", .data, .memory(.dropSegment), .fixed(0, 0)),
    .special(.memoryCopy, 0xFC_00A, "memory.copy", .twoMemories, .memory(.copy), .fixed(3, 0)),
    .special(.memoryFill, 0xFC_00B, "memory.fill", .memory, .memory(.fill), .fixed(3, 0)),
  ]

  /// Tables.
  static let tables: [OperatorRow] = [
    .special(.tableGet, 0x25, "table.get", .table, .table(.get), .fixed(1, 1)),
    .special(.tableSet, 0x26, "table.set", .table, .table(.set), .fixed(2, 0)),
    .special(
      .tableInit, 0xFC_00C, "table.init", .elementAndTable, .table(.initialize), .fixed(3, 0)),
    .special(.elemDrop, 0xFC_00D, "elem.drop", .element, .table(.dropSegment), .fixed(0, 0)),
    .special(.tableCopy, 0xFC_00E, "table.copy", .twoTables, .table(.copy), .fixed(3, 0)),
    .special(.tableGrow, 0xFC_00F, "table.grow", .table, .table(.grow), .fixed(2, 1)),
    .special(.tableSize, 0xFC_010, "table.size", .table, .table(.size), .fixed(0, 1)),
    .special(.tableFill, 0xFC_011, "table.fill", .table, .table(.fill), .fixed(3, 0)),
  ]
}
