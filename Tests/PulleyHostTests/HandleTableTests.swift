import PulleyVM
import Testing

@testable import PulleyHost

/// An address to compare, at which there is nothing.
private func pointer(_ number: Int) -> UnsafeMutableRawPointer {
  UnsafeMutableRawPointer(bitPattern: number * 16).unsafelyUnwrapped
}

/// The objects whose finalizers ran, in order.
nonisolated(unsafe) private var finalized: [UnsafeMutableRawPointer?] = []

@Suite(.serialized) struct HandleTables {
  let table = HandleTable()

  @Test func `an object has one number for each type as long as it is not released`() throws {
    let file = try table.number(for: pointer(1), type: "FILE")
    #expect(try table.number(for: pointer(1), type: "FILE") == file)
    let other = try table.number(for: pointer(1), type: "struct a")
    #expect(other != file)
    #expect(try table.object(UInt64(file), type: "FILE") == pointer(1))
    #expect(try table.object(UInt64(other), type: "struct a") == pointer(1))
    table.release(UInt64(file))
    #expect(try table.number(for: pointer(1), type: "FILE") != file)
    #expect(try table.object(UInt64(other), type: "struct a") == pointer(1))
  }

  @Test func `a number of another type is refused with both types`() throws {
    let number = UInt64(try table.number(for: pointer(1), type: "struct sqlite3_stmt"))
    let error = #expect(throws: HandleError.self) {
      try table.object(number, type: "struct sqlite3")
    }
    #expect(error == .otherType(number, expected: "struct sqlite3", found: "struct sqlite3_stmt"))
    #expect(
      "\(try #require(error))"
        == "\(number) is a handle of 'struct sqlite3_stmt', not of 'struct sqlite3'")
  }

  @Test func `forged, released and foreign numbers are told apart`() throws {
    for forged in [0, 1 << 31, 1 << 32, .max] as [UInt64] {
      #expect(throws: HandleError.unknown(forged, expected: "FILE")) {
        try table.object(forged, type: "FILE")
      }
    }
    let kept = UInt64(try table.number(for: pointer(1), type: "FILE"))
    let released = UInt64(try table.number(for: pointer(2), type: "FILE"))
    table.release(released)
    #expect(throws: HandleError.released(released, expected: "FILE")) {
      try table.object(released, type: "FILE")
    }
    let next = (released + 1).isMultiple(of: UInt64(HandleNumbers.blockSize)) ? nil : released + 1
    if let next {
      #expect(throws: HandleError.unknown(next, expected: "FILE")) {
        try table.object(next, type: "FILE")
      }
    }
    let foreign = UInt64(try HandleTable().number(for: pointer(1), type: "FILE"))
    #expect(throws: HandleError.foreignOrReleased(foreign, expected: "FILE")) {
      try table.object(foreign, type: "FILE")
    }
    // Another release changes nothing.
    table.release(released)
    #expect(try table.object(kept, type: "FILE") == pointer(1))
  }

  @Test func `numbers are positive when a guest stores them in an int`() throws {
    for index in 1...200 {
      let number = try table.number(for: pointer(index), type: "FILE")
      #expect(number > 0 && number <= Int32.max)
    }
  }

  @Test func `handles of merged tables keep their numbers`() throws {
    let other = HandleTable()
    let mine = UInt64(try table.number(for: pointer(1), type: "FILE"))
    let same = UInt64(try other.number(for: pointer(1), type: "FILE"))
    // The types have other indices in the other table.
    let theirs = UInt64(try other.number(for: pointer(2), type: "DIR"))
    #expect(mine != same)
    table.merge(other)
    for merged in [table, other] {
      #expect(merged.count == 3)
      #expect(try merged.object(mine, type: "FILE") == pointer(1))
      #expect(try merged.object(same, type: "FILE") == pointer(1))
      #expect(try merged.object(theirs, type: "DIR") == pointer(2))
    }
    let later = UInt64(try other.number(for: pointer(3), type: "DIR"))
    #expect(try table.object(later, type: "DIR") == pointer(3))
    table.merge(other)
    #expect(table.count == 4)
  }

  @Test(arguments: [0, 1])
  func `an object with two numbers from merged tables is released with both`(by index: Int) throws {
    let other = HandleTable()
    let numbers = [
      UInt64(try table.number(for: pointer(1), type: "FILE")),
      UInt64(try other.number(for: pointer(1), type: "FILE")),
    ]
    table.merge(other)
    table.release(numbers[index])
    #expect(table.count == 0)
    for number in numbers {
      #expect(throws: HandleError.self) { try table.object(number, type: "FILE") }
    }
    #expect(!numbers.contains(UInt64(try table.number(for: pointer(1), type: "FILE"))))
  }

  @Test func `a table refuses more handles than its limit`() throws {
    let table = HandleTable(limit: 3)
    for index in 1...3 { _ = try table.number(for: pointer(index), type: "FILE") }
    #expect(throws: HandleError.tooMany(limit: 3, type: "FILE")) {
      try table.number(for: pointer(4), type: "FILE")
    }
    let known = try table.number(for: pointer(3), type: "FILE")
    table.release(UInt64(known))
    #expect(try table.number(for: pointer(4), type: "FILE") > 0)
  }

  @Test func `a table grows only as its owner is charged`() throws {
    var charged = 0
    let table = HandleTable { bytes in
      guard charged + bytes <= 10_000 else { return false }
      charged += bytes
      return true
    }
    var made = 0
    let error = #expect(throws: HandleError.self) {
      while made < 1000 {
        _ = try table.number(for: pointer(made + 1), type: "FILE")
        made += 1
      }
    }
    #expect(error == .outOfMemory(type: "FILE"))
    #expect(made > 40 && charged > 4000)
    #expect(table.count == made)
    #expect(
      try table.object(UInt64(table.number(for: pointer(1), type: "FILE")), type: "FILE")
        == pointer(1))
  }

  @Test func `the finalizers of living handles run in reverse order when the table dies`() throws {
    let finalizer = HandleFinalizer(name: "close", function: { finalized.append($0) })
    finalized = []
    do {
      let table = HandleTable()
      let other = HandleTable()
      _ = try table.number(for: pointer(1), type: "FILE", finalizer: finalizer)
      let released = try table.number(for: pointer(2), type: "FILE", finalizer: finalizer)
      _ = try table.number(for: pointer(3), type: "FILE")
      // The last request names the finalizer.
      _ = try table.number(for: pointer(4), type: "FILE")
      _ = try table.number(for: pointer(4), type: "FILE", finalizer: finalizer)
      _ = try table.number(for: pointer(4), type: "FILE")
      table.release(UInt64(released))
      do {
        let absorbed = HandleTable()
        _ = try absorbed.number(for: pointer(5), type: "FILE", finalizer: finalizer)
        other.merge(absorbed)
      }
      table.merge(other)
      #expect(finalized.isEmpty)
    }
    #expect(finalized == [pointer(5), pointer(4), pointer(1)])
  }

  @Test func `an object that both of two merged tables have is finalized once`() throws {
    let finalizer = HandleFinalizer(name: "close", function: { finalized.append($0) })
    finalized = []
    do {
      let table = HandleTable()
      let other = HandleTable()
      for table in [table, other] {
        _ = try table.number(for: pointer(1), type: "FILE", finalizer: finalizer)
      }
      table.merge(other)
    }
    #expect(finalized == [pointer(1)])
  }

  @Test func `a table that has ended keeps what its objects use until they have ended`() throws {
    final class Used { deinit { finalized.append(nil) } }
    let finalizer = HandleFinalizer(name: "close", function: { finalized.append($0) })
    finalized = []
    let table = HandleTable()
    _ = try table.number(for: pointer(1), type: "FILE", finalizer: finalizer)
    table.end(keeping: Used())
    #expect(finalized == [pointer(1), nil])
    table.end()
    #expect(finalized == [pointer(1), nil])
  }

  @Test func `temporary handles die with their scope unless they were there before`() throws {
    let before = UInt64(try table.number(for: pointer(1), type: "FILE"))
    let outer = table.beginScope()
    #expect(try table.temporaryNumber(for: pointer(1), type: "FILE", in: outer) == before)
    let temporary = UInt64(try table.temporaryNumber(for: pointer(2), type: "FILE", in: outer))
    let kept = UInt64(try table.temporaryNumber(for: pointer(3), type: "FILE", in: outer))
    let inner = table.beginScope()
    #expect(try table.temporaryNumber(for: pointer(2), type: "FILE", in: inner) == temporary)
    let short = UInt64(try table.temporaryNumber(for: pointer(4), type: "FILE", in: inner))
    #expect(try table.number(for: pointer(3), type: "FILE") == kept)
    table.endScope(inner)
    #expect(throws: HandleError.self) { try table.object(short, type: "FILE") }
    #expect(try table.object(temporary, type: "FILE") == pointer(2))
    table.endScope(outer)
    #expect(throws: HandleError.released(temporary, expected: "FILE")) {
      try table.object(temporary, type: "FILE")
    }
    #expect(try table.object(before, type: "FILE") == pointer(1))
    #expect(try table.object(kept, type: "FILE") == pointer(3))
    #expect(table.count == 2)
  }

  @Test func `scopes of tables that are merged inside them end each for itself`() throws {
    let other = HandleTable()
    let scopes = [table.beginScope(), other.beginScope(), table.beginScope()]
    let numbers = [
      UInt64(try table.temporaryNumber(for: pointer(1), type: "FILE", in: scopes[0])),
      UInt64(try other.temporaryNumber(for: pointer(1), type: "FILE", in: scopes[1])),
      UInt64(try table.temporaryNumber(for: pointer(3), type: "FILE", in: scopes[2])),
    ]
    other.merge(table)
    let holders = [table, other, table]
    for index in [2, 1, 0] {
      #expect(try other.object(numbers[index], type: "FILE") == pointer(index == 2 ? 3 : 1))
      holders[index].endScope(scopes[index])
      #expect(throws: HandleError.self) { try other.object(numbers[index], type: "FILE") }
      #expect(other.count == index)
    }
    #expect(try other.number(for: pointer(1), type: "FILE") > 0)
  }

  @Test func `a table agrees with a dictionary in thousands of random steps`() throws {
    var random = SystemRandomNumberGenerator()
    var model: [UInt64: (object: Int, type: String)] = [:]
    let types = ["FILE", "DIR", "struct a type with a long name"]
    for step in 0..<20_000 {
      // The table grows for a while, then shrinks, so that entries move in every way.
      if Int.random(in: 0..<10, using: &random) < (step / 2000 % 2 == 0 ? 7 : 3) {
        let object = Int.random(in: 1...3000, using: &random)
        let type = types[object % 3]
        let number = UInt64(try table.number(for: pointer(object), type: type))
        if let known = model[number] { #expect(known == (object, type)) }
        model[number] = (object, type)
      } else if let (number, _) = model.randomElement(using: &random) {
        table.release(number)
        model[number] = nil
        #expect(throws: HandleError.self) { try table.object(number, type: types[0]) }
      }
      #expect(table.count == model.count)
    }
    for (number, known) in model {
      #expect(try table.object(number, type: known.type) == pointer(known.object))
    }
  }

  @Test func `numbers are leased again only after all others`() {
    var numbers = HandleNumbers(blockCount: 3)
    #expect(!numbers.mayHaveGiven(5))
    #expect(numbers.lease() == 0)
    #expect(numbers.mayHaveGiven(5) && !numbers.mayHaveGiven(64))
    #expect(numbers.lease() == 1)
    numbers.giveBack(0)
    #expect(numbers.lease() == 2)
    #expect(numbers.lease() == 0)
    #expect(numbers.lease() == nil)
    numbers.giveBack(1)
    #expect(numbers.lease() == 1)
    #expect(HandleNumbers.numbers(of: 0) == 1..<64)
    #expect(HandleNumbers.numbers(of: (1 << 25) - 1).last == .max >> 1)
  }
}
