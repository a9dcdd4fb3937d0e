/// The instruction set's reference, docs/isa.md.
func isaDocument(_ operations: [NumberedOperation]) -> GeneratedFile {
  GeneratedFile(path: "docs/isa.md", content: "# The Pulley instruction set\n")
}
