#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The memory for an image's threaded code: blocks that are freed together.
struct CodeArena: ~Copyable {
  private var blocks: [Block] = []
  private var used = 0

  private struct Block {
    let base: UnsafeMutablePointer<UInt64>
    let count: Int
    /// Whether it is mapped below 4 GiB.
    let isLow: Bool
  }

  /// The block size is 64 KiB, a multiple of every page size; a larger function gets a separate block.
  private static let blockWords = 8192

  /// Memory, and the block that contains it if that is new.
  typealias Allocation = (memory: UnsafeMutablePointer<UInt64>, newBlock: Range<UInt>?)

  /// Memory for `count` words.
  mutating func allocate(_ count: Int) -> Allocation {
    if let last = blocks.last, last.count - used >= count { return take(count, from: last) }
    let size = max(count, CodeArena.blockWords)
    let base = UnsafeMutablePointer<UInt64>.allocate(capacity: size)
    base.initialize(repeating: 0, count: size)
    return add(Block(base: base, count: size, isLow: false), count)
  }

  /// Memory for `count` words below 4 GiB; nil if there is none.
  mutating func allocateLow(_ count: Int) -> Allocation? {
    if let last = blocks.last, last.count - used >= count, last.isLow {
      return take(count, from: last)
    }
    return CodeArena.mapLow(count).map { add($0, count) }
  }

  private mutating func take(_ count: Int, from block: Block) -> Allocation {
    defer { used += count }
    return (block.base + used, nil)
  }

  private mutating func add(_ block: Block, _ count: Int) -> Allocation {
    blocks.append(block)
    used = count
    let start = UInt(bitPattern: block.base)
    return (block.base, start..<start + UInt(8 * block.count))
  }

  private static func mapLow(_ count: Int) -> Block? {
    let size = (max(count, 1) + blockWords - 1) / blockWords * blockWords
    guard let memory = LowMemory.map(8 * size, PROT_READ | PROT_WRITE) else { return nil }
    return Block(base: memory.assumingMemoryBound(to: UInt64.self), count: size, isLow: true)
  }

  deinit {
    for block in blocks {
      if block.isLow { munmap(block.base, 8 * block.count) } else { block.base.deallocate() }
    }
  }
}
