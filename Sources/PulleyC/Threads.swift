import CPulley
import PulleyVM

@c @implementation
public func pulley_thread_set_stack(
  _ low: UnsafeMutableRawPointer?, _ size: Int, _ error: ErrorOut?
) -> pulley_status_t {
  attemptHere(error) { () throws(Failure) in
    let start = UInt(bitPattern: low)
    let length = UInt(bitPattern: size)
    guard (start == 0) == (length == 0) else {
      throw .argument(start == 0 ? "low is NULL" : "a stack of no bytes is none")
    }
    guard !start.addingReportingOverflow(length).overflow else {
      throw .argument("\(length) bytes from there are beyond all memory")
    }
    HostStack.setBounds(low: start, size: length)
  }
}
