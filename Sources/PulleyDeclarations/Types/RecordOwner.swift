import Synchronization

/// Keeps records with their members, which may refer to one another in circles.
///
/// When the owner dies, it takes the members away, one record after the other, so that no circle
/// stays in memory and no chain of records is released recursively.
public final class RecordOwner: Sendable {
  private let records = Mutex<[Record]>([])

  init() {}

  func add(_ record: Record) { records.withLock { $0.append(record) } }

  deinit {
    let owned = records.withLock { records in
      defer { records = [] }
      return records
    }
    for record in owned { record.forgetMembers() }
  }
}
