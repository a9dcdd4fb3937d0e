import PulleyVM

/// What the library makes in a guest, and for it, until a call of the guest has returned.
final class TemporaryObjects {
  private let environment: HostEnvironment
  private var addresses: [UInt64] = []
  private var scope: HandleTable.Scope?

  init(_ environment: HostEnvironment) { self.environment = environment }

  private func requireGuest() throws(MarshallingFailure) -> any GuestAccess {
    guard let guest = environment.guest else {
      throw MarshallingFailure("needs an instance of WebAssembly")
    }
    return guest
  }

  /// Memory that the guest's own allocator gives.
  func allocate(
    _ bytes: Int
  ) throws(MarshallingFailure) -> (address: UInt64, pointer: UnsafeMutableRawPointer) {
    let guest = try requireGuest()
    let address: UInt64
    do throws(HostTrap) {
      address = try guest.allocate(UInt64(bytes))
    } catch {
      throw MarshallingFailure(
        "is data of the host, for which the guest has no memory: \(error.message)")
    }
    addresses.append(address)
    let memory = GuestMemory(environment: environment.block)
    return (address, try memory.pointer(address, count: UInt64(bytes)))
  }

  /// The guest's address of a copy of a string.
  func copy(ofString string: UnsafeRawPointer) throws(MarshallingFailure) -> UInt64 {
    let size = strlen(string.assumingMemoryBound(to: CChar.self)) + 1
    let (address, pointer) = try allocate(size)
    pointer.copyMemory(from: string, byteCount: size)
    return address
  }

  /// The number of an object; temporary, unless the guest has the object already.
  func handle(
    for object: UnsafeMutableRawPointer, _ type: HandleType
  ) throws(MarshallingFailure) -> UInt64 {
    let table = try requireGuest().handles
    let scope = self.scope ?? table.beginScope()
    self.scope = scope
    do throws(HandleError) {
      return UInt64(try table.temporaryNumber(for: object, type: type.name, in: scope))
    } catch {
      throw MarshallingFailure("cannot be passed: \(error)")
    }
  }

  /// Frees the memory and ends the handles.
  func end() {
    guard !addresses.isEmpty || scope != nil, let guest = environment.guest else { return }
    for address in addresses.reversed() { guest.free(address) }
    addresses = []
    if let scope { guest.handles.endScope(scope) }
    scope = nil
  }
}

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif
