import CPulley
import Pulley
import PulleyText

@c @implementation
public func pulley_linker_set_import_resolver(
  _ linker: OpaquePointer?, _ resolver: pulley_import_resolver_t?,
  _ userdata: UnsafeMutableRawPointer?, _ error: ErrorOut?
) -> pulley_status_t {
  attempt(error) { () throws(Failure) in
    let linker = try require(linker, Linker.self, "linker")
    try requireMemory()
    guard let resolver else {
      linker.importResolver = nil
      return
    }
    linker.importResolver = { [unowned linker] (item) throws(PulleyError) in
      try resolve(item, by: resolver, userdata, linker)
    }
  }
}

private func resolve(
  _ item: ImportDescription, by resolver: pulley_import_resolver_t,
  _ userdata: UnsafeMutableRawPointer?, _ linker: Linker
) throws(PulleyError) -> ImportResolution {
  guard
    let described = made({
      ExternObject(
        module: item.module, name: item.name, type: item.type, proposal: item.proposedSignature)
    }),
    let own = made({ handle(linker) })
  else { throw PulleyError(.limit, "the process has no memory left to resolve \(item)") }
  defer { delete(own, Linker.self) }
  var error: OpaquePointer?
  var traps = false
  let status = withExtendedLifetime(described) {
    resolver(userdata, own, borrowed(described), &traps, &error)
  }
  guard status != Status.ok else {
    delete(error, ErrorObject.self)
    return traps ? .trapsWhenCalled : .asDefined
  }
  let cause = object(error, ErrorObject.self)?.error
  delete(error, ErrorObject.self)
  throw cause
    ?? PulleyError(
      PulleyError.Kind(rawValue: status) ?? .link,
      "the resolver has failed with status \(status) for the import \(item)")
}
