import PulleyHeap
import PulleyISA

@testable import PulleyVM

/// An instruction of objects in a function, with operands, and what it must do.
///
/// The function loads its operands from the context, and stores the result there.
struct ObjectTrial {
  enum Expectation: Equatable {
    /// The result, or the 16 bytes that a store leaves at `ObjectWorld.place(index)`.
    case value([UInt64])
    /// A new object of this shape, with this word after the shape, and nothing but zeros after that.
    case object(Shape, length: UInt64)
    case trap(TrapKind)
  }

  let opcode: Opcode
  /// By the names of the instruction's fields.
  var operands: [String: [UInt64]]
  let expected: Expectation
  /// Whether the collector is marking.
  var isMarking = false

  /// The slot of the result; nil of a store.
  private var result: Int? { opcode.fields.firstIndex { $0.kind.isWrite } }

  /// The slots of the registers that the instruction reads.
  var sources: [Int] {
    opcode.fields.indices.filter { opcode.fields[$0].kind.isRegister && $0 != result }
  }

  private static let context: Int64 = 20
  /// The number of the context in which the result is stored.
  static let resultNumber = 28

  private func register(_ slot: Int) -> Int64 { 8 + Int64(slot) }

  /// Where the context has the value of an operand.
  private func number(_ slot: Int) -> Int { 2 * slot }

  private func isInteger(_ slot: Int) -> Bool { opcode.fields[slot].kind.registerClass == .x }

  /// The operands that can be in the accumulators together: none, one, or one in each.
  var accumulations: [[Int]] {
    let integers = sources.filter(isInteger)
    let others = sources.filter { !isInteger($0) }
    return [[]] + sources.map { [$0] } + integers.flatMap { one in others.map { [one, $0] } }
  }

  /// The function.
  ///
  /// - Parameter accumulated: the slots of the operands that are in the accumulators.
  func function(accumulated: [Int]) -> FunctionBody {
    var record = WindowRecord(f: 6, v: 6, isLeaf: false)
    record.outgoing = 1
    var function = WindowFunction(record, frame: 32)
    function.add(.xmov, Self.context, Int64(RegisterRoles.context))
    for slot in sources {
      let load: Opcode =
        switch opcode.fields[slot].kind.registerClass {
        case .f: .fload64le_o32
        case .v: .vload128le_o32
        default: .xload64le_o32
        }
      function.add(load, register(slot), Self.context, WindowInstance.offset(number(slot)))
    }
    // Nothing that the loads have left there.
    function.add(.xmin64_u, 19, 19, 19)
    function.add(.fmov, 13, 13)
    for slot in accumulated {
      let operand = register(slot)
      switch opcode.fields[slot].kind.registerClass {
      case .f: function.add(.fmov, operand, operand)
      case .v: function.add(.vmov, operand, operand)
      default: function.add(.xmin64_u, operand, operand, operand)
      }
    }
    function.encoder.encode(
      opcode,
      opcode.fields.enumerated().map { slot, field in
        field.kind.isRegister
          ? register(slot) : Int64(bitPattern: operands[field.name]?[0] ?? 0)
      })
    if let result {
      let store: Opcode =
        switch opcode.fields[result].kind.registerClass {
        case .f: .fstore64le_o32
        case .v: .vstore128le_o32
        default: .xstore64le_o32
        }
      // Through the accumulator.
      function.add(
        store, Self.context, WindowInstance.offset(Self.resultNumber), register(result))
    }
    function.returnValue(Self.context)
    return function.body
  }

  /// The numbers of the context.
  var numbers: [UInt64] {
    var numbers = [UInt64](repeating: 0, count: WindowInstance.numberCount)
    for slot in sources {
      for (index, word) in (operands[opcode.fields[slot].name] ?? []).enumerated() {
        numbers[number(slot) + index] = word
      }
    }
    return numbers
  }
}

/// A heap, and objects on it that never move.
final class ObjectWorld {
  private final class Roots: HeapRoots {
    var objects: [UInt] = []
    func visitRoots(_ visitor: inout RootVisitor) {
      objects.withUnsafeBufferPointer { visitor.visit(objects: $0) }
    }
  }

  private let roots = Roots()
  let heap: Heap
  /// Neither has references, so that words of any value may be in their objects.
  let base = Shape.make(typeNumber: 1, kind: .structure, size: 24)!
  let derived: Shape
  /// The shapes of arrays by the logarithm of the size of their elements.
  let arrays = (0...4).map { Shape.make(typeNumber: 3, kind: .array, elementSizeLog2: $0)! }
  let references = Shape.make(
    typeNumber: 4, kind: .array, elementSizeLog2: 3, elements: .references)!
  static let length: UInt32 = 5
  private(set) var objects: [UInt] = []

  init() {
    derived = Shape.make(typeNumber: 2, kind: .structure, size: 40, supertypes: [base])!
    heap = Heap(limit: 1 << 20, roots: roots, reserve: { _ in true }, release: { _ in })!
    objects = [base, derived].map { UInt(bitPattern: heap.allocate($0, size: $0.size)!) }
    for shape in arrays + [references] {
      objects.append(UInt(bitPattern: heap.allocateArray(shape, length: Self.length)!))
    }
    roots.objects = objects
  }

  var baseObject: UInt64 { UInt64(objects[0]) }
  var derivedObject: UInt64 { UInt64(objects[1]) }
  func array(_ log2: Int) -> UInt64 { UInt64(objects[2 + log2]) }
  var referenceArray: UInt64 { UInt64(objects[7]) }

  /// Writes the contents of all objects again: bytes that differ, or null references.
  func reset() {
    for (index, object) in objects.enumerated() {
      let isArray = index >= 2
      let header = isArray ? Shape.arrayHeader : 8
      let size = isArray ? Int(Self.length) << min(index - 2, 4) : [16, 32][index]
      let start = UnsafeMutableRawPointer(bitPattern: object)! + header
      let isReferences = object == objects[7]
      for byte in 0..<(isReferences ? 8 * Int(Self.length) : size) {
        start.storeBytes(
          of: isReferences ? 0 : UInt8(truncatingIfNeeded: 0x81 &+ 37 &* byte &+ index),
          toByteOffset: byte, as: UInt8.self)
      }
    }
  }

  /// The bytes at a place in an object, as a little-endian number.
  func bytes(_ object: UInt64, _ offset: Int, _ count: Int) -> UInt64 {
    let start = UnsafeRawPointer(bitPattern: UInt(object))!
    return (0..<count).reduce(0) {
      $0 | UInt64(start.load(fromByteOffset: offset + $1, as: UInt8.self)) << UInt64(8 * $1)
    }
  }
}

extension ObjectWorld {
  /// All trials of an instruction.
  func trials(_ opcode: Opcode) -> [ObjectTrial] {
    switch opcode {
    case .xobject_new: newObjects
    case .xarray_new: newArrays
    case .xstore_reference: storesOfReferences
    case .xreference_test, .xreference_cast, .xreference_cast_null, .xreference_kind: tests(opcode)
    default: accesses(opcode)
    }
  }

  private func trial(
    _ opcode: Opcode, _ operands: [String: UInt64], _ expected: ObjectTrial.Expectation
  ) -> ObjectTrial {
    ObjectTrial(opcode: opcode, operands: operands.mapValues { [$0] }, expected: expected)
  }

  private func bits(_ shape: Shape) -> UInt64 { UInt64(UInt(bitPattern: shape.address)) }

  private var newObjects: [ObjectTrial] {
    // The first of a size class does not find a run of it.
    let sizes = [16, 24, 40, 24, 3000, 100_000, 2 << 20]
    return sizes.map { size in
      let shape = Shape.make(typeNumber: 5, kind: .structure, size: size)!
      return trial(
        .xobject_new, ["shape": bits(shape), "size": UInt64(size)],
        size > 1 << 20 ? .trap(.heapExhausted) : .object(shape, length: 0))
    }
  }

  private var newArrays: [ObjectTrial] {
    arrays.flatMap { shape in
      [0, 1, 7, 7, 1000, .max].map { (length: UInt32) in
        trial(
          .xarray_new, ["shape": bits(shape), "length": UInt64(length) | 9 << 32],
          length == .max ? .trap(.heapExhausted) : .object(shape, length: UInt64(length)))
      }
    }
  }

  private var storesOfReferences: [ObjectTrial] {
    var trials = [
      trial(.xstore_reference, ["addr": 0, "offset": 8, "src": 1], .trap(.nullAddress))
    ]
    for isMarking in [false, true] {
      for (value, element) in [(baseObject, 0), (0, 3), (7, 2)] as [(UInt64, UInt64)] {
        var one = trial(
          .xstore_reference,
          ["addr": referenceArray, "offset": 16 + 8 * element, "src": value], .value([value]))
        one.isMarking = isMarking
        trials.append(one)
      }
    }
    return trials
  }

  private func tests(_ opcode: Opcode) -> [ObjectTrial] {
    let exception = Shape.make(typeNumber: 6, kind: .exception, size: 24)!
    let host = Shape.make(typeNumber: 7, kind: .hostReference)!
    let others = [exception, host].map {
      UInt64(UInt(bitPattern: heap.allocate($0, size: $0.size)!))
    }
    /// The reference, its kind, and whether it is to an object of `base`, and of `derived`.
    let references: [(UInt64, kind: UInt64, base: Bool, derived: Bool)] = [
      (0, 0, false, false), (1, 1, false, false), (0xFFFF_FFFF, 1, false, false),
      (baseObject, 2, true, false), (derivedObject, 2, true, true), (array(0), 3, false, false),
      (others[0], 4, false, false), (others[1], 4, false, false),
    ]
    return references.flatMap { reference, kind, isBase, isDerived in
      [(base, isBase), (derived, isDerived)].map { shape, holds in
        let traps = opcode == .xreference_cast ? !holds : !holds && reference != 0
        let expected: ObjectTrial.Expectation =
          switch opcode {
          case .xreference_kind: .value([kind])
          case .xreference_test: .value([holds ? 1 : 0])
          default: traps ? .trap(.castFailure) : .value([])
          }
        return trial(
          opcode,
          [
            "src": reference, "src1": reference, "reference": reference, "src2": bits(shape),
            "shape": bits(shape),
          ], expected)
      }
    }
  }

  /// Loads and stores of elements, with their sizes in the names of their instructions.
  private func accesses(_ opcode: Opcode) -> [ObjectTrial] {
    let name = opcode.mnemonic
    let isReference = opcode == .xarray_store_reference
    let bits =
      isReference
      ? 64 : [128, 64, 32, 16, 8].first { name.contains("\($0)") && !name.contains("_s\($0)_") }!
    let width = name.contains("load8_") ? 8 : name.contains("load16_") ? 16 : bits
    let log2 = (width / 8).trailingZeroBitCount
    let object = isReference ? referenceArray : array(log2)
    let value: [UInt64] =
      isReference ? [baseObject] : [0x8899_AABB_CCDD_EEFF, 0x0102_0304_0506_0708]
    var trials: [ObjectTrial] = []
    for index in [0, 4, 5, 0xFFFF_FFFF] as [UInt64] {
      for object in [object, 0] {
        let isStore = name.contains("store")
        let expected: ObjectTrial.Expectation
        if object == 0 {
          expected = .trap(.nullAddress)
        } else if index >= UInt64(Self.length) {
          expected = .trap(.elementOutOfBounds)
        } else if isStore {
          expected = .value(stored(value, width))
        } else {
          expected = .value(loaded(object, Int(index), width, isSigned: name.contains("_s32")))
        }
        for isMarking in isReference ? [false, true] : [false] {
          var one = ObjectTrial(
            opcode: opcode,
            // An index has 32 bits.
            operands: ["array": [object], "index": [index | 3 << 32], "src": value],
            expected: expected)
          one.isMarking = isMarking
          trials.append(one)
        }
      }
    }
    return trials
  }

  private func stored(_ value: [UInt64], _ width: Int) -> [UInt64] {
    width == 128 ? value : [width == 64 ? value[0] : value[0] & (1 << UInt64(width) - 1)]
  }

  private func loaded(_ array: UInt64, _ index: Int, _ width: Int, isSigned: Bool) -> [UInt64] {
    let place = Shape.arrayHeader + index * width / 8
    if width == 128 { return [bytes(array, place, 8), bytes(array, place + 8, 8)] }
    let value = bytes(array, place, width / 8)
    guard isSigned, value >> UInt64(width - 1) == 1 else { return [value] }
    return [(value | ~0 << UInt64(width)) & 0xFFFF_FFFF]
  }

  /// Where a store writes, and how many bytes.
  func place(_ trial: ObjectTrial) -> (object: UInt64, offset: Int, count: Int) {
    if trial.opcode == .xstore_reference {
      return (referenceArray, Int(trial.operands["offset"]?[0] ?? 0), 8)
    }
    let name = trial.opcode.mnemonic
    let size = name.hasSuffix("reference") ? 8 : Int(name.split(separator: "e").last!)! / 8
    let index = Int((trial.operands["index"]?[0] ?? 0) & 0xFFFF_FFFF)
    return (trial.operands["array"]?[0] ?? 0, Shape.arrayHeader + index * size, size)
  }
}
