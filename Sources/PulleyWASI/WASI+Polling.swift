import Glibc
import PulleyVM

/// `poll_oneoff`, and sockets.
extension WASI {
  private struct Subscription {
    enum Event {
      /// A clock, in nanoseconds from now.
      case clock(remaining: UInt64)
      case descriptor(number: UInt32, isWrite: Bool)
    }

    let userData: UInt64
    let event: Result<Event, WASIErrno>
    let kind: UInt8
  }

  private static let subscriptionSize: UInt64 = 48
  private static let eventSize: UInt64 = 32

  func poll(
    _ memory: GuestMemory, _ subscriptions: UInt32, _ events: UInt32, _ count: UInt32
  ) throws(WASIErrno) -> UInt32 {
    guard count > 0, count <= 4096 else { throw .inval }
    try memory.requireArray(subscriptions, count, of: Self.subscriptionSize)
    try memory.requireArray(events, count, of: Self.eventSize)
    var wanted: [Subscription] = []
    for index in 0..<count {
      let address = GuestAddress(subscriptions).element(index, of: Self.subscriptionSize)
      wanted.append(try subscription(memory, address))
    }
    var occurred: [(Subscription, WASIErrno, bytes: UInt64, hasHungUp: Bool)] = []
    var polled: [pollfd] = []
    var polledSubscriptions: [Subscription] = []
    var timeout: UInt64?
    for item in wanted {
      switch item.event {
      case .failure(let error): occurred.append((item, error, 0, false))
      case .success(.clock(let remaining)): timeout = min(timeout ?? .max, remaining)
      case .success(.descriptor(let number, let isWrite)):
        guard let descriptor = descriptors[number] else {
          occurred.append((item, .badf, 0, false))
          continue
        }
        if descriptor.sink != nil || descriptor.source != nil {
          let rest = (descriptor.source?.count ?? 0) - descriptor.sourcePosition
          occurred.append((item, .success, UInt64(max(0, rest)), false))
          continue
        }
        polled.append(
          pollfd(
            fd: descriptor.system, events: Int16(isWrite ? POLLOUT : POLLIN), revents: 0))
        polledSubscriptions.append(item)
      }
    }
    if !occurred.isEmpty { timeout = 0 }
    try wait(&polled, timeout)
    for (item, state) in zip(polledSubscriptions, polled) where state.revents != 0 {
      let hasHungUp = state.revents & Int16(POLLHUP) != 0
      let error: WASIErrno =
        state.revents & Int16(POLLNVAL) != 0
        ? .badf : state.revents & Int16(POLLERR) != 0 && !hasHungUp ? .io : .success
      occurred.append((item, error, Self.readable(state), hasHungUp))
    }
    // Without other events, the clocks with the earliest deadline have expired.
    if occurred.isEmpty, let timeout {
      for item in wanted {
        if case .success(.clock(let remaining)) = item.event, remaining <= timeout {
          occurred.append((item, .success, 0, false))
        }
      }
    }
    for (index, (item, error, bytes, hasHungUp)) in occurred.enumerated() {
      let event = try memory.require(
        GuestAddress(events).element(UInt32(index), of: Self.eventSize), Self.eventSize)
      event.initializeMemory(as: UInt8.self, repeating: 0)
      event.storeBytes(of: item.userData, toByteOffset: 0, as: UInt64.self)
      event.storeBytes(of: error.rawValue, toByteOffset: 8, as: UInt16.self)
      event[10] = item.kind
      event.storeBytes(of: bytes, toByteOffset: 16, as: UInt64.self)
      event[24] = hasHungUp ? 1 : 0
    }
    return UInt32(occurred.count)
  }

  private func subscription(
    _ memory: GuestMemory, _ address: GuestAddress
  ) throws(WASIErrno) -> Subscription {
    let userData = try memory.load(address, as: UInt64.self)
    let kind = try memory.load(address + 8, as: UInt8.self)
    let event: Result<Subscription.Event, WASIErrno>
    switch kind {
    case 0:
      let clock = try memory.load(address + 16, as: UInt32.self)
      let moment = try memory.load(address + 24, as: UInt64.self)
      let isAbsolute = try memory.load(address + 40, as: UInt16.self) & 1 != 0
      do throws(WASIErrno) {
        // With a fixed clock, a deadline would never be reached.
        let now = options.fixedTime == nil ? try time(clock) : 0
        event = .success(
          .clock(
            remaining: options.fixedTime != nil
              ? 0 : isAbsolute ? (moment > now ? moment - now : 0) : moment))
      } catch {
        event = .failure(error)
      }
    case 1, 2:
      let number = try memory.load(address + 16, as: UInt32.self)
      event = .success(.descriptor(number: number, isWrite: kind == 2))
    default: throw .inval
    }
    return Subscription(userData: userData, event: event, kind: kind)
  }

  private func wait(_ polled: inout [pollfd], _ timeout: UInt64?) throws(WASIErrno) {
    if polled.isEmpty && timeout == 0 { return }
    var deadline = Interruption.never
    if let timeout, let nanoseconds = Int64(exactly: timeout) {
      let (sum, overflow) = Interruption.now.addingReportingOverflow(nanoseconds)
      if !overflow { deadline = sum }
    }
    _ = try poll(&polled, until: deadline)
  }

  /// The number of bytes that can be read now; 1 if it is unknown.
  private static func readable(_ state: pollfd) -> UInt64 {
    guard state.revents & Int16(POLLIN) != 0 else { return 0 }
    var status = stat()
    guard fstat(state.fd, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 1 }
    let position = lseek(state.fd, 0, SEEK_CUR)
    return position >= 0 && status.st_size > position ? UInt64(status.st_size - position) : 0
  }

  // Sockets

  private func socket(_ number: UInt32) throws(WASIErrno) -> WASIDescriptor {
    let descriptor = try descriptors.require(number)
    guard descriptor.kind == .socket else { throw .notsock }
    return descriptor
  }

  func accept(_ number: UInt32, _ flags: UInt32) throws(WASIErrno) -> UInt32 {
    let listener = try socket(number)
    try listener.require(.accept)
    guard flags & ~4 == 0 else { throw .inval }
    try requireRoom(besides: listener.system)
    let connection = try forGuest(try acceptOne(listener), .kept)
    _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
    if flags & 4 != 0 {
      let old = fcntl(connection, F_GETFL)
      _ = fcntl(connection, F_SETFL, old | O_NONBLOCK)
    }
    return try descriptors.append(
      WASIDescriptor(
        .socket, system: connection, type: .streamSocket,
        rights: listener.inheriting.subtracting(.accept)))
  }

  func receive(
    _ number: UInt32, _ buffers: [UnsafeMutableRawBufferPointer], _ flags: UInt32
  ) throws(WASIErrno) -> (count: Int, isCut: Bool) {
    let descriptor = try socket(number)
    guard flags & ~3 == 0 else { throw .inval }
    var system: Int32 = 0
    if flags & 1 != 0 { system |= Int32(MSG_PEEK) }
    var isCut = false
    let isGathered = flags & 3 == 2 && descriptor.type == .streamSocket
    var rest = buffers[...]
    var total = 0
    repeat {
      do throws(WASIErrno) {
        let count = try receiveOnce(descriptor, rest, system, &isCut)
        total += count
        if count == 0 || !isGathered { break }
        rest = Self.suffix(of: rest, from: count)
      } catch {
        // The next call will report the error.
        if total == 0 || error == .interrupted { throw error }
        break
      }
    } while !rest.isEmpty
    return (total, isCut)
  }

  private func receiveOnce(
    _ descriptor: WASIDescriptor, _ buffers: ArraySlice<UnsafeMutableRawBufferPointer>,
    _ flags: Int32, _ isCut: inout Bool
  ) throws(WASIErrno) -> Int {
    var result = 0
    (result, isCut) = try Self.withVectors(buffers) { vectors, number throws(WASIErrno) in
      var message = msghdr()
      message.msg_iov = UnsafeMutablePointer(mutating: vectors)
      message.msg_iovlen = Int(number)
      let receive = { recvmsg(descriptor.system, &message, flags | Int32(MSG_DONTWAIT)) }
      let count = try transfer(
        descriptor.system, POLLIN, waits: waits(descriptor), now: receive, whenReady: receive)
      return (count, message.msg_flags & Int32(MSG_TRUNC) != 0)
    }
    return result
  }

  func send(
    _ number: UInt32, _ buffers: [UnsafeMutableRawBufferPointer], _ flags: UInt32
  ) throws(WASIErrno) -> Int {
    let descriptor = try socket(number)
    guard flags == 0 else { throw .inval }
    let waits = waits(descriptor)
    var rest = buffers[...]
    var total = 0
    repeat {
      do throws(WASIErrno) {
        let count = try sendOnce(descriptor, rest, waits: waits)
        total += count
        if count == 0 || !waits { break }
        rest = Self.suffix(of: rest, from: count)
      } catch {
        if total == 0 || error == .interrupted { throw error }
        break
      }
    } while !rest.isEmpty
    return total
  }

  private func sendOnce(
    _ descriptor: WASIDescriptor, _ buffers: ArraySlice<UnsafeMutableRawBufferPointer>, waits: Bool
  ) throws(WASIErrno) -> Int {
    try Self.withVectors(buffers) { vectors, number throws(WASIErrno) in
      var message = msghdr()
      message.msg_iov = UnsafeMutablePointer(mutating: vectors)
      message.msg_iovlen = Int(number)
      // A closed connection must not end the process with SIGPIPE.
      let send = {
        sendmsg(
          descriptor.system, &message, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      return try transfer(
        descriptor.system, POLLOUT, waits: waits, now: send, whenReady: send)
    }
  }

  private func acceptOne(_ listener: WASIDescriptor) throws(WASIErrno) -> Int32 {
    let waits = waits(listener)
    while true {
      if waits {
        try waitUntilReady(listener.system, for: POLLIN)
      } else if try !Self.isReady(listener.system, for: POLLIN) {
        throw .again
      }
      let connection = Glibc.accept(listener.system, nil, nil)
      if connection >= 0 { return connection }
      // Another process may have accepted the connection first.
      guard errno == EINTR || waits && errno == EAGAIN else { throw .last }
    }
  }

  func shutdown(_ number: UInt32, _ how: UInt32) throws(WASIErrno) {
    let descriptor = try socket(number)
    try descriptor.require(.shutdown)
    let kinds: [Int32] = [Int32(SHUT_RD), Int32(SHUT_WR), Int32(SHUT_RDWR)]
    guard how >= 1, how <= 3 else { throw .inval }
    _ = try checked(Glibc.shutdown(descriptor.system, kinds[Int(how) - 1]))
  }
}
