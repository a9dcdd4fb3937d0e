import PulleyWasm
import Testing

@testable import PulleyWat

/// A `name` section with these subsections.
private func names(_ parts: (UInt8, [UInt8])...) -> [UInt8] {
  custom("name", parts.flatMap { [$0.0] + sized($0.1) })
}

private func map(_ entries: (Int, String)...) -> [UInt8] {
  vector(entries.map { leb($0.0) + name($0.1) })
}

@Suite struct PrintedNames {
  @Test func namesArePrintedAsIdentifiers() throws {
    let call: [UInt8] = [0x10, 1]
    let output = try printed(
      module(functions(call, call), names((0, name("m")), (1, map((0, "f"), (1, "g h"))))))
    #expect(output.hasPrefix("(module $m\n"))
    #expect(output.contains("(func $f (;0;) (type 0)\n    call $\"g h\"\n"))
    #expect(output.contains("(func $\"g h\" (;1;)"))
    #expect(!output.contains("@custom"))
  }

  @Test func equalNamesGetDifferentIdentifiers() throws {
    let output = try printed(
      module(
        functions([0x10, 2], [], [], []),
        names((1, map((0, "f"), (1, "f.2"), (2, "f"), (3, ""))))))
    #expect(line(with: "(;2;)", in: output) == "(func $f.2.2 (@name \"f\") (;2;) (type 0))")
    #expect(line(with: "(;3;)", in: output) == "(func (@name \"\") (;3;) (type 0))")
    #expect(line(with: "call", in: output) == "call $f.2.2")
  }

  @Test func invisibleCharactersInNamesAreEscaped() throws {
    let output = try printed(module(functions([]), names((1, map((0, "a\"\u{7F}\u{200B}é"))))))
    #expect(output.contains("(func $\"a\\\"\\7f\\e2\\80\\8bé\" (;0;)"))
  }

  @Test func namesOfLocalsAndFieldsArePrinted() throws {
    let bytes = module(
      section(1, vector([[0x60, 2, 0x7F, 0x7E, 0], [0x5F, 1, 0x7F, 0]])), section(3, [1, 0]),
      section(10, vector([sized([2, 2, 0x7F, 1, 0x7E, 0x20, 1, 0x20, 4, 0x0B])])),
      names(
        (2, vector([leb(0) + map((1, "p"), (3, "l"))])), (4, map((1, "s"))),
        (10, vector([leb(1) + map((0, "x"))]))))
    let output = try printed(bytes)
    #expect(output.contains("(func (;0;) (type 0) (param i32) (param $p i64)\n"))
    #expect(output.contains("\n    (local i32) (local $l i32) (local i64)\n    local.get $p\n"))
    #expect(output.contains("(type $s (;1;) (struct (field $x i32)))"))
  }

  @Test func labelsOfOneNameHideOneAnother() throws {
    // block $a { block $a { br 0, br 1 } br 0 } block $b { br 0 }
    let body: [UInt8] = [
      0x02, 0x40, 0x02, 0x40, 0x0C, 0, 0x0C, 1, 0x0B, 0x0C, 0, 0x0B, 0x02, 0x40, 0x0C, 0, 0x0B,
    ]
    let labels = vector([leb(0) + map((0, "a"), (1, "a"), (2, "b"))])
    let output = try printed(module(functions(body), names((3, labels))))
    let lines = output.split(separator: "\n").dropFirst(3).dropLast(2)
    #expect(
      lines.map { line in String(line.drop { $0 == " " }) } == [
        "block $a", "block $a", "br $a", "br 1 (;@1;)", "end", "br $a", "end", "block $b", "br $b",
        "end",
      ])
  }

  @Test(arguments: [
    names((1, map((5, "nobody")))), names((1, map((0, "b"), (0, "a")))), names((77, [])),
    names((1, [1, 0, 1, 0xFF])), names((3, vector([leb(0) + map((9, "l"))]))), custom("name", [1]),
    names((1, map((0, "a")))) + names((1, map((0, "b")))),
  ])
  func namesWithoutAnEntityAreKeptAsBytes(section: [UInt8]) throws {
    let output = try printed(module(functions([]), section))
    #expect(output.contains("(func (;0;)"))
    #expect(output.contains("(@custom \"name\" (after code)"))
  }

  @Test func branchHintsArePrintedAsAnnotations() throws {
    let body: [UInt8] = [0x41, 0, 0x0D, 0, 0x41, 0, 0x04, 0x40, 0x0B]
    let hints = custom(BranchHints.sectionName, [1, 0, 2, 3, 1, 0, 7, 1, 1])
    let output = try printed(module(functions(body, before: hints)))
    #expect(output.contains("    (@metadata.code.branch_hint \"\\00\")\n    br_if 0\n"))
    #expect(output.contains("    (@metadata.code.branch_hint \"\\01\")\n    if (;@1;)\n"))
    let folded = try printed(module(functions(body, before: hints)), isFolded: true)
    #expect(folded.contains("    (@metadata.code.branch_hint \"\\01\")\n    (if (;@1;)\n"))
  }

  @Test func branchHintsWithoutABranchAreKeptAsBytes() throws {
    let hints = custom(BranchHints.sectionName, [1, 0, 1, 1, 1, 0])
    let output = try printed(module(functions([0x41, 0, 0x0D, 0], before: hints)))
    #expect(output.contains("(@custom \"metadata.code.branch_hint\" (after func)"))
  }
}
