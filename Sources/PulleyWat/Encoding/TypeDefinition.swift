import PulleyWasm

/// A type that the module defines, as the type section has it.
struct TypeDefinition {
  var composite: CompositeType
  var supertypes: [UInt32] = []
  var isFinal = true
}
