/// What statistics say about a handler.
public struct HandlerDescription: Sendable {
  /// The same in all images of a process, and not the same in other versions of the library.
  public let number: UInt16

  public init(number: UInt16) { self.number = number }

  init(_ handler: HandlerID) { number = handler.number }

  private var handler: HandlerID { HandlerID(number: number) }

  public var name: String { handlerNames[Int(number)] }

  /// The handlers that do the same one after another, each for one instruction or a fixed sequence of
  /// them. One element, the handler itself, if it is not fused.
  public var parts: [HandlerDescription] {
    fusedParts[handler]?.map { HandlerDescription($0) } ?? [self]
  }

  /// How many instructions of the bytecode it executes.
  public var instructions: Int {
    if let parts = fusedParts[handler] {
      return parts.reduce(0) { $0 + HandlerDescription($1).instructions }
    }
    if handler == .sync { return 0 }
    if handler == .reload_memory { return 3 }
    return HandlerFamily.pop_frame_restore_ret.index(of: handler) == nil ? 1 : 2
  }
}

private let handlerNames: [String] = {
  let names = joinedHandlerNames.split(separator: "\n").map { String($0) }
  precondition(names.count == HandlerID.total, "each handler has a name")
  return names
}()

private let fusedParts: [HandlerID: [HandlerID]] = {
  var parts: [HandlerID: [HandlerID]] = [:]
  for index in 0..<FusedHandler.total {
    let fusion = FusedHandler(index)
    parts[fusion.handler] = (0..<fusion.count).map { HandlerID(number: fusion.part($0)) }
  }
  for (arguments, family) in HandlerFamily.callsAndPushes.enumerated() {
    for saves in 0..<family.count {
      parts[family[saves]] = [
        HandlerFamily.calls[arguments], HandlerFamily.push_frame_save[saves],
      ]
    }
  }
  return parts
}()
