/// The immediates that follow an opcode. Each case names the properties of `Operator` that hold them.
public enum ImmediateKind: UInt8, Sendable {
  /// No immediates.
  case none
  /// `Operator.blockType`.
  case blockType
  /// `index`: a tag.
  case tag
  /// `index`: a relative label depth; of a `delegate`, counted from outside of the block that it ends.
  case label
  /// `index`: how many labels precede the default; read through `OperatorReader.branchTargets(of:)`.
  case branchTable
  /// `index`: a function.
  case function
  /// `index`: a type, `secondIndex`: a table.
  case callIndirect
  /// `index`: a type.
  case type
  /// `index`: how many types, `valueType`: the first.
  case valueTypes
  /// `blockType`, `index`: how many catch clauses; read through `OperatorReader.catchClauses(of:)`.
  case tryTable
  /// `index`: a local.
  case local
  /// `index`: a global.
  case global
  /// `index`: a table.
  case table
  /// `alignment`, `index`: a memory, `bits`: the offset.
  case memoryArgument
  /// `index`: a memory.
  case memory
  /// `bits`: the constant, zero-extended.
  case i32
  /// `bits`: the constant.
  case i64
  /// `bits`: the constant's bits.
  case f32
  /// `bits`: the constant's bits.
  case f64
  /// `heapType`.
  case heapType
  /// `index`: a data segment, `secondIndex`: a memory.
  case dataAndMemory
  /// `index`: a data segment.
  case data
  /// `index`: the destination memory, `secondIndex`: the source.
  case twoMemories
  /// `index`: an element segment, `secondIndex`: a table.
  case elementAndTable
  /// `index`: an element segment.
  case element
  /// `index`: the destination table, `secondIndex`: the source.
  case twoTables
  /// `index`: a structure type, `secondIndex`: a field.
  case typeAndField
  /// `index`: an array type, `secondIndex`: how many elements.
  case typeAndCount
  /// `index`: an array type, `secondIndex`: a data segment.
  case typeAndData
  /// `index`: an array type, `secondIndex`: an element segment.
  case typeAndElement
  /// `index`: the destination array type, `secondIndex`: the source.
  case twoTypes
  /// `index`: a relative label depth; `sourceType`, `targetType`.
  case castBranch
  /// As `memoryArgument`; `secondIndex`: a lane.
  case memoryArgumentAndLane
  /// `index`: a lane.
  case lane
  /// `shuffleLanes`: sixteen lanes of two vectors.
  case shuffle
  /// `bits`, `highBits`: the halves of a vector.
  case v128
  /// A byte that must be zero.
  case fence
}
