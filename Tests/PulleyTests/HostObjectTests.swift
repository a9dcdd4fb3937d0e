import Synchronization
import Testing

@testable import Pulley

@Suite struct HostObjectsOfOneAddress {
  /// While one thread ends its object, others make new objects for the address and end them.
  @Test func threadsMakeAndEndObjectsForOneAddressAtOnce() {
    let found = Atomic<Int>(0)
    withUnsafeMutablePointer(to: &HostObjectsOfOneAddress.byte) { pointer in
      let address = UInt(bitPattern: pointer)
      runOnThreads(4) {
        for _ in 0..<100_000 {
          let object = HostObject.at(address)
          if HostObject.find(address) === object { found.add(1, ordering: .relaxed) }
        }
      }
      #expect(HostObject.find(address) == nil)
    }
    #expect(found.load(ordering: .relaxed) == 400_000)
  }

  nonisolated(unsafe) private static var byte: UInt8 = 0
}
