import PulleyDeclarations
import PulleyVM

/// A variable argument during a call.
struct VariableArgument {
  /// What the C function receives.
  var value: (low: UInt64, high: UInt64) = (0, 0)
  /// What it sets, if the guest's object has another size.
  var output: (low: UInt64, high: UInt64) = (0, 0)
  /// The guest's address of a string or of an object that the C function sets.
  var address: UInt64 = 0
  /// How many bytes of a string are copied for the call; nil if `value` is complete.
  var length: Int?
  /// Whether the C function sets `output`.
  var isConverted = false

  /// What `output` is before the call, and after it if the function has not set it. Guests do not know
  /// it.
  static let unset = UInt64.random(in: 0 ... .max)
}

/// Converts variable arguments for a call.
struct VariableReader {
  let memory: GuestMemory
  let model: DataModel
  /// The guest's address of the next argument.
  var next: UInt64
  /// The string that scanf reads.
  var input: (pointer: UnsafeRawPointer, length: Int)?

  /// - Parameter before: the arguments before this one.
  mutating func read(
    _ type: VariableType, after before: UnsafeMutableBufferPointer<VariableArgument>.SubSequence
  ) throws(MarshallingFailure) -> VariableArgument {
    let size = UInt64(type.guestSize(model))
    let place = (next &+ (size - 1)) & ~(size - 1)
    let source = try memory.pointer(place, count: size)
    next = place + size
    let word =
      size == 4 ? UInt64(source.load(as: UInt32.self)) : source.loadUnaligned(as: UInt64.self)
    var argument = VariableArgument()
    switch type {
    case .integer(let type):
      let isExtended = size == 4 && type.size(.host) == 8 && type.isSigned(.host)
      argument.value.low =
        isExtended ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: word))) : word
    case .columns:
      let columns = Int32(truncatingIfNeeded: word)
      let most = Int32(FormatString.mostColumns)
      guard -most...most ~= columns else {
        throw MarshallingFailure("is a width or a precision of \(columns); the limit is \(most)")
      }
      argument.value.low = word
    case .double, .address: argument.value.low = word
    case .longDouble:
      try requireLongDouble()
      withUnsafeMutableBytes(of: &argument.value) { value in
        if let base = value.baseAddress { LongDouble.toHost(source, base) }
      }
    case .string(let bound):
      guard word != 0 else { break }
      argument.address = word
      argument.length = try text(word, bound, before)
    case .pointer(let isText, let isNullable):
      if word == 0 && isNullable { break }
      let pointer =
        try isText ? memory.string(word).pointer : memory.pointer(word, count: 1)
      argument.value.low = UInt64(UInt(bitPattern: pointer))
    default:
      guard word != 0 else { throw MarshallingFailure("is NULL") }
      argument.address = word
      try readOutput(type, &argument)
    }
    return argument
  }

  private func requireLongDouble() throws(MarshallingFailure) {
    guard LongDouble.isSupported else {
      throw MarshallingFailure("is a long double, which has another format on this system")
    }
  }

  /// The length of a string to print.
  private func text(
    _ address: UInt64, _ bound: VariableType.StringBound,
    _ before: UnsafeMutableBufferPointer<VariableArgument>.SubSequence
  ) throws(MarshallingFailure) -> Int {
    let limit: Int
    switch bound {
    case .terminated: return try memory.string(address).length
    case .constant(let number): limit = number
    case .argument(let index):
      let number = Int32(truncatingIfNeeded: before[index].value.low)
      guard number >= 0 else { return try memory.string(address).length }
      limit = Int(number)
    }
    let start = try memory.pointer(address, count: 0)
    let available = Int(clamping: memory.size - address)
    if let end = memchr(start, 0, min(limit, available)) {
      return UnsafeRawPointer(end) - UnsafeRawPointer(start)
    }
    guard limit <= available else { return try memory.string(address).length }
    return limit
  }

  // MARK: - Outputs

  private func readOutput(
    _ type: VariableType, _ argument: inout VariableArgument
  ) throws(MarshallingFailure) {
    switch type {
    case .integerOutput(let type), .consumed(let type):
      try number(type.size(model), type.size(.host), &argument)
    case .floatingOutput(.longDouble):
      try requireLongDouble()
      try number(16, 0, &argument)
    case .floatingOutput(let type):
      let size = type == .float ? 4 : 8
      try number(size, size, &argument)
    case .addressOutput: try number(IntegerType.pointerSized.size(model), 8, &argument)
    case .characters(let count): try inPlace(UInt64(count), &argument)
    case .text(let maximum?, _): try inPlace(UInt64(maximum) + 1, &argument)
    case .text(nil, let isWord):
      guard let input else {
        throw MarshallingFailure(
          "is a string that the input may make longer than its memory: give the conversion a "
            + "width, as in '%15s'")
      }
      let room = memory.size - min(memory.size, argument.address)
      // Only if the whole input does not fit, its words are counted.
      let length =
        isWord && UInt64(input.length) >= room ? longestWord(input) : input.length
      try inPlace(UInt64(length) + 1, &argument)
    default: break
    }
  }

  /// An object that the C function sets: the guest's own if both have the size.
  private func number(
    _ size: Int, _ hostSize: Int, _ argument: inout VariableArgument
  ) throws(MarshallingFailure) {
    let pointer = try memory.pointer(
      argument.address, count: UInt64(size), alignment: UInt64(size))
    if size == hostSize {
      argument.value.low = UInt64(UInt(bitPattern: pointer))
    } else {
      argument.isConverted = true
      argument.output = (VariableArgument.unset, VariableArgument.unset)
    }
  }

  private func inPlace(
    _ bytes: UInt64, _ argument: inout VariableArgument
  ) throws(MarshallingFailure) {
    argument.value.low = UInt64(
      UInt(bitPattern: try memory.pointer(argument.address, count: bytes)))
  }

  /// The length of the longest run of characters without a blank.
  private func longestWord(_ input: (pointer: UnsafeRawPointer, length: Int)) -> Int {
    var (longest, length) = (0, 0)
    for byte in UnsafeRawBufferPointer(start: input.pointer, count: input.length) {
      length = byte == 32 || 9...13 ~= byte ? 0 : length + 1
      longest = max(longest, length)
    }
    return longest
  }

  /// Gives the guest what the C function has set.
  func write(_ type: VariableType, _ argument: VariableArgument) {
    guard argument.isConverted, argument.output != (VariableArgument.unset, VariableArgument.unset)
    else { return }
    if case .floatingOutput = type {
      guard let target = try? memory.pointer(argument.address, count: 16) else { return }
      withUnsafeBytes(of: argument.output) { value in
        if let base = value.baseAddress { LongDouble.toGuest(base, target) }
      }
      return
    }
    guard let target = try? memory.pointer(argument.address, count: 4) else { return }
    let word = argument.output.low
    let isSigned: Bool
    switch type {
    case .integerOutput(let type), .consumed(let type): isSigned = type.isSigned(.host)
    default: isSigned = false
    }
    target.storeBytes(of: Self.narrowed(word, isSigned: isSigned), as: UInt32.self)
  }

  /// A number of 64 bits as one of 32, as a C library of the guest would have read it: the nearest one
  /// if it does not fit.
  static func narrowed(_ word: UInt64, isSigned: Bool) -> UInt32 {
    let signed = Int64(bitPattern: word)
    if isSigned { return UInt32(bitPattern: Int32(clamping: signed)) }
    // A minus sign negates the unsigned number.
    if signed < 0, signed >= -Int64(UInt32.max) { return UInt32(truncatingIfNeeded: word) }
    return UInt32(clamping: word)
  }
}

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif
