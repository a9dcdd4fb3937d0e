import Pulley
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The handles that the program owns.
///
/// A handle is a number in the form of a pointer: the index of a slot and the slot's generation, which
/// rises when the handle is deleted. So no two handles of a process are equal, a deleted handle is
/// recognised at any later time, and no memory is read through a wrong one. The lowest bit is 1, which
/// distinguishes handles from the objects that the library lends, whose addresses are even.
///
/// A lookup takes no lock. The one that hands a handle to another thread orders its lookups after the
/// slot was filled.
enum HandleRegistry {
  private static let indexBits = 24
  private static let generationShift = indexBits + 1
  private static let lastGeneration = UInt.max >> UInt(generationShift)
  private static let chunkBits = 10
  /// The most handles at a time.
  static let capacity = 1 << indexBits

  fileprivate struct Slot {
    /// The handle. In a free slot, a number with the next generation and another slot's index.
    var word: UInt
    /// The object, which the slot retains. In a free slot, the index of the next free slot.
    var content: UInt
  }

  private struct State {
    /// The slots that have ever been used.
    var used = 0
    var live = 0
    /// The first free slot among them; `noSlot` if there is none.
    var free = noSlot
  }

  private static let noSlot = UInt.max
  private static let state = Mutex(State())

  /// The number of handles that have not been deleted.
  static var count: Int { state.withLock(\.live) }

  /// A new handle for an object, which it retains. Nil if there are too many handles, or no memory.
  static func add(_ object: some AnyObject) -> OpaquePointer? {
    let word = state.withLock { state -> UInt? in
      guard let index = takeSlot(&state), let slot = slot(index) else { return nil }
      let generation = slot.pointee.word >> UInt(generationShift)
      let word = generation << UInt(generationShift) | UInt(index) << 1 | 1
      slot.pointee = Slot(
        word: word, content: UInt(bitPattern: Unmanaged.passRetained(object).toOpaque()))
      state.live += 1
      return word
    }
    return word.flatMap { OpaquePointer(bitPattern: $0) }
  }

  /// Ends a handle and returns its object, retained. Nil unless it is a living handle of this class.
  static func remove(_ handle: OpaquePointer?, _ type: AnyClass) -> Unmanaged<AnyObject>? {
    let word = UInt(bitPattern: handle)
    return state.withLock { state in
      guard let object = find(word), isInstance(object, of: type) else { return nil }
      let index = Int(word >> 1) & (capacity - 1)
      guard let slot = slot(index) else { return nil }
      state.live -= 1
      let generation = word >> UInt(generationShift)
      guard generation < lastGeneration else {
        // Never used again.
        slot.pointee = Slot(word: 0, content: 0)
        return Unmanaged.fromOpaque(object)
      }
      slot.pointee = Slot(
        word: (generation + 1) << UInt(generationShift) | (UInt(index) ^ 1) << 1,
        content: state.free)
      state.free = UInt(index)
      return Unmanaged.fromOpaque(object)
    }
  }

  /// The object of a living handle of any kind.
  @inline(__always)
  static func find(_ word: UInt) -> UnsafeRawPointer? {
    // Other words than handles lead to any slot, which another thread may be filling.
    guard word & 1 == 1, let slot = slot(Int(word >> 1) & (capacity - 1)),
      slot.pointee.word == word
    else { return nil }
    return UnsafeRawPointer(bitPattern: slot.pointee.content)
  }

  /// Whether the handle has existed and been deleted.
  static func isDeleted(_ word: UInt) -> Bool {
    guard word & 1 == 1, let slot = slot(Int(word >> 1) & (capacity - 1)) else { return false }
    let generation = word >> UInt(generationShift)
    return generation > 0 && generation < slot.pointee.word >> UInt(generationShift)
  }

  /// Whether an object's class is `type` itself. The first word of every Swift object is its class.
  @inline(__always)
  static func isInstance(_ object: UnsafeRawPointer, of type: AnyClass) -> Bool {
    object.load(as: UnsafeRawPointer.self) == unsafeBitCast(type, to: UnsafeRawPointer.self)
  }

  @inline(__always)
  private static func slot(_ index: Int) -> UnsafeMutablePointer<Slot>? {
    guard let chunk = handleChunks?[index >> chunkBits] else { return nil }
    return chunk + (index & (1 << chunkBits - 1))
  }

  /// Takes a slot from the free ones, or the next one that was never used.
  private static func takeSlot(_ state: inout State) -> Int? {
    if state.free != noSlot {
      let index = Int(state.free)
      guard let slot = slot(index) else { return nil }
      state.free = slot.pointee.content
      return index
    }
    guard state.used < capacity, slot(state.used) != nil || addChunk(state.used >> chunkBits),
      let slot = slot(state.used)
    else { return nil }
    slot.pointee.word = 1 << UInt(generationShift)
    state.used += 1
    return state.used - 1
  }

  private static func addChunk(_ number: Int) -> Bool {
    if handleChunks == nil {
      let pointer = MemoryLayout<UnsafeMutablePointer<Slot>?>.stride
      handleChunks = allocate(capacity >> chunkBits * pointer)?.assumingMemoryBound(
        to: UnsafeMutablePointer<Slot>?.self)
    }
    guard let handleChunks, let chunk = allocate(MemoryLayout<Slot>.stride << chunkBits) else {
      return false
    }
    handleChunks[number] = chunk.assumingMemoryBound(to: Slot.self)
    return true
  }

  /// Zeroed memory, which is never freed. Nil if the process cannot have it.
  private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
    guard (try? HostMemory.require(bytes, for: "handles")) != nil else { return nil }
    return calloc(1, bytes)
  }
}

/// The slots in chunks, which never move. A variable outside of a type has no lazy initialisation, whose
/// check each call would pay for.
nonisolated(unsafe) private var handleChunks:
  UnsafeMutablePointer<UnsafeMutablePointer<HandleRegistry.Slot>?>? = nil
