import Testing

@testable import PulleyIR

@Suite struct FileReading {
  @Test func theReaderKeepsTestCommands() {
    let file = read(
      """
      ; before
      test interpret
      test   run  ; the rest is a comment
      set opt_level=speed
      target pulley64 has_simd
      feature !"x"

      function %f() {
      }
      """)
    #expect(file.errors == [])
    #expect(
      file.directives == [
        ClifDirective(line: 2, words: ["test", "interpret"]),
        ClifDirective(line: 3, words: ["test", "run"]),
        ClifDirective(line: 4, words: ["set", "opt_level=speed"]),
        ClifDirective(line: 5, words: ["target", "pulley64", "has_simd"]),
        ClifDirective(line: 6, words: ["feature", "!\"x\""]),
      ])
    #expect(file.functions.first?.line == 8)
    #expect(file.functions.first?.comments == [])
  }

  @Test func theReaderReadsEmptyFiles() {
    #expect(read("").errors == [] && read("").functions.isEmpty)
    #expect(read(" \n; nothing").errors == [])
  }

  @Test func theReaderAttachesCommentsToTheEntityBeforeThem() {
    let file = read(
      """
      ; 0
      function %f() { ; 2
        ; 2
        ss10 = explicit_slot 8 ; 4
        ; 4

      block0: ; 7
        v0 = iconst.i32 1 ;; 8
        ; 8
        v1, v2 = uadd_overflow v0,
          v0 ; 10
        return ; 12
      } ; 2
      ; run: 2
      function %g() {
      }
      ; 15
      """)
    #expect(file.errors == [])
    for function in file.functions {
      for comment in function.comments {
        let owner = Int(comment.text.split { !$0.isNumber }.last ?? "")
        #expect(comment.ownerLine == owner)
      }
    }
    #expect(file.functions.map(\.comments.count) == [11, 1])
    let last = file.functions[0].comments.last
    #expect(last?.text == "run: 2")
    #expect(last?.line == 14)
  }

  @Test func theReaderKeepsInvalidUTF8InComments() {
    let file = ClifReader.read(Array("function %f() {};".utf8) + [0xFF, 0x0A])
    #expect(file.functions.map { $0.comments.map(\.text) } == [["\u{FFFD}"]])
  }
}
