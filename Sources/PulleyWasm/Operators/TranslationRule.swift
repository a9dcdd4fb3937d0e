import PulleyIR

/// The operations of the IR that an operator becomes.
///
/// Where a rule has one type, it is the controlling type of the operation.
package enum TranslationRule: Sendable {
  /// Depends on the module, on the locals or on the structure of the body.
  case special(SpecialRule)
  case constant(Type)
  case unary(Operation, Type)
  case binary(Operation, Type)
  case compare(IntCondition, Type)
  case compareFloats(FloatCondition, Type)
  case testZero
  /// Takes the low bits, as many as the first type has, and extends their sign.
  case signExtend(Type, to: Type)
  /// An i32 to an i64.
  case widen(Operation)
  /// An i64 to an i32.
  case wrap
  case load(Operation, Type)
  case store(Operation, Type)
  case atomic(AtomicRule)
  case vector(VectorRule)
  case lane(LaneRule)
}

/// Atomic accesses: the type of the operands and the result, and the type in memory.
package enum AtomicRule: Sendable {
  case load(Type, memory: Type)
  case store(Type, memory: Type)
  case readModifyWrite(AtomicOperation, Type, memory: Type)
  case compareExchange(Type, memory: Type)
  /// Calls the builtin with the memory, the address, the offset and this many more operands.
  case builtin(Builtin, operands: Int8)
}

/// Operations on whole vectors.
package enum VectorRule: Sendable {
  case constant
  /// One operation on operands that all have the second type.
  case apply(Operation, Type, operands: Type)
  /// Shifts the lanes by an i32.
  case shift(Operation, Type)
  case compare(IntCondition, Type)
  case compareFloats(FloatCondition, Type)
  /// Gives an i32 that is 0 or 1.
  case test(Operation, Type)
  /// Gives an i32 of the lanes' highest bits.
  case bitmask(Type)
  case andNot, bitselect, shuffle
  /// Multiplies the halves of two vectors after widening their lanes.
  case multiplyWidened(Operation, Type)
  /// Adds neighbouring lanes after widening them.
  case addPairwise(low: Operation, high: Operation, Type)
  /// Adds the products of neighbouring lanes.
  case dotProduct(Type)
  /// Multiplies bytes, adds four neighbouring products and a lane of an i32x4.
  case dotProductSum
  /// `b < a ? b : a`.
  case pseudoMinimum(Type)
  /// `a < b ? b : a`.
  case pseudoMaximum(Type)
  /// `c - a * b`, rounded once.
  case negatedMultiplyAdd(Type)
  /// Converts two lanes to i64s and narrows these to the low half of an i32x4.
  case truncateToLow(Operation, narrow: Operation)
  /// Widens the low two lanes of an i32x4 and converts them to f64s.
  case convertLow(widen: Operation, Operation)
}

/// Moves between vectors and their lanes. The type is that of the vector.
package enum LaneRule: Sendable {
  case splat(Type)
  case extract(Type)
  /// Extends the lane to an i32.
  case extractExtended(Operation, Type)
  case replace(Type)
  /// Loads 64 bits as lanes of the type, and widens these.
  case loadWidened(Operation, Type)
  /// Loads one lane and makes a vector of it.
  case loadVector(Operation, Type)
  case loadLane(Type)
  case storeLane(Type)
}
