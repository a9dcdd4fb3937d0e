/// An arbitrary-precision natural number, with the operations for parsing decimal numbers.
struct BigNatural {
  /// The limbs, least significant first, without leading zeros.
  private var limbs: [UInt64] = []

  init(_ value: UInt64) {
    if value != 0 { limbs.append(value) }
  }

  var isZero: Bool { limbs.isEmpty }

  /// The number of bits without leading zeros.
  var bitCount: Int {
    guard let top = limbs.last else { return 0 }
    return limbs.count * 64 - top.leadingZeroBitCount
  }

  mutating func multiply(by factor: UInt64, adding summand: UInt64 = 0) {
    var carry = summand
    for index in limbs.indices {
      let product = limbs[index].multipliedFullWidth(by: factor)
      let (low, overflows) = product.low.addingReportingOverflow(carry)
      limbs[index] = low
      carry = product.high + (overflows ? 1 : 0)
    }
    if carry != 0 { limbs.append(carry) }
  }

  mutating func multiply(byPowerOfTen power: Int) {
    var rest = power
    while rest >= 19 {
      multiply(by: 10_000_000_000_000_000_000)
      rest -= 19
    }
    var factor: UInt64 = 1
    for _ in 0..<rest { factor *= 10 }
    if factor > 1 { multiply(by: factor) }
  }

  mutating func shiftLeft(_ count: Int) {
    guard count > 0, !isZero else { return }
    let bits = UInt64(count % 64)
    if bits > 0 {
      var carry: UInt64 = 0
      for index in limbs.indices {
        let limb = limbs[index]
        limbs[index] = limb << bits | carry
        carry = limb >> (64 - bits)
      }
      if carry != 0 { limbs.append(carry) }
    }
    limbs.insert(contentsOf: repeatElement(0, count: count / 64), at: 0)
  }

  /// The integer part of the quotient, which must fit 64 bits, and whether the remainder is zero.
  func divided(by divisor: BigNatural) -> (quotient: UInt64, isExact: Bool) {
    var rest = self
    var multiple = divisor
    multiple.shiftLeft(63)
    var quotient: UInt64 = 0
    for _ in 0..<64 {
      quotient <<= 1
      if !rest.isLess(than: multiple) {
        rest.subtract(multiple)
        quotient |= 1
      }
      multiple.halve()
    }
    return (quotient, rest.isZero)
  }

  private func isLess(than other: BigNatural) -> Bool {
    guard limbs.count == other.limbs.count else { return limbs.count < other.limbs.count }
    for index in limbs.indices.reversed() where limbs[index] != other.limbs[index] {
      return limbs[index] < other.limbs[index]
    }
    return false
  }

  /// Subtracts a number that is not greater.
  private mutating func subtract(_ other: BigNatural) {
    var borrow: UInt64 = 0
    for index in limbs.indices {
      let subtrahend = index < other.limbs.count ? other.limbs[index] : 0
      let (first, borrowed) = limbs[index].subtractingReportingOverflow(subtrahend)
      let (second, borrowedToo) = first.subtractingReportingOverflow(borrow)
      limbs[index] = second
      borrow = borrowed || borrowedToo ? 1 : 0
    }
    trim()
  }

  private mutating func halve() {
    var carry: UInt64 = 0
    for index in limbs.indices.reversed() {
      let limb = limbs[index]
      limbs[index] = limb >> 1 | carry << 63
      carry = limb & 1
    }
    trim()
  }

  private mutating func trim() {
    while limbs.last == 0 { limbs.removeLast() }
  }
}
