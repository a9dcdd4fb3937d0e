;; Short-lived trees beside a live one. A tree of depth 16 (131,071 nodes) stays reachable while the program builds and
;; checks `rounds` trees of depth 12 (8,191 nodes each). Measures allocation, marking of live objects and sweeping.
(module
  (type $node (struct
    (field $left (ref null $node))
    (field $right (ref null $node))
    (field $item i32)))

  ;; A full tree. The children's items come from the parent's, so that a check sees an exchanged or lost node.
  (func $make (param $item i32) (param $depth i32) (result (ref $node))
    (if (result (ref $node)) (local.get $depth)
      (then
        (struct.new $node
          (call $make (i32.mul (local.get $item) (i32.const 2)) (i32.sub (local.get $depth) (i32.const 1)))
          (call $make
            (i32.add (i32.mul (local.get $item) (i32.const 3)) (i32.const 1))
            (i32.sub (local.get $depth) (i32.const 1)))
          (local.get $item)))
      (else (struct.new $node (ref.null $node) (ref.null $node) (local.get $item)))))

  ;; Counts the nodes in the upper half of the result and combines the items in the lower half.
  (func $check (param $tree (ref null $node)) (result i64) (local $node (ref $node))
    (local.set $node
      (block $present (result (ref $node))
        (br_on_non_null $present (local.get $tree))
        (return (i64.const 0))))
    (i64.add
      (i64.add
        (call $check (struct.get $node $left (local.get $node)))
        (i64.mul (call $check (struct.get $node $right (local.get $node))) (i64.const 3)))
      (i64.or (i64.const 0x100000000) (i64.extend_i32_u (struct.get $node $item (local.get $node))))))

  (func (export "run") (param $rounds i32) (result i64)
    (local $live (ref $node)) (local $round i32) (local $sum i64)
    (local.set $live (call $make (i32.const 1) (i32.const 16)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $round) (local.get $rounds)))
        (local.set $sum
          (i64.add
            (i64.mul (local.get $sum) (i64.const 31))
            (call $check (call $make (local.get $round) (i32.const 12)))))
        (local.set $round (i32.add (local.get $round) (i32.const 1)))
        (br $next)))
    (i64.xor (local.get $sum) (call $check (local.get $live)))))
