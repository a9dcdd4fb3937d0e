import PulleyIR

/// A constant of the context block that is loaded before a loop.
struct HoistedLoad {
  var path: ContextPath
  var value: Value
  /// The index of the loop in `control`.
  var loop: Int
}

/// The location of a value that does not change while the instance exists: an offset in the
/// context block, or an offset from the address that the block holds there.
struct ContextPath: Equatable {
  var offset: Int
  var next: Int?
  var type: Type

  init(_ offset: Int, then next: Int? = nil, _ type: Type = .pointer) {
    self.offset = offset
    self.next = next
    self.type = type
  }
}

/// Loads from the context block and the records that it points to. These loads cannot trap.
extension FunctionTranslator {
  /// The limit on values that are hoisted, since each of them occupies a register in the loop.
  private static let maximumHoistedLoads = 8

  /// Loads a constant of the context block. In a loop, the load is placed before the loop.
  mutating func loadConstant(_ path: ContextPath) -> Value {
    for hoisted in hoistedLoads where hoisted.path == path { return hoisted.value }
    guard let loop = innermostLoop, hoistedLoads.count < Self.maximumHoistedLoads else {
      guard let next = path.next else {
        return load(path.type, context, path.offset, isConstant: true)
      }
      let record = load(.pointer, context, path.offset, isConstant: true)
      return load(path.type, record, next, isConstant: true)
    }
    let value = prepend(path, to: control[loop].entrance)
    hoistedLoads.append(HoistedLoad(path: path, value: value, loop: loop))
    return value
  }

  private mutating func prepend(_ path: ContextPath, to block: Block) -> Value {
    // Each instruction is prepended, so the second load comes first.
    var inner = Inst.none
    if let next = path.next {
      inner = builder.function.prepend(
        loadData(path.type, context, next, isConstant: true), to: block)
    }
    let first = builder.function.prepend(
      loadData(inner.isNone ? path.type : .pointer, context, path.offset, isConstant: true),
      to: block)
    guard !inner.isNone else { return builder.function.result(of: first) }
    builder.function.instructions[inner].argument0 = builder.function.result(of: first)
    return builder.function.result(of: inner)
  }

  /// - Parameter canMove: whether nothing has to be checked before a load of what is not constant.
  mutating func load(
    _ type: Type, _ base: Value, _ offset: Int, isConstant: Bool, canMove: Bool = false
  ) -> Value {
    var data = loadData(type, base, offset, isConstant: isConstant)
    if canMove { data.flags.insert(.canMove) }
    return builder.value(data)
  }

  private func loadData(
    _ type: Type, _ base: Value, _ offset: Int, isConstant: Bool
  ) -> InstructionData {
    var data = InstructionData(.load, type, base)
    data.flags = isConstant ? [.trusted, .readonly, .canMove] : .trusted
    data.immediate = Int64(offset)
    return data
  }

  mutating func store(_ value: Value, _ type: Type, _ base: Value, _ offset: Int) {
    var data = InstructionData(.store, type, value, base)
    data.flags = .trusted
    data.immediate = Int64(offset)
    builder.append(data)
  }
}
