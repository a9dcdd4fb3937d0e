import PulleyDeclarations

/// Why a host function cannot be bound to an import.
public struct HostTypeMismatch: Error, Hashable, Sendable, CustomStringConvertible {
  public let message: String
  public var description: String { message }

  public init(message: String) { self.message = message }
}

extension HostSignature {
  /// Checks that a function of this signature can be bound to an import of the guest's type.
  ///
  /// - Parameter declaration: where the signature comes from, for messages.
  public func check(
    against type: GuestFunctionType, _ declaration: FunctionDeclaration? = nil
  ) throws(HostTypeMismatch) {
    guard isSimple else {
      _ = try model(for: type, declaration)
      return
    }
    func mismatch(_ what: String) -> HostTypeMismatch {
      HostTypeMismatch(
        message: "the host function \(named(by: declaration)) does not fit the import "
          + "\(type): \(what)")
    }
    if parameters.count != type.parameters.count {
      throw mismatch(
        "it takes \(count(parameters.count, "argument")) of the guest's, "
          + "the import has \(type.parameters.count)")
    }
    for (index, (host, guest)) in zip(parameters, type.parameters).enumerated()
    where !host.accepts(guest) {
      throw mismatch("argument \(index + 1) is \(host.word), which does not accept \(guest)")
    }
    let results = result == .void ? 0 : 1
    if results != type.results.count {
      throw mismatch(
        "it returns \(count(results, "value")), the import has \(type.results.count)")
    }
    if let guest = type.results.first, !result.accepts(guest) {
      throw mismatch("the result is \(result.word), which does not become \(guest)")
    }
  }

  /// The model of the guest whose import of a function of this signature has the type. Throws if the
  /// import has another type than clang gives the function.
  func model(
    for type: GuestFunctionType, _ declaration: FunctionDeclaration? = nil
  ) throws(HostTypeMismatch) -> DataModel {
    let text = named(by: declaration)
    var expected: [String] = []
    for model in [DataModel.guest32, .guest64] {
      let wanted: GuestFunctionType
      do throws(LayoutError) {
        wanted = try GuestABI.functionType(of: self, model)
      } catch {
        throw HostTypeMismatch(message: "the host function \(text) cannot be called: \(error)")
      }
      if Self.fits(type.parameters, wanted.parameters), Self.fits(type.results, wanted.results) {
        return model
      }
      if !expected.contains("\(wanted)") { expected.append("\(wanted)") }
    }
    throw HostTypeMismatch(
      message: "the host function \(text) does not fit the import \(type): clang imports it as "
        + expected.joined(separator: ", or with 64-bit addresses as "))
  }

  /// A pointer of the host is an externref, or a number of 64 bits.
  private static func fits(_ found: [GuestType], _ wanted: [GuestType]) -> Bool {
    found.count == wanted.count
      && zip(found, wanted).allSatisfy { $0 == $1 || $1 == .externref && $0 == .i64 }
  }

  /// The function for messages: as C declares it, or else its signature.
  func named(by declaration: FunctionDeclaration?) -> String {
    declaration.map { "'\($0)'" } ?? description
  }

  private func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }
}
