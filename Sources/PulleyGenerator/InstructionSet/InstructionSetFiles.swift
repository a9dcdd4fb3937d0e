import PulleySpec

/// The files that follow from the rows of the instruction set alone.
func instructionSetFiles(_ operations: [NumberedOperation]) -> [GeneratedFile] {
  var files = [
    opcodeFile(operations), opcodeTableFile(operations), isaDocument(operations),
  ]
  // Several files, so that the compiler spreads them over the cores.
  for (number, part) in parts(of: operations, count: 4).enumerated() {
    files.append(encoderFile(part, number: number + 1))
  }
  return files
}

/// `count` consecutive parts of about the same size.
private func parts(of operations: [NumberedOperation], count: Int) -> [[NumberedOperation]] {
  (0..<count).map { part in
    let bounds = operations.count * part / count..<operations.count * (part + 1) / count
    return Array(operations[bounds])
  }
}
