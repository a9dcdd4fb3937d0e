import CPulley

private nonisolated(unsafe) let versionText = CText(PULLEY_VERSION)

@c @implementation
public func pulley_version() -> UnsafePointer<CChar>? {
  versionText.pointer
}

@c @implementation
public func pulley_version_number() -> Int32 {
  PULLEY_VERSION_NUMBER
}
