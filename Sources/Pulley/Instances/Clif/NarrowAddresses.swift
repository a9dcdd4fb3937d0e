import PulleyVM

/// The addresses of 32 bits that one instance's code has for its imports.
///
/// A function whose address has more bits gets a `HostEntry`. Nothing can replace the address of data.
struct NarrowAddresses: Sendable {
  private var addresses: [NarrowReference: UInt32] = [:]
  /// By the number of the import. Kept as long as the guest may call them.
  private var entries: [Int: HostEntry] = [:]

  /// Fails with one error for each import whose address does not fit.
  init(
    _ references: [NarrowReference], _ imports: [ImportDescription],
    _ definitions: [ClifDefinition]
  ) throws(PulleyError) {
    var errors: [PulleyError] = []
    var failed = -1
    for reference in references where reference.number != failed {
      let item = imports[reference.number]
      do throws(PulleyError) {
        addresses[reference] = try address(of: item, definitions[reference.number], reference)
      } catch {
        failed = reference.number
        if errors.count < PulleyError.mostListed { errors.append(error) }
      }
    }
    if let error = PulleyError(all: errors) { throw error }
  }

  subscript(reference: NarrowReference) -> UInt32? { addresses[reference] }

  private mutating func address(
    of item: ImportDescription, _ definition: ClifDefinition, _ reference: NarrowReference
  ) throws(PulleyError) -> UInt32 {
    let start = Int64(bitPattern: UInt64(definition.address))
    let (sum, overflows) = start.addingReportingOverflow(reference.addend)
    if !overflows, let address = UInt32(exactly: sum) { return address }
    guard definition.isFunction else {
      let reason =
        "at 0x\(String(definition.address, radix: 16)), but the module uses an address of 32 bits "
        + "for it: data must be below 4 GiB, and a function found by its name must be used by "
        + "func_addr"
      throw PulleyError(item.refused(reason), "\(Self.name(item, reference)) is \(reason)")
    }
    guard reference.addend == 0 else {
      let message =
        "\(Self.name(item, reference)) is not the start of the function, whose address does not fit "
        + "32 bits"
      throw PulleyError(item.refused(message), message)
    }
    guard let entry = entries[reference.number] ?? HostEntry(function: definition.address) else {
      throw PulleyError(.limit, "no memory below 4 GiB for an address of \(item.qualifiedName)")
    }
    entries[reference.number] = entry
    return entry.address
  }

  private static func name(_ item: ImportDescription, _ reference: NarrowReference) -> String {
    let sign = reference.addend > 0 ? "+" : ""
    return item.qualifiedName + (reference.addend == 0 ? "" : "\(sign)\(reference.addend)")
  }
}
