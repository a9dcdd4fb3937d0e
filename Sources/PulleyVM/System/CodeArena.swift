/// The memory for an image's threaded code: blocks that are freed together.
struct CodeArena: ~Copyable {
  private var blocks: [Block] = []
  private var used = 0

  private struct Block {
    let base: UnsafeMutablePointer<UInt64>
    let count: Int
  }

  /// The block size is 64 KiB; a larger function gets a separate block.
  private static let blockWords = 8192

  /// Memory for `count` words, and its block if that is new.
  mutating func allocate(
    _ count: Int
  ) -> (memory: UnsafeMutablePointer<UInt64>, newBlock: Range<UInt>?) {
    if let last = blocks.last, last.count - used >= count {
      let memory = last.base + used
      used += count
      return (memory, nil)
    }
    let size = max(count, CodeArena.blockWords)
    let base = UnsafeMutablePointer<UInt64>.allocate(capacity: size)
    base.initialize(repeating: 0, count: size)
    blocks.append(Block(base: base, count: size))
    used = count
    let start = UInt(bitPattern: base)
    return (base, start..<start + UInt(8 * size))
  }

  deinit {
    for block in blocks { block.base.deallocate() }
  }
}
