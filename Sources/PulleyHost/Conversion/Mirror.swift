import PulleyVM

/// A structure of the host that stands for one of the guest's as long as a library keeps it.
final class Mirror {
  /// The host's object. Its address is constant.
  let host: UnsafeMutableRawPointer
  /// The guest's object as the last call has left it.
  let shadow: UnsafeMutableRawPointer
  private let size: Int
  /// Whether a call has ended with it, so that `shadow` has a meaning.
  private(set) var isUsed = false

  init(_ transfer: Transfer) {
    size = transfer.guest.size
    host = .allocate(byteCount: max(transfer.host.size, 16), alignment: 16)
    host.initializeMemory(as: UInt8.self, repeating: 0, count: max(transfer.host.size, 16))
    shadow = .allocate(byteCount: max(size, 16), alignment: 16)
  }

  func update(_ guest: UnsafeRawPointer) {
    shadow.copyMemory(from: guest, byteCount: size)
    isUsed = true
  }

  deinit {
    host.deallocate()
    shadow.deallocate()
  }
}
