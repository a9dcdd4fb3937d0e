import PulleySpec

/// Every file that follows from `PulleySpec` and the handler templates: the sources in the
/// `Generated` folders and docs/isa.md.
public func generatedFiles() -> [GeneratedFile] {
  instructionSetFiles(operations) + handlerFiles()
}
