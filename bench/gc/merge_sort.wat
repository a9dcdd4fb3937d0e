;; Sorts lists of cons cells. The merge makes new cells, so that each sort allocates about n log n of them. The items
;; are of different kinds (i31 references, boxed 64-bit integers), and the order is a function reference.
(module
  (type $box (struct (field $value i64)))
  (type $cons (struct (field $head (ref eq)) (field $tail (mut (ref null $cons)))))
  (type $order (func (param (ref eq) (ref eq)) (result i32)))
  (global $seed (mut i32) (i32.const 1))
  (elem declare func $ascending $descending)

  (func $random (result i32)
    (global.set $seed (i32.add (i32.mul (global.get $seed) (i32.const 1664525)) (i32.const 1013904223)))
    (i32.shr_u (global.get $seed) (i32.const 4)))

  (func $value (param $item (ref eq)) (result i64) (local $box (ref $box))
    (block $boxed (result (ref $box))
      (return
        (i64.extend_i32_s
          (i31.get_s (ref.cast (ref i31) (br_on_cast $boxed (ref eq) (ref $box) (local.get $item)))))))
    (struct.get $box $value))

  (func $ascending (type $order) (param $a (ref eq)) (param $b (ref eq)) (result i32)
    (i64.le_s (call $value (local.get $a)) (call $value (local.get $b))))
  (func $descending (type $order) (param $a (ref eq)) (param $b (ref eq)) (result i32)
    (i64.ge_s (call $value (local.get $a)) (call $value (local.get $b))))

  (func $list (param $length i32) (result (ref null $cons)) (local $list (ref null $cons)) (local $number i32)
    (loop $next
      (if (local.get $length)
        (then
          (local.set $number (call $random))
          (local.set $list
            (struct.new $cons
              (if (result (ref eq)) (i32.and (local.get $number) (i32.const 1))
                (then (ref.i31 (local.get $number)))
                (else (struct.new $box (i64.extend_i32_u (local.get $number)))))
              (local.get $list)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $next))))
    (local.get $list))

  ;; Appends to a cell that does not belong to the result, which saves the case of an empty list.
  (func $merge (param $a (ref null $cons)) (param $b (ref null $cons)) (param $order (ref $order))
    (result (ref null $cons))
    (local $first (ref $cons)) (local $last (ref $cons)) (local $cell (ref $cons))
    (local.set $first (struct.new $cons (ref.i31 (i32.const 0)) (ref.null $cons)))
    (local.set $last (local.get $first))
    (block $a_ends
      (block $b_ends
        (loop $next
          (br_if $a_ends (ref.is_null (local.get $a)))
          (br_if $b_ends (ref.is_null (local.get $b)))
          (local.set $cell
            (if (result (ref $cons))
              (call_ref $order
                (struct.get $cons $head (local.get $a))
                (struct.get $cons $head (local.get $b))
                (local.get $order))
              (then
                (struct.new $cons (struct.get $cons $head (local.get $a)) (ref.null $cons))
                (local.set $a (struct.get $cons $tail (local.get $a))))
              (else
                (struct.new $cons (struct.get $cons $head (local.get $b)) (ref.null $cons))
                (local.set $b (struct.get $cons $tail (local.get $b))))))
          (struct.set $cons $tail (local.get $last) (local.get $cell))
          (local.set $last (local.get $cell))
          (br $next)))
      (struct.set $cons $tail (local.get $last) (local.get $a))
      (return (struct.get $cons $tail (local.get $first))))
    (struct.set $cons $tail (local.get $last) (local.get $b))
    (struct.get $cons $tail (local.get $first)))

  (func $drop (param $list (ref null $cons)) (param $count i32) (result (ref null $cons))
    (loop $next
      (if (local.get $count)
        (then
          (local.set $list (struct.get $cons $tail (local.get $list)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $next))))
    (local.get $list))

  ;; The first `length` items of a list in order.
  (func $sort (param $list (ref null $cons)) (param $length i32) (param $order (ref $order))
    (result (ref null $cons)) (local $half i32)
    (if (i32.eqz (local.get $length)) (then (return (ref.null $cons))))
    (if (i32.eq (local.get $length) (i32.const 1))
      (then (return (struct.new $cons (struct.get $cons $head (local.get $list)) (ref.null $cons)))))
    (local.set $half (i32.shr_u (local.get $length) (i32.const 1)))
    (call $merge
      (call $sort (local.get $list) (local.get $half) (local.get $order))
      (call $sort
        (call $drop (local.get $list) (local.get $half))
        (i32.sub (local.get $length) (local.get $half))
        (local.get $order))
      (local.get $order)))

  ;; Depends on the order of the items.
  (func $sum (param $list (ref null $cons)) (result i64) (local $sum i64)
    (loop $next
      (if (i32.eqz (ref.is_null (local.get $list)))
        (then
          (local.set $sum
            (i64.add
              (i64.mul (local.get $sum) (i64.const 31))
              (call $value (struct.get $cons $head (ref.as_non_null (local.get $list))))))
          (local.set $list (struct.get $cons $tail (local.get $list)))
          (br $next))))
    (local.get $sum))

  (func (export "run") (param $rounds i32) (result i64)
    (local $list (ref null $cons)) (local $sum i64)
    (global.set $seed (i32.const 1))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $rounds)))
        (local.set $list (call $list (i32.const 20000)))
        (local.set $list (call $sort (local.get $list) (i32.const 20000) (ref.func $ascending)))
        (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 7)) (call $sum (local.get $list))))
        (local.set $list (call $sort (local.get $list) (i32.const 20000) (ref.func $descending)))
        (local.set $sum (i64.xor (local.get $sum) (call $sum (local.get $list))))
        (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
        (br $next)))
    (local.get $sum)))
