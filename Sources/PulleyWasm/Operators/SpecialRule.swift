/// The rule of an operator whose types depend on the module, on the locals or on the operand stack.
///
/// The validator and the translation switch over these enumerations without `default:`, so that
/// neither can miss a new operator.
package enum SpecialRule: Hashable, Sendable {
  case nop, drop, select, typedSelect, fence
  case variable(VariableRule)
  case control(ControlRule)
  case call(Callee, isTail: Bool)
  case exception(ExceptionRule)
  case memory(MemoryRule)
  case table(TableRule)
  case reference(ReferenceRule)
  case structure(StructureRule)
  case array(ArrayRule)
  case cast(CastRule)
  case conversion(ConversionRule)
  case wide(WideRule)
}

package enum VariableRule: Sendable {
  case getLocal, setLocal, teeLocal, getGlobal, setGlobal
}

package enum ControlRule: Sendable {
  case unreachable, block, loop, `if`, `else`, end, branch, branchIf, branchTable, `return`
}

/// Where a call finds its function.
package enum Callee: Sendable {
  /// The index of the function is an immediate.
  case direct
  case tableElement
  case reference
}

package enum ExceptionRule: Sendable {
  case tryTable, `throw`, throwReference
  /// The encoding of exceptions before version 3.0 of the specification.
  case `try`, `catch`, catchAll, delegate, rethrow
}

package enum MemoryRule: Sendable {
  case size, grow, fill, copy, initialize, dropSegment
}

package enum TableRule: Sendable {
  case get, set, size, grow, fill, copy, initialize, dropSegment
}

package enum ReferenceRule: Sendable {
  case null, isNull, function, equal, asNonNull, branchOnNull, branchOnNonNull
}

/// How a packed field becomes an i32 when it is read.
package enum FieldExtension: Sendable {
  /// The field is not packed.
  case none
  case signed, unsigned
}

package enum StructureRule: Hashable, Sendable {
  case make, makeDefault, get(FieldExtension), set
}

package enum ArrayRule: Hashable, Sendable {
  case make(ArrayInitializer), get(FieldExtension), length, write(ArraySource)
}

package enum SegmentKind: Sendable {
  case data, elements
}

/// The initial elements of a new array.
package enum ArrayInitializer: Hashable, Sendable {
  case value, defaultValue
  /// As many operands as an immediate says.
  case operands
  case segment(SegmentKind)
}

/// The source of a write to an array.
package enum ArraySource: Hashable, Sendable {
  /// One element.
  case value
  /// The same value for several elements.
  case fill
  /// Elements of an array.
  case array
  case segment(SegmentKind)
}

package enum CastRule: Hashable, Sendable {
  case test(isNullable: Bool), cast(isNullable: Bool), branch(onSuccess: Bool)
}

package enum ConversionRule: Sendable {
  case i31FromNumber, numberFromI31Signed, numberFromI31Unsigned, anyFromExtern, externFromAny
}

/// Arithmetic on 128-bit integers.
package enum WideRule: Sendable {
  case add, subtract, multiplySigned, multiplyUnsigned
}

/// The number of operands that an operator pops, and the number of results that it pushes.
public enum OperatorArity: Hashable, Sendable {
  /// The numbers of operands and results.
  case fixed(UInt8, UInt8)
  /// The operands besides the block's parameters; the results of the block.
  case block(operands: UInt8)
  case branch, branchIf, branchTable, branchOnNull, branchOnNonNull, castBranch
  /// The results of the function.
  case `return`
  /// The parameters of a tag.
  case `throw`
  /// The parameters and results of a function; a tail call has no results.
  case directCall(isTail: Bool)
  /// The parameters and results of a type, and one operand that says which function is called.
  case typedCall(isTail: Bool)
  /// As many operands as the structure type has fields.
  case structureFields
  /// As many operands as the second immediate says.
  case arrayElements
}
