import PulleyDeclarations
import PulleyVM

/// What an instance keeps for the calls of its host functions.
final class KeptObjects {
  fileprivate var mirrors: [MirrorKey: Mirror] = [:]
  fileprivate let copies = HostDataCopies()

  fileprivate struct MirrorKey: Hashable {
    let address: UInt64
    let type: CType
  }

  /// A structure of the guest can have a mirror at any of its addresses.
  fileprivate static let mostMirrors = 1 << 16
}

/// Conversions of values that refer to objects.
extension HostEnvironment {
  private var objects: KeptObjects {
    if let kept { return unsafeDowncast(kept, to: KeptObjects.self) }
    let new = KeptObjects()
    kept = new
    return new
  }

  private func requireGuest() throws(MarshallingFailure) -> any GuestAccess {
    guard let guest else {
      throw MarshallingFailure("needs an instance of WebAssembly")
    }
    return guest
  }

  // MARK: Handles

  /// The object of a handle; nil for 0.
  func object(
    ofHandle number: UInt64, _ type: HandleType
  ) throws(MarshallingFailure) -> UnsafeMutableRawPointer? {
    if number == 0 { return nil }
    let table = try requireGuest().handles
    do throws(HandleError) {
      return try table.object(number, type: type.name)
    } catch {
      throw MarshallingFailure("cannot be passed: \(error)")
    }
  }

  /// The number of an object.
  ///
  /// - Parameter finalizer: of an object that is new. If the object cannot have a number, it ends now.
  func handle(
    for object: UnsafeMutableRawPointer, _ type: HandleType, finalizer: HandleFinalizer? = nil
  ) throws(MarshallingFailure) -> UInt64 {
    let table = try requireGuest().handles
    do throws(HandleError) {
      return UInt64(try table.number(for: object, type: type.name, finalizer: finalizer))
    } catch {
      finalizer?.callHost(object)
      throw MarshallingFailure("cannot be passed: \(error)")
    }
  }

  func end(handle number: UInt64) { guest?.handles.release(number) }

  // MARK: Strings

  /// The guest's address of a copy of a string.
  func copy(ofString string: UnsafeRawPointer) throws(MarshallingFailure) -> UInt64 {
    let guest = try requireGuest()
    return try objects.copies.address(
      of: UInt(bitPattern: string), image: string,
      count: strlen(string.assumingMemoryBound(to: CChar.self)) + 1,
      in: GuestMemory(environment: block), guest)
  }

  /// The guest's address of a copy of `count` objects.
  func copy(
    of data: UnsafeRawPointer, count: Int, _ transfer: Transfer
  ) throws(MarshallingFailure) -> UInt64 {
    let guest = try requireGuest()
    let (size, overflow) = transfer.guest.size.multipliedReportingOverflow(by: count)
    guard !overflow, size <= Int(Int32.max), Headroom.isLeft(size) else {
      throw MarshallingFailure("leads to \(count) elements, more than a guest can have")
    }
    let image = UnsafeMutableRawPointer.allocate(byteCount: max(size, 16), alignment: 16)
    defer { image.deallocate() }
    image.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    try transfer.write(count, from: data, to: image, Transfer.Context(block))
    return try objects.copies.address(
      of: UInt(bitPattern: data), image: image, count: size,
      in: GuestMemory(environment: block), guest)
  }

  /// The data of the host whose copy the guest has at an address.
  func string(copiedAt address: UInt64) -> UnsafeMutableRawPointer? {
    objects.copies.origin(at: address)
  }

  /// Frees the copy at an address.
  func endString(copiedAt address: UInt64) {
    if let guest { objects.copies.end(at: address, guest) }
  }

  // MARK: Mirrors

  /// The host's structure for the guest's at an address.
  func mirror(
    of address: UInt64, _ transfer: Transfer
  ) throws(MarshallingFailure) -> Unmanaged<Mirror> {
    let key = KeptObjects.MirrorKey(address: address, type: transfer.type)
    if let known = objects.mirrors[key] { return .passUnretained(known) }
    guard objects.mirrors.count < KeptObjects.mostMirrors, Headroom.allowsSmall() else {
      throw MarshallingFailure(
        "would be structure number \(KeptObjects.mostMirrors + 1) that a library keeps")
    }
    let new = Mirror(transfer)
    objects.mirrors[key] = new
    return .passUnretained(new)
  }

  func endMirror(of address: UInt64, _ transfer: Transfer) {
    let key = KeptObjects.MirrorKey(address: address, type: transfer.type)
    objects.mirrors[key] = nil
  }
}

/// The copies in the guest's memory of strings and other data to which C functions have returned pointers.
///
/// Each address of the host has one copy. When a function returns the address again, the copy is brought
/// up to date, as a static buffer of C would be. Copies live as long as the instance, or until the guest
/// passes one to a function that releases it.
final class HostDataCopies {
  private struct Copy {
    let address: UInt64
    /// How many bytes the copy has room for, with the NUL.
    let capacity: UInt64
  }

  private var copies: [UInt: Copy] = [:]
  private var origins: [UInt64: UInt] = [:]

  private static let most = 1 << 20

  /// - Parameter image: the data in the layout of the guest.
  func address(
    of origin: UInt, image string: UnsafeRawPointer, count: Int, in memory: GuestMemory,
    _ guest: any GuestAccess
  ) throws(MarshallingFailure) -> UInt64 {
    let length = UInt64(count)
    if let known = copies[origin] {
      if known.capacity >= length {
        try memory.pointer(known.address, count: length).copyMemory(
          from: string, byteCount: Int(length))
        return known.address
      }
      forget(origin, known)
      guest.free(known.address)
    }
    guard copies.count < Self.most, Headroom.allowsSmall() else {
      throw MarshallingFailure(
        "is number \(Self.most + 1) of the host's data that the guest gets a copy of")
    }
    let address: UInt64
    do throws(HostTrap) {
      address = try guest.allocate(length)
    } catch {
      throw MarshallingFailure(
        "is data of the host, for which the guest has no memory: \(error.message)")
    }
    try memory.pointer(address, count: length).copyMemory(from: string, byteCount: Int(length))
    copies[origin] = Copy(address: address, capacity: length)
    origins[address] = origin
    return address
  }

  private func forget(_ origin: UInt, _ copy: Copy) {
    copies[origin] = nil
    origins[copy.address] = nil
  }

  /// The data of which the guest has a copy at an address.
  func origin(at address: UInt64) -> UnsafeMutableRawPointer? {
    origins[address].flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
  }

  func end(at address: UInt64, _ guest: any GuestAccess) {
    guard let origin = origins[address], let copy = copies[origin] else { return }
    forget(origin, copy)
    guest.free(address)
  }
}

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif
