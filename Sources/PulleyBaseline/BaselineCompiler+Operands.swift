import PulleyCodegen
import PulleyIR
import PulleyISA
import PulleyWasm

/// The operand stack, and how instructions name its entries.
extension BaselineCompiler {
  /// The entries above this height get their places at once, so that a search for those that mean a
  /// local ends soon.
  private static let deferredHeight = 32

  mutating func push(constant bits: Int64, _ type: Type) {
    entries.append(
      Entry(
        kind: .constant, type: type, bits: bits,
        place: plan.place(height: min(entries.count, 1 << 20), type)))
  }

  mutating func push(local number: Int) {
    let type = locals[number].type
    let place = plan.place(height: entries.count, type)
    if entries.count >= Self.deferredHeight {
      copy(type, from: locals[number].place, to: place)
      entries.append(Entry(kind: .settled, type: type, place: place))
    } else {
      locals[number].references += 1
      entries.append(Entry(kind: .local, type: type, bits: Int64(number), place: place))
    }
  }

  /// Pushes a value that is in the place of its height.
  mutating func pushSettled(_ type: Type) {
    entries.append(
      Entry(kind: .settled, type: type, place: plan.place(height: entries.count, type)))
  }

  /// Pops an operand. Validation guarantees that there is one.
  mutating func pop() -> Entry {
    let entry = entries.removeLast()
    settledCount = min(settledCount, entries.count)
    if entry.kind == .local { locals[Int(entry.bits)].references -= 1 }
    return entry
  }

  mutating func pop(to height: Int) {
    while entries.count > height { _ = pop() }
  }

  /// Puts all entries in their places.
  mutating func settle() {
    for index in min(settledCount, entries.count)..<entries.count { settle(at: index) }
    settledCount = entries.count
  }

  mutating func settle(at index: Int) {
    let entry = entries[index]
    guard entry.kind != .settled else { return }
    move(entry, to: entry.place)
    if entry.kind == .local { locals[Int(entry.bits)].references -= 1 }
    entries[index].kind = .settled
  }

  /// Puts the entries that mean a local in their places, before it is assigned.
  mutating func settleReferences(to number: Int) {
    var index = min(entries.count, Self.deferredHeight) - 1
    while locals[number].references > 0, index >= 0 {
      if entries[index].kind == .local && entries[index].bits == Int64(number) { settle(at: index) }
      index -= 1
    }
  }

  // MARK: Reading

  /// The number of a register with the value. A value in a slot is loaded into a temporary, which the
  /// machine replaces by the slot.
  mutating func read(_ entry: Entry) -> UInt8 {
    switch entry.kind {
    case .settled: return read(entry.place, entry.type)
    case .local: return read(locals[Int(entry.bits)].place, entry.type)
    case .constant:
      let rank = entry.type.isFloat ? 1 : 0
      let number =
        (rank == 0 ? WindowRecord.passedX : WindowRecord.passedRest) - 1 - constantReads[rank]
      constantReads[rank] += 1
      makeConstant(entry, inRegister: number)
      return number
    }
  }

  mutating func read(_ place: Place, _ type: Type) -> UInt8 {
    if place.isRegister { return place.register }
    let rank = type.isFloat ? 1 : 0
    let temporary = (rank == 0 ? WindowRecord.readX : WindowRecord.readRest) + slotReads[rank]
    slotReads[rank] += 1
    load(type, temporary, slotOffset(place))
    return temporary
  }

  // MARK: Results

  /// Where an instruction writes its result.
  struct Target {
    var number: UInt8
    var place: Place
    /// The local that the next operator has assigned the result to, or -1.
    var local = -1
    var isTee = false
    var type: Type
  }

  /// The place for a result, which is that of a local if the next operator assigns the result to it.
  /// The operands have been popped and no code of the instruction has been emitted.
  mutating func target(_ type: Type) -> Target {
    if let assignment = reader.takeAssignment() {
      settleReferences(to: assignment.local)
      let place = locals[assignment.local].place
      return Target(
        number: written(place, type), place: place, local: assignment.local,
        isTee: assignment.isTee, type: type)
    }
    let place = plan.place(height: entries.count, type)
    return Target(number: written(place, type), place: place, type: type)
  }

  func written(_ place: Place, _ type: Type) -> UInt8 {
    place.isRegister
      ? place.register : type.isFloat ? WindowRecord.writtenRest : WindowRecord.writtenX
  }

  /// Ends what `target` has begun, after the instruction.
  mutating func complete(_ target: Target) {
    if !target.place.isRegister { store(target.type, target.number, slotOffset(target.place)) }
    if target.local < 0 {
      entries.append(Entry(kind: .settled, type: target.type, place: target.place))
    } else if target.isTee {
      push(local: target.local)
    }
  }

  // MARK: Moves

  func slotOffset(_ place: Place) -> Int32 {
    Int32(truncatingIfNeeded: Int(plan.outgoingBytes) + 8 * place.slot)
  }

  mutating func load(_ type: Type, _ register: UInt8, _ offset: Int32) {
    if type.isFloat {
      encoder.fload64le_o32(FReg(register), .sp, offset)
    } else {
      encoder.xload64le_o32(XReg(register), .sp, offset)
    }
  }

  mutating func store(_ type: Type, _ register: UInt8, _ offset: Int32) {
    if type.isFloat {
      encoder.fstore64le_o32(.sp, offset, FReg(register))
    } else {
      encoder.xstore64le_o32(.sp, offset, XReg(register))
    }
  }

  mutating func move(_ registerClass: RegisterClass, fromRegister source: UInt8, to place: Place) {
    let isFloat = registerClass == .f
    if !place.isRegister {
      store(isFloat ? .f64 : .i64, source, slotOffset(place))
    } else if isFloat {
      encoder.fmov(FReg(place.register), FReg(source))
    } else {
      encoder.xmov(XReg(place.register), XReg(source))
    }
  }

  mutating func copy(_ type: Type, from source: Place, to target: Place) {
    guard source != target else { return }
    if source.isRegister {
      move(type.registerClass, fromRegister: source.register, to: target)
    } else if target.isRegister {
      load(type, target.register, slotOffset(source))
    } else {
      encoder.xload64le_o32(.spillTmp0, .sp, slotOffset(source))
      encoder.xstore64le_o32(.sp, slotOffset(target), .spillTmp0)
    }
  }

  mutating func move(_ entry: Entry, to place: Place) {
    switch entry.kind {
    case .settled: copy(entry.type, from: entry.place, to: place)
    case .local: copy(entry.type, from: locals[Int(entry.bits)].place, to: place)
    case .constant:
      if place.isRegister {
        makeConstant(entry, inRegister: place.register)
      } else {
        store(constant: entry, at: slotOffset(place))
      }
    }
  }

  /// Stores a constant at an offset from `sp`.
  mutating func store(constant entry: Entry, at offset: Int32) {
    let temporary = XReg(WindowRecord.writtenX)
    makeInteger(entry.bits, in: temporary)
    encoder.xstore64le_o32(.sp, offset, temporary)
  }

  mutating func makeConstant(_ entry: Entry, inRegister number: UInt8) {
    switch entry.type {
    case .f32: encoder.fconst32(FReg(number), UInt32(truncatingIfNeeded: entry.bits))
    case .f64: encoder.fconst64(FReg(number), UInt64(bitPattern: entry.bits))
    default: makeInteger(entry.bits, in: XReg(number))
    }
  }

  mutating func makeInteger(_ value: Int64, in register: XReg) {
    switch value {
    case 0: encoder.xzero(register)
    case 1: encoder.xone(register)
    case -0x80...0x7F: encoder.xconst8(register, Int8(value))
    case -0x8000...0x7FFF: encoder.xconst16(register, Int16(value))
    case -0x8000_0000...0x7FFF_FFFF: encoder.xconst32(register, Int32(value))
    default: encoder.xconst64(register, value)
    }
  }
}
