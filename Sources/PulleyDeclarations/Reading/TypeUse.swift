/// A type with its qualifiers, as a declaration uses it, and a measure of the type.
///
/// Types are values whose parts may be shared by `typedef`. The measure keeps what walks over them,
/// such as a comparison, from exponential time and from deep recursion.
struct TypeUse: Sendable {
  var type: CType
  var isConst = false
  /// What a `typedef` with the attribute `aligned` asks for, in bytes.
  var alignment: Int?
  var measure = Measure()

  struct Measure: Sendable {
    /// The nesting of the type, and of the records in it by value. A record that a pointer leads to
    /// does not count.
    var depth = 1
    /// The number of its parts, where records count as one part.
    var parts = 1
    /// The number of the scalars in a record, where an array counts as one element.
    var scalars = 1

    static let deepest = 64
    static let mostParts = 1024
    static let mostScalars = 65536

    static let excess =
      "the type is too complex: it is nested more than \(deepest) deep, or has more than "
      + "\(mostParts) parts"

    var isExcessive: Bool {
      depth > Self.deepest || parts > Self.mostParts || scalars > Self.mostScalars
    }
  }

  init(_ type: CType, isConst: Bool = false) {
    self.type = type
    self.isConst = isConst
  }

  private func derived(_ type: CType, isConst: Bool = false) -> TypeUse {
    var use = TypeUse(type, isConst: isConst)
    let own = isRecord == nil ? measure : Measure()
    use.measure.depth = own.depth + 1
    use.measure.parts = own.parts + 1
    return use
  }

  /// A pointer to the type.
  func pointer(isConst: Bool = false) -> TypeUse {
    derived(.pointer(PointerType(to: type, isConst: self.isConst)), isConst: isConst)
  }

  func array(count: Int?) -> TypeUse {
    var use = derived(.array(type, count: count), isConst: isConst)
    use.alignment = alignment
    use.measure.depth = measure.depth + 1
    use.measure.scalars = measure.scalars
    return use
  }

  /// The same qualifiers on a type without a conversion.
  func unsupported(_ name: String, because reason: String) -> TypeUse {
    TypeUse(.unsupported(UnsupportedType(name, because: reason)), isConst: isConst)
  }

  /// A function with this result.
  func function(_ parameters: [Parameter], measures: [Measure]) -> TypeUse {
    var use = derived(.function(FunctionType(result: type, parameters: parameters)))
    for measure in measures {
      use.measure.depth = max(use.measure.depth, measure.depth + 1)
      use.measure.parts += measure.parts
    }
    return use
  }

  /// The measure of the type as a parameter. A record counts as one part, because records are compared
  /// by identity.
  var measureAsParameter: Measure { isRecord == nil ? measure : Measure() }

  /// The type of a parameter of this type: arrays and functions become pointers.
  var asParameter: TypeUse {
    switch type {
    case .array(let element, _):
      // An array is as const as its elements.
      return derived(.pointer(PointerType(to: element, isConst: isConst)))
    case .function:
      return derived(.pointer(PointerType(to: type)))
    default:
      var use = self
      use.isConst = false
      return use
    }
  }

  var isRecord: Record? {
    if case .record(let record) = type { return record }
    return nil
  }
}
