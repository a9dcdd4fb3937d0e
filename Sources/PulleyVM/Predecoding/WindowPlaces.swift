import PulleyISA

/// The places of a function's registers and stack slots in its window: offsets in bytes. See
/// `WindowRecord` for what the registers mean and `Window` for what is in a window. An object, so that the
/// predecoder is small to copy.
final class WindowPlaces {
  let record: WindowRecord
  /// The part of the function in which an instruction is: x0 to x6, f0 to f7 and v0 to v7 mean what the
  /// function receives, what its calls pass, or what it returns.
  enum Part { case entry, body, exit }

  /// By class and number: the place of each register, or -1. The predecoder reads it without counting
  /// references.
  let table: UnsafeMutablePointer<Int32>
  private static let tableSize = 96
  /// The size of the outgoing area and of what the function has below `sp`.
  private let outgoing: Int
  private let body: Int
  private var spills = 0
  /// The window of a callee. 0 in a function that calls no other.
  private(set) var callee = 0
  /// The end of the function's own part.
  private var end = 0
  /// How far the window moves up because 16 bits do not address the frame; 0 if they do.
  private(set) var shift = 0

  /// The highest place that an operand can name, less what an outgoing area may take.
  private static let limit = 0xE000
  static let largestBody = 1 << 30

  init(_ record: WindowRecord, body: Int) {
    table = .allocate(capacity: Self.tableSize)
    table.initialize(repeating: -1, count: Self.tableSize)
    self.record = record
    self.body = body
    outgoing = 16 * Int(record.outgoing)
  }

  deinit { table.deallocate() }

  /// Where a register is in the table.
  static func position(_ registerClass: RegisterClass, _ number: Int) -> Int {
    32 * Int(registerClass.rawValue) + number & 31
  }

  /// Gives a register that calls preserve the place in which a parameter is received. False if it needs
  /// another place: then the parameter has to be moved.
  func unite(_ registerClass: RegisterClass, _ kept: Int, with passed: Int) -> Bool {
    let results =
      switch registerClass {
      case .x: Int(record.resultX)
      case .f: Int(record.resultF)
      case .v: Int(record.resultV)
      }
    // Several results are moved to their places one after another, and may come from this one.
    let isResult =
      passed < results && record.resultX + record.resultF + record.resultV > 1
    let place = Int32(Self.passed(registerClass, passed))
    guard !isResult, kept >= Int(WindowRecord.firstKept), isAllocated(registerClass, kept),
      self[registerClass, kept] < 0
    else { return false }
    for other in Int(WindowRecord.firstKept)..<Int(end(registerClass))
    where self[registerClass, other] == place { return false }
    set(registerClass, kept, place)
    return true
  }

  private func end(_ registerClass: RegisterClass) -> UInt8 {
    WindowRecord.firstKept
      + (registerClass == .x ? record.keptX : registerClass == .f ? record.keptF : record.keptV)
  }

  private func isAllocated(_ registerClass: RegisterClass, _ number: Int) -> Bool {
    number < Int(end(registerClass))
  }

  /// Gives all other registers their places.
  func complete() {
    var space = FreeSpace(record)
    let first = Int(WindowRecord.firstKept)
    for number in first..<Int(end(.x)) where self[.x, number] < 0 {
      set(.x, number, space.take(8))
    }
    for number in first..<Int(end(.f)) where self[.f, number] < 0 {
      set(.f, number, space.take(8))
    }
    if record.readsMemoryRegisters {
      set(.x, Int(RegisterRoles.memoryBase), space.take(8))
      set(.x, Int(RegisterRoles.memoryBound), space.take(8))
    }
    set(.x, Int(RegisterRoles.scratch), space.take(8))
    for number in first..<Int(end(.v)) where self[.v, number] < 0 {
      set(.v, number, space.take(16))
    }
    let own = max(0, body - outgoing)
    if Int(space.end) + own > Self.limit {
      shift = (own + Window.headerBytes + 15) & ~15
      giveTemporariesPlaces(&space)
    } else {
      spills = (Int(space.end) + 15) & ~15
      space.end = Int32(spills + own)
    }
    end = Int(space.end)
    if !record.isLeaf { callee = ((Int(space.end) + 15) & ~15) + Window.headerBytes }
    for number in 0...Int(WindowRecord.callee) {
      set(.x, number, Int32(callee + Self.passed(.x, number)))
    }
    for number in 0..<Int(WindowRecord.passedRest) {
      set(.f, number, Int32(callee + Self.passed(.f, number)))
      set(.v, number, Int32(callee + Self.passed(.v, number)))
    }
  }

  /// In a large frame, operands cannot name a stack slot in place of a temporary.
  private func giveTemporariesPlaces(_ space: inout FreeSpace) {
    for number in WindowRecord.writtenX..<WindowRecord.readX + WindowRecord.readCount {
      set(.x, Int(number), space.take(8))
    }
    for number in WindowRecord.writtenRest..<WindowRecord.readRest + WindowRecord.readCount {
      set(.f, Int(number), space.take(8))
      set(.v, Int(number), space.take(16))
    }
  }

  /// The place in which a function receives what a register passes.
  static func passed(_ registerClass: RegisterClass, _ number: Int) -> Int {
    switch registerClass {
    case .x: StateLayout.x(number)
    case .f: StateLayout.f(number)
    case .v: StateLayout.v(number)
    }
  }

  subscript(registerClass: RegisterClass, number: Int) -> Int32 {
    table[Self.position(registerClass, number)]
  }

  private func set(_ registerClass: RegisterClass, _ number: Int, _ place: Int32) {
    table[Self.position(registerClass, number)] = place
  }

  /// Makes a temporary mean a place on the stack.
  func rename(_ registerClass: RegisterClass, _ number: Int, to place: Int) {
    set(registerClass, number, Int32(truncatingIfNeeded: place))
  }

  /// Whether a register means the place in which the function receives or returns a value.
  static func isPassed(
    _ registerClass: RegisterClass, _ number: Int, isWritten: Bool, _ part: Part
  ) -> Bool {
    let count = registerClass == .x ? WindowRecord.passedX : WindowRecord.passedRest
    return number < Int(count) && (part == .entry && !isWritten || part == .exit && isWritten)
  }

  /// The place of the bytes at an offset from `sp`. It may be more than 16 bits address, or negative.
  func stack(_ offset: Int) -> Int {
    if offset >= body { return Window.stackArea + offset - body }
    if offset < outgoing { return callee + Window.stackArea + offset }
    return shift > 0
      ? offset - outgoing - shift : spills + offset - outgoing
  }

  /// The lowest window above what a call of the host uses. Functions that are no thunks call builtins
  /// only, which take and return integers.
  var top: Int {
    // All x registers, of which host functions find one above those that pass values.
    var end = StateLayout.f(0)
    if record.isLeaf {
      if record.passedF > 0 { end = StateLayout.f(Int(record.passedF)) }
      if record.passedV > 0 { end = StateLayout.v(Int(record.passedV)) }
      if record.incoming > 0 { end = Window.stackArea + 16 * Int(record.incoming) }
    }
    return callee + (end + Window.headerBytes + 15) & ~15
  }

  /// The end of all that the function has in the window and in its callee's.
  var reach: Int { record.isLeaf ? end : callee + Window.stackArea + outgoing }

  /// The bytes that hold what the function receives, and what it returns.
  var extent: Int { Window.stackArea + 16 * Int(record.incoming) }
}

/// The part of a window that holds nothing of what its function receives and returns.
private struct FreeSpace {
  /// The gaps, each above the registers of one class that pass values.
  private var gaps: InlineArray<3, Range<Int32>>
  /// The end of all that is taken.
  var end: Int32

  init(_ record: WindowRecord) {
    // A function that calls no other may use all registers that pass values.
    let isLeaf = record.isLeaf
    let rest = WindowRecord.passedRest
    let x = Int32(StateLayout.x(Int(isLeaf ? WindowRecord.callee + 1 : record.passedX)))
    let f = Int32(StateLayout.f(Int(isLeaf ? rest : record.passedF)))
    let v = Int32(StateLayout.v(Int(isLeaf ? rest : record.passedV)))
    let stack = Int32(Window.stackArea)
    gaps = [
      x..<Int32(StateLayout.f(0)), f..<Int32(StateLayout.v(0)), v..<stack,
    ]
    end = stack + 16 * Int32(record.incoming)
    if record.incoming == 0, !isLeaf {
      end = record.passedV > 0 ? v : record.passedF > 0 ? f : x
    }
    for index in gaps.indices where gaps[index].upperBound > end {
      gaps[index] = min(gaps[index].lowerBound, end)..<end
    }
  }

  /// The first place of `size` bytes, aligned to its size.
  mutating func take(_ size: Int32) -> Int32 {
    for index in gaps.indices {
      let start = (gaps[index].lowerBound + size - 1) & ~(size - 1)
      guard start + size <= gaps[index].upperBound else { continue }
      gaps[index] = start + size..<gaps[index].upperBound
      return start
    }
    let start = (end + size - 1) & ~(size - 1)
    end = start + size
    return start
  }
}
