/// Which handlers are joined into one, so that one dispatch serves several instructions. Each
/// name is that of a template, or of a template's variant that reads the accumulator: then the
/// value passes in a machine register. Kept are those that the measurements in
/// docs/performance.md show to pay.
let fusionNames: [[String]] = []
