import Pulley
import PulleyText

/// What `pulley run --profile` prints.
struct ProfileReport {
  private let profile: Profile

  private static let functionsInText = 30
  private static let placesInText = 20
  private static let placesInPage = 200

  init(_ profile: Profile) { self.profile = profile }

  // MARK: Text

  var text: String {
    var lines = ["\(time(profile.total)) of processor time"]
    if profile.compiling > 0 {
      lines.append(line([profile.compiling], "to compile functions when they were first called"))
    }
    guard !profile.functions.isEmpty else { return lines.joined(separator: "\n") + "\n" }
    lines += ["", "functions, with the time of their own, and with what they call:"]
    for function in profile.functions.prefix(Self.functionsInText) {
      lines.append(line([function.own, function.total], VisibleText.name(function.name)))
    }
    lines += ["", "places:"]
    for place in profile.places.prefix(Self.placesInText) {
      let name = VisibleText.name(profile.functions[place.function].name)
      let source = place.source.map { ", \($0)" } ?? ""
      lines.append(line([place.time], "\(name) +0x\(String(place.offset, radix: 16))\(source)"))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func line(_ times: [Int], _ text: String) -> String {
    let columns = times.map { part in
      let share = Share(UInt64(part), of: UInt64(profile.total))
      return "\(padded(time(part), to: 10))  \(padded(share.percent, to: 5)) %"
    }
    return (columns + [text]).joined(separator: "  ")
  }

  private func time(_ intervals: Int) -> String {
    "\(Int64(intervals) * Profile.interval / 1_000_000) ms"
  }

  // MARK: Page

  /// A flame graph and tables in one file that loads nothing else, as UTF-8.
  func page(title: String) -> [UInt8] {
    var page = PageText()
    page.append(template: PackageResources.flame_html) { page, place in
      switch place {
      case "title": page.append(escaped: title)
      case "style": page.append(PackageResources.flame_css)
      case "script": page.append(PackageResources.flame_js)
      case "data": appendData(to: &page)
      default: break
      }
    }
    return page.bytes
  }

  private func appendData(to page: inout PageText) {
    page.append("{\"interval\":\(Double(Profile.interval) / 1e6),\"total\":\(profile.total)")
    page.append(",\"compiling\":\(profile.compiling),\"functions\":")
    page.append(list: profile.functions) { page, function in
      page.append("[\"")
      page.append(inJSON: function.name)
      page.append("\",\(function.own),\(function.total)]")
    }
    page.append(",\"calls\":")
    page.append(list: profile.calls) { page, call in
      page.append("[\(call.caller ?? -1),\(call.function),\(call.own)]")
    }
    page.append(",\"places\":")
    page.append(list: profile.places.prefix(Self.placesInPage)) { page, place in
      page.append("[\(place.function),\(place.offset),\"\(place.source ?? "")\",\(place.time)]")
    }
    page.append("}")
  }
}

extension PageText {
  /// Appends a JSON list, with an element in each line.
  fileprivate mutating func append<Element>(
    list: some Sequence<Element>, _ body: (inout PageText, Element) -> Void
  ) {
    var isFirst = true
    append("[")
    for element in list {
      append(isFirst ? "\n" : ",\n")
      isFirst = false
      body(&self, element)
    }
    append("]")
  }
}
