import PulleyDeclarations

/// Converts objects of one type of C between the layouts of host and guest, both ways.
///
/// The steps are computed once. They are constant afterwards, so calls on any thread share them.
final class Transfer: @unchecked Sendable {
  struct Step {
    enum Kind: UInt8 {
      /// `count` bytes, unchanged.
      case copy
      /// An integer of 8 bytes in the host and of 4 in the guest.
      case signedWord, unsignedWord
      /// An address. `detail` is an index of `addresses`.
      case address
      /// A handle. `detail` is an index of `handles`.
      case handle
      /// A function. `detail` is an index of `callbacks`.
      case callback
      /// An array of `count` elements. `detail` is an index of `nested`.
      case array
    }

    var kind: Kind
    var hostOffset: Int
    var guestOffset: Int
    var count = 0
    var detail = 0
  }

  /// A pointer to data in the guest's memory.
  struct Address {
    /// How many bytes it must lead to, unless `counter` tells.
    var size: Int
    /// The member that has the number of elements of `size` bytes.
    var counter: Counter?
    /// Whether it leads to characters, so that a string of the host's can be copied to the guest.
    var isText: Bool
    /// Whether it leads to a string that ends with NUL.
    var isTerminated: Bool
    var isNonNull: Bool

    struct Counter {
      /// In bytes, from the beginning of the guest's structure.
      var offset: Int
      var type: IntegerType
    }
  }

  let type: CType
  let host: Extent
  let guest: Extent
  let model: DataModel
  /// Whether both layouts are equal and no value needs a conversion, so that the host can work on the
  /// guest's own data.
  let isIdentical: Bool
  private(set) var steps: [Step] = []
  private(set) var addresses: [Address] = []
  private(set) var handles: [HandleType] = []
  private(set) var callbacks: [CallbackType] = []
  private(set) var nested: [Transfer] = []

  /// Throws if the type has no layout, or a part without a conversion.
  init(_ type: CType, _ model: DataModel) throws(LayoutError) {
    self.type = type
    self.model = model
    if case .void = type {
      steps = [Step(kind: .copy, hostOffset: 0, guestOffset: 0, count: 1)]
      host = Extent(size: 1, alignment: 1)
      guest = host
      isIdentical = true
      return
    }
    var builder = TransferBuilder(model: model)
    try builder.add(type, host: 0, guest: 0, rules: PointerRules(), in: nil)
    host = try type.extent(.host)
    guest = try type.extent(model)
    steps = builder.steps
    addresses = builder.addresses
    handles = builder.handles
    callbacks = builder.callbacks
    nested = builder.nested
    isIdentical =
      host == guest
      && builder.steps.allSatisfy { $0.kind == .copy && $0.hostOffset == $0.guestOffset }
  }

  /// Whether a part of the type is a pointer.
  var hasPointers: Bool {
    !addresses.isEmpty || !handles.isEmpty || !callbacks.isEmpty
      || nested.contains(where: \.hasPointers)
  }
}

/// Computes the steps of a transfer.
private struct TransferBuilder {
  let model: DataModel
  var steps: [Transfer.Step] = []
  var addresses: [Transfer.Address] = []
  var handles: [HandleType] = []
  var callbacks: [CallbackType] = []
  var nested: [Transfer] = []

  /// A record whose members a pointer's count may name.
  struct Parent {
    let record: Record
    let members: [Record.Member]
    /// The offset of each member from the beginning of the guest's object.
    let offsets: [Int]
    let index: Int

    var memberName: String { "the member '\(members[index].name)' of \(record.name)" }
  }

  mutating func add(
    _ type: CType, host: Int, guest: Int, rules: PointerRules, in parent: Parent?
  ) throws(LayoutError) {
    switch type {
    case .integer(let integer): add(integer, host: host, guest: guest)
    case .floating(let floating):
      guard floating != .longDouble else {
        throw LayoutError(
          parent?.memberName ?? "long double", "has another format in the guest")
      }
      copy(try type.extent(.host).size, host: host, guest: guest)
    case .pointer(let pointer):
      try add(pointer, host: host, guest: guest, rules: rules, in: parent)
    case .array(let element, let count):
      guard let count else {
        throw LayoutError(parent?.memberName ?? "an array", "is an array without a size")
      }
      try add(arrayOf: element, count: count, host: host, guest: guest)
    case .record(let record):
      try add(record, host: host, guest: guest)
    case .void, .function, .unsupported:
      _ = try type.extent(model)
    }
  }

  private mutating func add(_ type: IntegerType, host: Int, guest: Int) {
    guard type.size(.host) != type.size(model) else {
      copy(type.size(.host), host: host, guest: guest)
      return
    }
    steps.append(
      Transfer.Step(
        kind: type.isSigned(.host) ? .signedWord : .unsignedWord, hostOffset: host,
        guestOffset: guest))
  }

  private mutating func copy(_ count: Int, host: Int, guest: Int) {
    // Adjacent members are copied together. Padding is not: it has no defined contents.
    if let last = steps.last, last.kind == .copy, last.hostOffset + last.count == host,
      last.guestOffset + last.count == guest
    {
      steps[steps.count - 1].count += count
      return
    }
    steps.append(Transfer.Step(kind: .copy, hostOffset: host, guestOffset: guest, count: count))
  }

  private mutating func add(
    arrayOf element: CType, count: Int, host: Int, guest: Int
  ) throws(LayoutError) {
    let one = try Transfer(element, model)
    if one.isIdentical {
      copy(one.host.size * count, host: host, guest: guest)
    } else {
      steps.append(
        Transfer.Step(
          kind: .array, hostOffset: host, guestOffset: guest, count: count, detail: nested.count))
      nested.append(one)
    }
  }

  private mutating func add(_ record: Record, host: Int, guest: Int) throws(LayoutError) {
    let hostLayout = try record.layout(.host)
    let guestLayout = try record.layout(model)
    let members = record.definition?.members ?? []
    if record.kind == .union {
      for member in members {
        guard try Transfer(member.type, model).isIdentical else {
          throw LayoutError(
            record.name, "is a union whose member '\(member.name)' differs between host and guest")
        }
      }
      copy(hostLayout.extent.size, host: host, guest: guest)
      return
    }
    for (index, member) in members.enumerated() {
      // A flexible array member has no size of its own.
      if case .array(_, count: nil) = member.type { continue }
      let parent = Parent(
        record: record, members: members, offsets: guestLayout.offsets.map { guest + $0 },
        index: index)
      try add(
        member.type, host: host + hostLayout.offsets[index],
        guest: guest + guestLayout.offsets[index], rules: member.rules, in: parent)
    }
  }

  private mutating func add(
    _ pointer: PointerType, host: Int, guest: Int, rules: PointerRules, in parent: Parent?
  ) throws(LayoutError) {
    var step = Transfer.Step(kind: .address, hostOffset: host, guestOffset: guest)
    switch pointer.pointee {
    case .function(let type):
      step.kind = .callback
      step.detail = callbacks.count
      callbacks.append(
        CallbackType(
          try HostSignature(callback: type), isNullable: !rules.isNonNull, isKept: true,
          sentinels: rules.sentinels))
    case .record(let record) where record.isOpaque:
      step.kind = .handle
      step.detail = handles.count
      handles.append(HandleType(name: record.name, isReleased: rules.isReleased))
    default:
      step.detail = addresses.count
      addresses.append(try address(pointer, rules, in: parent))
    }
    steps.append(step)
  }

  private func address(
    _ pointer: PointerType, _ rules: PointerRules, in parent: Parent?
  ) throws(LayoutError) -> Transfer.Address {
    // A structure of a list leads to its own kind, so a transfer of it would have no end.
    let target = pointer.pointee.holdsPointers ? nil : try Transfer(pointer.pointee, model)
    guard let target, target.isIdentical else {
      throw LayoutError(
        parent?.memberName ?? "a pointer to a pointer",
        "leads to data whose layouts in host and guest differ")
    }
    let isText = pointer.pointee.isCharacter
    var result = Transfer.Address(
      size: target.guest.size, isText: isText, isTerminated: false, isNonNull: rules.isNonNull)
    switch rules.extent {
    case .one: result.isTerminated = isText && pointer.isConst
    case .elements(.constant(let count)): result.size *= count
    case .bytes(.constant(let count)): result.size = count
    case .elements(.parameter(let position)), .bytes(.parameter(let position)):
      guard let parent, parent.members.indices.contains(position),
        case .integer(let type) = parent.members[position].type
      else { break }
      if case .bytes = rules.extent { result.size = 1 }
      result.counter = Transfer.Address.Counter(offset: parent.offsets[position], type: type)
    case .elements, .bytes: break
    }
    return result
  }
}

extension CType {
  /// Whether the type is one of C's character types.
  var isCharacter: Bool {
    switch self {
    case .integer(.char), .integer(.int8), .integer(.uint8): true
    default: false
    }
  }
}

extension CType {
  /// Whether an object of the type has pointers in it. Takes linear time.
  fileprivate var holdsPointers: Bool {
    var seen: Set<Record> = []
    var open = [self]
    while let type = open.popLast() {
      switch type {
      case .pointer: return true
      case .array(let element, _): open.append(element)
      case .record(let record):
        if seen.insert(record).inserted {
          open += (record.definition?.members ?? []).map(\.type)
        }
      case .void, .integer, .floating, .function, .unsupported: break
      }
    }
    return false
  }
}
