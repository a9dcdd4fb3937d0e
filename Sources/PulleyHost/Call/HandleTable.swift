import PulleyDeclarations

/// The objects of the host that a group of instances has, each by a number and with its type.
///
/// Numbers are positive, and the process gives none twice, so tables of groups that are merged have no
/// number in common, and a number that was released stays invalid.
public final class HandleTable {
  public init() {}
}
