import PulleyIR

/// Why evaluation stopped.
enum EvaluationTrap: Error, Equatable {
  case trapped(TrapCode)
  case outOfFuel
  case unknown(String)
}

/// An evaluator of the IR that shares no code with the compiler.
/// Values are bit patterns, zero above the type's bits.
final class Evaluator {
  let functions: [Function]
  var fuel = 200_000
  var depth = 0

  init(_ functions: [Function]) { self.functions = functions }

  static let addressTag: UInt64 = 0xF00D_0000_0000_0000

  func call(_ index: Int, _ arguments: [UInt64]) throws -> [UInt64] {
    let function = functions[index]
    depth += 1
    defer { depth -= 1 }
    guard depth < 60 else { throw EvaluationTrap.outOfFuel }
    var slots: [UnsafeMutableRawPointer] = []
    for slot in function.stackSlots.elements {
      slots.append(.allocate(byteCount: Int(slot.bytes), alignment: 16))
    }
    defer { for slot in slots { slot.deallocate() } }
    var values = [UInt64](repeating: 0, count: function.valueCount)
    var block = function.entry
    var passed = arguments
    while true {
      for (value, argument) in zip(function.parameters(of: block), passed) {
        values[value.index] = argument
      }
      var inst = function.firstInstruction(of: block)
      var next: BlockCall?
      while !inst.isNone {
        fuel -= 1
        guard fuel > 0 else { throw EvaluationTrap.outOfFuel }
        let data = function.instructions[inst]
        switch data.operation {
        case .jump: next = data.destination
        case .brif:
          next = values[data.argument0.index] != 0 ? data.destination : data.otherwise
        case .br_table:
          let table = function.jumpTables[data.jumpTable]
          let index = values[data.argument0.index]
          next = index < table.entries.count ? table.entries[Int(index)] : table.default
        case .return:
          return function.values(data.list).map { values[$0.index] }
        case .trap: throw EvaluationTrap.trapped(data.trapCode)
        case .trapz:
          if values[data.argument0.index] == 0 { throw EvaluationTrap.trapped(data.trapCode) }
        case .trapnz:
          if values[data.argument0.index] != 0 { throw EvaluationTrap.trapped(data.trapCode) }
        case .call, .call_indirect, .return_call, .return_call_indirect:
          let callee: Int
          if data.operation.format == .call {
            guard case .user(_, let number) = function.externals[data.function].name else {
              throw EvaluationTrap.unknown("name")
            }
            callee = Int(number)
          } else {
            callee = Int(values[data.argument0.index] ^ Self.addressTag)
          }
          let results = try call(callee, function.values(data.list).map { values[$0.index] })
          if data.operation.traits.contains(.returns) { return results }
          for (value, result) in zip(function.values(function.results(of: inst)), results) {
            values[value.index] = result
          }
        case .stack_addr:
          let address = UInt64(UInt(bitPattern: slots[Int(data.entity)]))
          values[function.result(of: inst).index] = address &+ UInt64(bitPattern: data.immediate)
        case .func_addr:
          guard case .user(_, let number) = function.externals[data.function].name else {
            throw EvaluationTrap.unknown("name")
          }
          values[function.result(of: inst).index] = Self.addressTag ^ UInt64(number)
        default:
          let context = values[0]
          let result = try evaluate(data, function, values, context)
          if let result { values[function.result(of: inst).index] = result }
        }
        inst = function.instruction(after: inst)
      }
      guard let next else { throw EvaluationTrap.unknown("fell through") }
      passed = function.values(next.arguments).map { values[$0.index] }
      block = next.block
    }
  }

  private func evaluate(
    _ data: InstructionData, _ function: Function, _ values: [UInt64], _ context: UInt64
  ) throws -> UInt64? {
    let a = data.argument0.isNone ? 0 : values[data.argument0.index]
    let b = data.argument1.isNone ? 0 : values[data.argument1.index]
    let c = data.argument2.isNone ? 0 : values[data.argument2.index]
    let from = data.argument0.isNone ? Type.i64 : function.type(of: data.argument0)
    if data.operation.accessShape != nil {
      return try access(data, function, a, b, context)
    }
    if data.operation == .select { return a != 0 ? b : c }
    if data.operation == .icmp {
      return compare(data.intCondition, a, b, from) ? 1 : 0
    }
    if data.operation == .fcmp {
      let (x, y) =
        from == .f32
        ? (Double(float32(a)), Double(float32(b)))
        : (Double(bitPattern: a), Double(bitPattern: b))
      return compare(data.floatCondition, x, y) ? 1 : 0
    }
    if data.type.isFloat || from.isFloat { return try evaluateFloat(data, a, b, from) }
    return truncate(try evaluateInteger(data, a, b, from), data.type)
  }

  private func compare(_ condition: IntCondition, _ a: UInt64, _ b: UInt64, _ type: Type) -> Bool {
    let (x, y) = (signed(a, type), signed(b, type))
    return switch condition {
    case .equal: a == b
    case .notEqual: a != b
    case .signedLess: x < y
    case .signedGreaterOrEqual: x >= y
    case .signedGreater: x > y
    case .signedLessOrEqual: x <= y
    case .unsignedLess: a < b
    case .unsignedGreaterOrEqual: a >= b
    case .unsignedGreater: a > b
    case .unsignedLessOrEqual: a <= b
    }
  }

  private func compare(_ condition: FloatCondition, _ a: Double, _ b: Double) -> Bool {
    let unordered = a.isNaN || b.isNaN
    return switch condition {
    case .ordered: !unordered
    case .unordered: unordered
    case .equal: a == b
    case .notEqual: a != b
    case .orderedNotEqual: !unordered && a != b
    case .unorderedOrEqual: unordered || a == b
    case .lessThan: a < b
    case .lessThanOrEqual: a <= b
    case .greaterThan: a > b
    case .greaterThanOrEqual: a >= b
    case .unorderedOrLessThan: unordered || a < b
    case .unorderedOrLessThanOrEqual: unordered || a <= b
    case .unorderedOrGreaterThan: unordered || a > b
    case .unorderedOrGreaterThanOrEqual: unordered || a >= b
    }
  }

  private func evaluateInteger(
    _ data: InstructionData, _ a: UInt64, _ b: UInt64, _ from: Type
  ) throws -> UInt64 {
    let type = data.type
    let bits = UInt64(type.bits)
    let (x, y) = (signed(a, type), signed(b, type))
    let amount = b & (bits - 1)
    switch data.operation {
    case .iconst: return UInt64(bitPattern: data.immediate)
    case .iadd: return a &+ b
    case .isub: return a &- b
    case .imul: return a &* b
    case .udiv, .urem, .sdiv, .srem:
      if b == 0 { throw EvaluationTrap.trapped(.integerDivisionByZero) }
      if data.operation == .udiv { return a / b }
      if data.operation == .urem { return a % b }
      if y == -1 {
        if data.operation == .srem { return 0 }
        if x == Int64.min >> Int64(64 - bits) { throw EvaluationTrap.trapped(.integerOverflow) }
      }
      return UInt64(bitPattern: data.operation == .sdiv ? x / y : x % y)
    case .umulhi:
      let product = a.multipliedFullWidth(by: b)
      return bits == 64 ? product.high : product.low >> bits
    case .smulhi:
      let product = x.multipliedFullWidth(by: y)
      return bits == 64
        ? UInt64(bitPattern: product.high)
        : UInt64(bitPattern: Int64(bitPattern: product.low) >> Int64(bits))
    case .band: return a & b
    case .bor: return a | b
    case .bxor: return a ^ b
    case .ishl: return a << amount
    case .ushr: return a >> amount
    case .sshr: return UInt64(bitPattern: x >> Int64(amount))
    case .rotl: return amount == 0 ? a : a << amount | a >> (bits - amount)
    case .rotr: return amount == 0 ? a : a >> amount | a << (bits - amount)
    case .smin: return x < y ? a : b
    case .smax: return x > y ? a : b
    case .umin: return min(a, b)
    case .umax: return max(a, b)
    case .ineg: return 0 &- a
    case .iabs: return x < 0 ? 0 &- a : a
    case .bnot: return ~a
    case .clz: return UInt64(a.leadingZeroBitCount) - (64 - bits)
    case .ctz: return a == 0 ? bits : UInt64(a.trailingZeroBitCount)
    case .popcnt: return UInt64(a.nonzeroBitCount)
    case .bswap: return a.byteSwapped >> (64 - bits)
    case .uextend, .ireduce, .bitcast: return a
    case .sextend: return UInt64(bitPattern: signed(a, from))
    default: throw EvaluationTrap.unknown(data.operation.mnemonic)
    }
  }

  // Memory

  private func access(
    _ data: InstructionData, _ function: Function, _ a: UInt64, _ b: UInt64, _ context: UInt64
  ) throws -> UInt64? {
    let shape = data.operation.accessShape
    let bits = shape?.bits == 0 ? data.type.bits : Int(shape?.bits ?? 0)
    let isStore = data.operation.format == .store || data.operation.format == .heapStore
    var address = isStore ? b : a
    if data.operation.format == .heapLoad || data.operation.format == .heapStore {
      let heap = function.heaps[data.heap]
      let record = read(read(context &+ UInt64(Int64(heap.recordOffset)), 64) &+ 0, 64)
      let bound = read(read(context &+ UInt64(Int64(heap.recordOffset)), 64) &+ 8, 64)
      let (end, overflow) = address.addingReportingOverflow(UInt64(bitPattern: data.immediate))
      let (last, overflow2) = end.addingReportingOverflow(UInt64(bits / 8))
      if overflow || overflow2 || last > bound {
        throw EvaluationTrap.trapped(.heapOutOfBounds)
      }
      address = record &+ end
    } else {
      address = address &+ UInt64(bitPattern: data.immediate)
    }
    if isStore {
      write(address, bits, data.flags.contains(.big) ? a.byteSwapped >> UInt64(64 - bits) : a)
      return nil
    }
    var value = read(address, bits)
    if data.flags.contains(.big) { value = value.byteSwapped >> UInt64(64 - bits) }
    if shape?.isSigned == true {
      value = UInt64(bitPattern: Int64(bitPattern: value << UInt64(64 - bits)) >> Int64(64 - bits))
    }
    return truncate(value, data.type)
  }

  private func read(_ address: UInt64, _ bits: Int) -> UInt64 {
    guard let pointer = UnsafeRawPointer(bitPattern: UInt(address)) else { return 0 }
    return switch bits {
    case 8: UInt64(pointer.load(as: UInt8.self))
    case 16: UInt64(pointer.loadUnaligned(as: UInt16.self))
    case 32: UInt64(pointer.loadUnaligned(as: UInt32.self))
    default: pointer.loadUnaligned(as: UInt64.self)
    }
  }

  private func write(_ address: UInt64, _ bits: Int, _ value: UInt64) {
    guard let pointer = UnsafeMutableRawPointer(bitPattern: UInt(address)) else { return }
    switch bits {
    case 8: pointer.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
    case 16: pointer.storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
    case 32: pointer.storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
    default: pointer.storeBytes(of: value, as: UInt64.self)
    }
  }
}

func signed(_ value: UInt64, _ type: Type) -> Int64 {
  let unused = UInt64(64 - type.bits)
  return Int64(bitPattern: value << unused) >> Int64(unused)
}

func truncate(_ value: UInt64, _ type: Type) -> UInt64 {
  type.bits >= 64 ? value : value & (1 << UInt64(type.bits) - 1)
}

func float32(_ bits: UInt64) -> Float { Float(bitPattern: UInt32(truncatingIfNeeded: bits)) }
