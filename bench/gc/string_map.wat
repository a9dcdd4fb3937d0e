;; A hash map with chains from strings (arrays of bytes) to numbers. Small numbers are i31 references, the others are
;; boxed. The table doubles when there are more entries than buckets. The program counts words, deletes every third
;; word that it sees, and adds up what remains.
(module
  (type $string (array (mut i8)))
  (type $box (struct (field i64)))
  (rec
    (type $entry (struct
      (field $key (ref $string))
      (field $hash i32)
      (field $value (mut (ref eq)))
      (field $next (mut (ref null $entry)))))
    (type $buckets (array (mut (ref null $entry))))
    (type $map (struct
      (field $buckets (mut (ref $buckets)))
      (field $count (mut i32))))
  )
  (global $seed (mut i32) (i32.const 12345))

  (func $random (result i32)
    (global.set $seed
      (i32.add (i32.mul (global.get $seed) (i32.const 1103515245)) (i32.const 12345)))
    (i32.shr_u (global.get $seed) (i32.const 8)))

  ;; The decimal digits of a number, after the letters "w-".
  (func $word (param $number i32) (result (ref $string))
    (local $string (ref $string)) (local $rest i32) (local $length i32)
    (local.set $length (i32.const 3))
    (local.set $rest (local.get $number))
    (block $counted
      (loop $count
        (br_if $counted (i32.lt_u (local.get $rest) (i32.const 10)))
        (local.set $rest (i32.div_u (local.get $rest) (i32.const 10)))
        (local.set $length (i32.add (local.get $length) (i32.const 1)))
        (br $count)))
    (local.set $string (array.new_default $string (local.get $length)))
    (array.set $string (local.get $string) (i32.const 0) (i32.const 119))
    (array.set $string (local.get $string) (i32.const 1) (i32.const 45))
    (loop $digit
      (local.set $length (i32.sub (local.get $length) (i32.const 1)))
      (array.set $string (local.get $string) (local.get $length)
        (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
      (local.set $number (i32.div_u (local.get $number) (i32.const 10)))
      (br_if $digit (i32.gt_u (local.get $length) (i32.const 2))))
    (local.get $string))

  ;; FNV-1a.
  (func $hash (param $string (ref $string)) (result i32) (local $i i32) (local $hash i32)
    (local.set $hash (i32.const 0x811c9dc5))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (array.len (local.get $string))))
        (local.set $hash
          (i32.mul
            (i32.xor (local.get $hash) (array.get_u $string (local.get $string) (local.get $i)))
            (i32.const 0x01000193)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (local.get $hash))

  (func $equal (param $a (ref $string)) (param $b (ref $string)) (result i32) (local $i i32)
    (if (ref.eq (local.get $a) (local.get $b)) (then (return (i32.const 1))))
    (if (i32.ne (array.len (local.get $a)) (array.len (local.get $b))) (then (return (i32.const 0))))
    (loop $next
      (if (i32.lt_u (local.get $i) (array.len (local.get $a)))
        (then
          (if
            (i32.ne
              (array.get_s $string (local.get $a) (local.get $i))
              (array.get_s $string (local.get $b) (local.get $i)))
            (then (return (i32.const 0))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $next))))
    (i32.const 1))

  (func $number (param $value i64) (result (ref eq))
    (if (result (ref eq)) (i64.lt_u (local.get $value) (i64.const 4))
      (then (ref.i31 (i32.wrap_i64 (local.get $value))))
      (else (struct.new $box (local.get $value)))))

  (func $value (param $number (ref eq)) (result i64)
    (block $small (result (ref i31))
      (return (struct.get $box 0 (ref.cast (ref $box) (br_on_cast $small (ref eq) (ref i31) (local.get $number))))))
    (i64.extend_i32_u (i31.get_u)))

  (func $index (param $map (ref $map)) (param $hash i32) (result i32)
    (i32.and
      (local.get $hash)
      (i32.sub (array.len (struct.get $map $buckets (local.get $map))) (i32.const 1))))

  (func $find (param $map (ref $map)) (param $key (ref $string)) (param $hash i32) (result (ref null $entry))
    (local $entry (ref null $entry))
    (local.set $entry
      (array.get $buckets (struct.get $map $buckets (local.get $map)) (call $index (local.get $map) (local.get $hash))))
    (block $none
      (loop $next
        (br_on_null $none (local.get $entry))
        (if (i32.eq (struct.get $entry $hash) (local.get $hash))
          (then
            (if (call $equal (struct.get $entry $key (local.get $entry)) (local.get $key))
              (then (return (local.get $entry))))))
        (local.set $entry (struct.get $entry $next (local.get $entry)))
        (br $next)))
    (ref.null $entry))

  ;; Moves every entry to a table of twice the size.
  (func $grow (param $map (ref $map))
    (local $old (ref $buckets)) (local $i i32) (local $at i32) (local $entry (ref null $entry))
    (local $next (ref null $entry))
    (local.set $old (struct.get $map $buckets (local.get $map)))
    (struct.set $map $buckets (local.get $map)
      (array.new_default $buckets (i32.shl (array.len (local.get $old)) (i32.const 1))))
    (loop $bucket
      (local.set $entry (array.get $buckets (local.get $old) (local.get $i)))
      (block $moved
        (loop $move
          (br_if $moved (ref.is_null (local.get $entry)))
          (local.set $next (struct.get $entry $next (local.get $entry)))
          (local.set $at (call $index (local.get $map) (struct.get $entry $hash (local.get $entry))))
          (struct.set $entry $next (local.get $entry)
            (array.get $buckets (struct.get $map $buckets (local.get $map)) (local.get $at)))
          (array.set $buckets (struct.get $map $buckets (local.get $map)) (local.get $at) (local.get $entry))
          (local.set $entry (local.get $next))
          (br $move)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $bucket (i32.lt_u (local.get $i) (array.len (local.get $old))))))

  ;; Adds 1 to the number of a word.
  (func $count (param $map (ref $map)) (param $key (ref $string))
    (local $hash i32) (local $entry (ref null $entry)) (local $at i32)
    (local.set $hash (call $hash (local.get $key)))
    (local.set $entry (call $find (local.get $map) (local.get $key) (local.get $hash)))
    (if (ref.is_null (local.get $entry))
      (then
        (if
          (i32.ge_u
            (struct.get $map $count (local.get $map))
            (array.len (struct.get $map $buckets (local.get $map))))
          (then (call $grow (local.get $map))))
        (local.set $at (call $index (local.get $map) (local.get $hash)))
        (array.set $buckets (struct.get $map $buckets (local.get $map)) (local.get $at)
          (struct.new $entry
            (local.get $key)
            (local.get $hash)
            (call $number (i64.const 1))
            (array.get $buckets (struct.get $map $buckets (local.get $map)) (local.get $at))))
        (struct.set $map $count (local.get $map)
          (i32.add (struct.get $map $count (local.get $map)) (i32.const 1))))
      (else
        (struct.set $entry $value (local.get $entry)
          (call $number
            (i64.add (call $value (struct.get $entry $value (local.get $entry))) (i64.const 1)))))))

  (func $remove (param $map (ref $map)) (param $key (ref $string))
    (local $hash i32) (local $entry (ref null $entry)) (local $previous (ref null $entry)) (local $at i32)
    (local.set $hash (call $hash (local.get $key)))
    (local.set $at (call $index (local.get $map) (local.get $hash)))
    (local.set $entry (array.get $buckets (struct.get $map $buckets (local.get $map)) (local.get $at)))
    (loop $next
      (if (ref.is_null (local.get $entry)) (then (return)))
      (if (i32.eqz (call $equal (struct.get $entry $key (local.get $entry)) (local.get $key)))
        (then
          (local.set $previous (local.get $entry))
          (local.set $entry (struct.get $entry $next (local.get $entry)))
          (br $next))))
    (if (ref.is_null (local.get $previous))
      (then
        (array.set $buckets (struct.get $map $buckets (local.get $map)) (local.get $at)
          (struct.get $entry $next (local.get $entry))))
      (else (struct.set $entry $next (local.get $previous) (struct.get $entry $next (local.get $entry)))))
    (struct.set $map $count (local.get $map)
      (i32.sub (struct.get $map $count (local.get $map)) (i32.const 1))))

  ;; Combines hash and number of all entries; their order does not matter.
  (func $sum (param $map (ref $map)) (result i64) (local $i i32) (local $sum i64) (local $entry (ref null $entry))
    (loop $bucket
      (local.set $entry (array.get $buckets (struct.get $map $buckets (local.get $map)) (local.get $i)))
      (block $end
        (loop $next
          (br_if $end (ref.is_null (local.get $entry)))
          (local.set $sum
            (i64.add (local.get $sum)
              (i64.mul
                (i64.extend_i32_u (struct.get $entry $hash (local.get $entry)))
                (call $value (struct.get $entry $value (local.get $entry))))))
          (local.set $entry (struct.get $entry $next (local.get $entry)))
          (br $next)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $bucket
        (i32.lt_u (local.get $i) (array.len (struct.get $map $buckets (local.get $map))))))
    (i64.add (local.get $sum) (i64.extend_i32_u (struct.get $map $count (local.get $map)))))

  (func (export "run") (param $words i32) (result i64) (local $map (ref $map)) (local $i i32)
    (global.set $seed (i32.const 12345))
    (local.set $map (struct.new $map (array.new_default $buckets (i32.const 8)) (i32.const 0)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $words)))
        ;; The product makes some words far more frequent than others.
        (call $count (local.get $map)
          (call $word
            (i32.shr_u
              (i32.mul (i32.and (call $random) (i32.const 0xfff)) (i32.and (call $random) (i32.const 0xfff)))
              (i32.const 7))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (if (i32.eqz (i32.rem_u (local.get $i) (i32.const 3)))
          (then (call $remove (local.get $map) (call $word (i32.and (call $random) (i32.const 0x1ffff))))))
        (br $next)))
    (call $sum (local.get $map))))
