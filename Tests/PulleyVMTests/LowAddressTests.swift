import Glibc
import PulleyISA
import Testing

@testable import PulleyVM

/// Addresses below 4 GiB.
@Suite struct LowAddresses {
  private let limit: UInt = 1 << 32

  @Test func memoryIsMappedBelow4GiBAtDistinctPlaces() throws {
    var ranges: [Range<UInt>] = []
    for size in [1 << 16, 1 << 20, 3 << 20, 1 << 16] {
      let memory = try #require(LowMemory.map(size, PROT_READ | PROT_WRITE))
      memory.storeBytes(of: 1, toByteOffset: size - 1, as: UInt8.self)
      let start = UInt(bitPattern: memory)
      #expect(start + UInt(size) <= limit)
      #expect(!ranges.contains { $0.overlaps(start..<start + UInt(size)) })
      ranges.append(start..<start + UInt(size))
    }
    for range in ranges {
      munmap(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count)
    }
  }

  @Test func memoryThatDoesNotFitBelow4GiBIsRefused() {
    #expect(LowMemory.map(4 << 30, PROT_NONE) == nil)
    #expect(LowMemory.map(.max & ~0xFFFF, PROT_NONE) == nil)
    #expect(LowMemory.map(0, PROT_NONE) == nil)
  }

  @Test func aHostFunctionKeepsItsLowAddressAsLongAsSomebodyUsesIt() throws {
    let function: UInt = 0x7777_0000_1234
    var first = HostEntry(function: function)
    let address = try #require(first?.address)
    var second = HostEntry(function: function)
    #expect(second?.address == address)
    #expect(HostEntry(function: function + 16)?.address != address)
    #expect(EntryArena.hostFunction(at: UInt64(address)) == UInt64(function))
    first = nil
    #expect(EntryArena.hostFunction(at: UInt64(address)) == UInt64(function))
    second = nil
    // No other function of this process has the address now, or one of another test has.
    #expect(EntryArena.hostFunction(at: UInt64(address)) != UInt64(function))
  }

  @Test func addressesAtHostEntriesThatAreNoneStandForNoFunction() throws {
    let entry = try #require(HostEntry(function: 0x7777_0000_5678))
    let address = UInt64(entry.address)
    for distance in -8...8 where distance != 0 {
      #expect(EntryArena.hostFunction(at: address &+ UInt64(bitPattern: Int64(distance))) == 0)
    }
    withExtendedLifetime(entry) {}
    // An address that is not in the range is the host's own.
    #expect(EntryArena.hostFunction(at: 0x7777_0000_5678) == 0x7777_0000_5678)
    #expect(EntryArena.hostFunction(at: 0) == 0)
  }

  @Test func entriesAndCodeOfALowImageAreBelow4GiB() throws {
    var options = PredecodingOptions()
    options.checksCallees = true
    options.isLow = true
    var program = Program()
    program.options = options
    program.function { p in
      p.encoder.push_frame()
      p.call(.xpcadd, [6], 1)
      p.encoder.call_indirect(XReg(6))
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    program.function { p in
      p.encoder.push_frame()
      p.encoder.xmov_lr(XReg(1))
      p.encoder.xmov_fp(XReg(2))
      // The caller's return address, which ends the run.
      p.encoder.xload64le_o32(XReg(2), XReg(2), 0)
      p.encoder.xload64le_o32(XReg(2), XReg(2), 8)
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    let image = try program.image()
    #expect(image.hasAddresses)
    let machine = try Machine(stackSize: 4096, hasLowStack: true)
    #expect(machine.run(image.entry(0)) == nil)
    for value in [
      machine.state[x: 6], machine.state[x: 1], machine.state[x: 2],
      UInt64(UInt(bitPattern: image.entry(1))),
    ] {
      #expect(value > 0 && value < UInt64(limit))
    }
    #expect(machine.state[x: 6] == UInt64(UInt(bitPattern: image.entry(1))))
    #expect(machine.state[x: 1] != machine.state[x: 2])
  }
}
