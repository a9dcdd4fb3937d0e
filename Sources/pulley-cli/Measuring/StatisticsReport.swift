import Pulley

/// What `pulley run --stats` prints.
struct StatisticsReport {
  private let statistics: ExecutionStatistics

  private static let handlersInText = 20
  private static let sequencesInText = 10
  private static let sequencesInJSON = 1000
  private static let lengths = 2...ExecutionStatistics.longestSequence

  init(_ statistics: ExecutionStatistics) { self.statistics = statistics }

  // MARK: Text

  var text: String {
    let (instructions, cells) = (statistics.instructions, statistics.cells)
    let perCell = Share(instructions, of: cells)
    let fused = Share(statistics.fusedInstructions, of: instructions)
    var lines = [
      "\(instructions) instructions ran in \(cells) cells, \(perCell.ratio) in each",
      "\(fused.percent) % of the instructions ran in cells for several",
      "", "handlers, with their share of all cells:",
    ]
    for handler in statistics.handlers.prefix(Self.handlersInText) where handler.count > 0 {
      lines.append(line(handler.count, Share(handler.count, of: cells), handler.name))
    }
    for length in Self.lengths {
      let sequences = statistics.sequences(ofLength: length, limit: Self.sequencesInText)
      guard !sequences.isEmpty else { continue }
      lines += ["", "sequences of \(length), with their share of all instructions:"]
      for sequence in sequences {
        let names = sequence.handlers.map { statistics.handlers[$0].name }
        lines.append(
          line(
            sequence.count, Share(sequence.instructions, of: instructions),
            names.joined(separator: "  ")))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func line(_ count: UInt64, _ share: Share, _ text: String) -> String {
    "\(padded(String(count), to: 14))  \(padded(share.percent, to: 5)) %  \(text)"
  }

  // MARK: JSON

  var json: String {
    let handlers = statistics.handlers.map { handler in
      JSONText.object([
        ("name", JSONText.quoted(handler.name)), ("count", String(handler.count)),
        ("instructions", String(handler.instructions)), ("parts", numbers(handler.parts)),
      ])
    }
    let sequences = Self.lengths.flatMap { length in
      statistics.sequences(ofLength: length, limit: Self.sequencesInJSON).map { sequence in
        JSONText.object([
          ("count", String(sequence.count)), ("instructions", String(sequence.instructions)),
          ("handlers", numbers(sequence.handlers)),
        ])
      }
    }
    let runs = statistics.runs.map { run in
      JSONText.object([("count", String(run.count)), ("handlers", numbers(run.handlers))])
    }
    let traces = statistics.traces.map { trace in
      JSONText.object([
        ("counts", "[" + trace.counts.map { String($0) }.joined(separator: ", ") + "]"),
        ("handlers", "[" + trace.handlers.map(numbers).joined(separator: ", ") + "]"),
      ])
    }
    return """
      {
        "version": 1,
        "instructions": \(statistics.instructions),
        "cells": \(statistics.cells),
        "fusedInstructions": \(statistics.fusedInstructions),
        "handlers": \(JSONText.list(handlers, indent: "  ")),
        "sequences": \(JSONText.list(sequences, indent: "  ")),
        "runs": \(JSONText.list(runs, indent: "  ")),
        "traces": \(JSONText.list(traces, indent: "  "))
      }

      """
  }

  private func numbers(_ list: [Int]) -> String {
    "[" + list.map { String($0) }.joined(separator: ", ") + "]"
  }
}

/// A part of a whole, as reports show it.
struct Share {
  private let part: Double
  private let whole: Double

  init(_ part: UInt64, of whole: UInt64) {
    self.part = Double(part)
    self.whole = Double(whole)
  }

  /// With one decimal, without the sign.
  var percent: String { decimal(100 * part, digits: 1) }

  /// How often the whole is in the part, with two decimals.
  var ratio: String { decimal(part, digits: 2) }

  private func decimal(_ value: Double, digits: Int) -> String {
    let unit = digits == 1 ? 10 : 100
    let scaled = whole > 0 ? Int((Double(unit) * value / whole).rounded()) : 0
    let rest = String(scaled % unit)
    return "\(scaled / unit).\(String(repeating: "0", count: digits - rest.utf8.count))\(rest)"
  }
}

/// The text at the right end of a column.
func padded(_ text: String, to width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.utf8.count)) + text
}
