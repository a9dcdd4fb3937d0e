import Testing

@testable import PulleyHeap

@Suite struct ShapeTests {
  @Test func everySizeHasTheSmallestClassThatItFitsInto() {
    for size in 1...SizeClass.largest {
      guard let sizeClass = SizeClass.of(size) else {
        Issue.record("no class for \(size)")
        continue
      }
      #expect(SizeClass.bytes(sizeClass) >= size)
      #expect(sizeClass == 0 || SizeClass.bytes(sizeClass - 1) < size)
      #expect(sizeClass < SizeClass.count)
    }
    #expect(SizeClass.of(SizeClass.largest) == SizeClass.count - 1)
    #expect(SizeClass.of(SizeClass.largest + 1) == nil)
    #expect(SizeClass.of(.max) == nil)
  }

  @Test func aCellWastesLessThanAFifthOfALargerObject() {
    for size in 129...SizeClass.largest {
      let cell = SizeClass.of(size).map(SizeClass.bytes) ?? 0
      #expect((cell - size) * 5 < cell)
    }
  }

  @Test func theRecordOfAShapeHasTheDocumentedLayout() throws {
    let base = try #require(Shape.make(typeNumber: 7, kind: .structure, size: 8))
    let shape = try #require(
      Shape.make(
        typeNumber: 9, kind: .exception, size: 32,
        references: [.init(offset: 8, isExternal: false), .init(offset: 24, isExternal: true)],
        supertypes: [base]))
    let record = shape.address
    #expect(record.load(as: UInt32.self) == 9)
    #expect(record.load(fromByteOffset: 4, as: UInt8.self) == 2)
    #expect(record.load(fromByteOffset: 8, as: UInt32.self) == 32)
    #expect(record.load(fromByteOffset: 12, as: UInt32.self) == 1)
    let list = record.load(fromByteOffset: 16, as: UnsafePointer<UInt32>.self)
    #expect(record.load(fromByteOffset: 24, as: UInt32.self) == 2)
    #expect(list[0] == 16 && list[1] == 49)
    #expect(record.load(fromByteOffset: 32, as: UnsafeRawPointer?.self) == base.address)
    #expect(record.load(fromByteOffset: 40, as: UnsafeRawPointer?.self) == record)
    for entry in 2..<8 {
      #expect(record.load(fromByteOffset: 32 + entry * 8, as: UInt.self) == 0)
    }
    #expect(shape.isSubtype(of: base) && shape.isSubtype(of: shape) && !base.isSubtype(of: shape))
    shape.deallocate()
    base.deallocate()
  }

  @Test func aShapeWhoseReferencesAreNotInTheObjectIsRefused() {
    for offset in [-8, 0, 4, 12, 16, 1 << 40, .max - 7] {
      let field = Shape.Reference(offset: offset, isExternal: false)
      #expect(Shape.make(typeNumber: 0, kind: .structure, size: 16, references: [field]) == nil)
    }
    #expect(Shape.make(typeNumber: 0, kind: .structure, size: 0) == nil)
    #expect(Shape.make(typeNumber: 0, kind: .structure, size: .max) == nil)
    #expect(Shape.make(typeNumber: 0, kind: .array, elementSizeLog2: 5) == nil)
    #expect(
      Shape.make(typeNumber: 0, kind: .array, elementSizeLog2: 2, elements: .references) == nil)
  }

  @Test func anExternalWordTellsWhetherItContainsAReference() {
    #expect(ExternalWord.reference(in: ExternalWord.containing(0x1234_5678)) == 0x1234_5678)
    #expect(ExternalWord.reference(in: 0x1234_5678) == nil)
    #expect(ExternalWord.reference(in: 0x7FF4_0000_0000_0008) == nil)
  }
}
