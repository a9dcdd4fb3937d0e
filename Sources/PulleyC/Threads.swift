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
      throw .argument(start == 0 ? "low is NULL" : "the size of the stack is 0")
    }
    guard !start.addingReportingOverflow(length).overflow else {
      throw .argument("\(length) bytes from low on exceed the address space")
    }
    HostStack.setBounds(low: start, size: length)
  }
}
