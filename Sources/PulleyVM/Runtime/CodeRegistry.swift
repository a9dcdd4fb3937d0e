import Synchronization

/// A place in an image's bytecode.
public struct CodeLocation: Sendable {
  public let image: CodeImage
  public let function: Int
  /// The offset of the instruction in the function.
  public let offset: Int
  /// The code that the offset is in.
  public var variant = CodeVariant.final
}

extension CodeLocation: Equatable {
  public static func == (a: CodeLocation, b: CodeLocation) -> Bool {
    a.image === b.image && a.function == b.function && a.offset == b.offset
  }
}

/// Finds the image of an address in threaded code. All images whose functions may call one another
/// share one registry, usually an engine's.
public final class CodeRegistry: Sendable {
  private struct Block {
    let range: Range<UInt>
    // An image removes its blocks before it is deallocated. Counting references to it for each frame
    // that an exception leaves would take longer than the rest of the search, and twice as long once
    // the queue of the tiers has a weak reference.
    let image: Unmanaged<CodeImage>
  }

  private let blocks = Mutex<[Block]>([])

  public init() {}

  func add(_ range: Range<UInt>, _ image: CodeImage) {
    blocks.withLock { blocks in
      let index = CodeRegistry.position(range.lowerBound, in: blocks)
      blocks.insert(Block(range: range, image: .passUnretained(image)), at: index)
    }
  }

  func remove(_ ranges: [Range<UInt>]) {
    let starts = Set(ranges.map(\.lowerBound))
    blocks.withLock { blocks in
      blocks.removeAll { starts.contains($0.range.lowerBound) }
    }
  }

  /// How many blocks begin at or below `address`.
  private static func position(_ address: UInt, in blocks: [Block]) -> Int {
    var low = 0
    var high = blocks.count
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].range.lowerBound <= address { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The bytecode location of the cell, or of the part of a fused cell, that `address` points into, and
  /// whether the function's frame is on the stack there. The image must be alive, as it is while its
  /// code runs.
  func locate(_ address: UInt) -> (location: CodeLocation, hasFrame: Bool)? {
    image(of: address)?.takeUnretainedValue().locate(address)
  }

  /// The handler of an exception that leaves the call in the cell that `address` points into; see
  /// `CodeImage.catcher`.
  func catcher(at address: UInt, _ isTag: (UInt32) -> Bool) -> CodeImage.Catcher? {
    image(of: address)?._withUnsafeGuaranteedRef { $0.catcher(at: address, isTag) }
  }

  private func image(of address: UInt) -> Unmanaged<CodeImage>? {
    blocks.withLock { blocks in
      let index = CodeRegistry.position(address, in: blocks) - 1
      guard index >= 0, blocks[index].range.contains(address) else { return nil }
      return blocks[index].image
    }
  }
}
