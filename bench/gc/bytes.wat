;; Packed arrays. Each round encodes code points as UTF-8 and as UTF-16, decodes them, reverses bytes, moves and fills
;; parts of arrays, reads data segments, calls functions of an array, and adds CRC-32 sums of all of it.
(module
  (type $codes (array (mut i32)))
  (type $bytes (array (mut i8)))
  (type $units (array (mut i16)))
  (type $longs (array (mut i64)))
  (type $vectors (array (mut v128)))
  (type $change (func (param i32) (result i32)))
  (type $changes (array (mut (ref null $change))))
  (type $lines (array (ref $bytes)))
  (type $table (struct (field $crc (ref $longs)) (field $used (mut i32))))

  (data $words "bytes, arrays of bytes, and arrays of half words; 0123456789")
  (data $shorts "\00\01\ff\7f\00\80\ff\ff\34\12")
  (elem $changes (ref null $change) (ref.func $invert) (ref.func $swap) (ref.func $add) (ref.null $change))

  (global $seed (mut i32) (i32.const 7))
  (global $origin (ref $bytes) (array.new_fixed $bytes 4 (i32.const 0) (i32.const 127) (i32.const 128) (i32.const 255)))

  (func $invert (type $change) (i32.xor (local.get 0) (i32.const 0xff)))
  (func $swap (type $change)
    (i32.or
      (i32.shl (i32.and (local.get 0) (i32.const 15)) (i32.const 4))
      (i32.shr_u (i32.and (local.get 0) (i32.const 0xf0)) (i32.const 4))))
  (func $add (type $change) (i32.add (local.get 0) (i32.const 77)))

  (func $random (result i32)
    (global.set $seed (i32.add (i32.mul (global.get $seed) (i32.const 1103515245)) (i32.const 12345)))
    (i32.shr_u (global.get $seed) (i32.const 7)))

  (func $new_table (result (ref $table)) (local $table (ref $longs)) (local $i i32) (local $bit i32) (local $value i32)
    (local.set $table (array.new_default $longs (i32.const 256)))
    (loop $next
      (local.set $value (local.get $i))
      (local.set $bit (i32.const 8))
      (loop $bits
        (local.set $value
          (i32.xor
            (i32.shr_u (local.get $value) (i32.const 1))
            (i32.and
              (i32.sub (i32.const 0) (i32.and (local.get $value) (i32.const 1)))
              (i32.const 0xedb88320))))
        (br_if $bits (local.tee $bit (i32.sub (local.get $bit) (i32.const 1)))))
      (array.set $longs (local.get $table) (local.get $i) (i64.extend_i32_u (local.get $value)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 256))))
    (struct.new $table (local.get $table) (i32.const 0)))

  (func $crc (param $table (ref $table)) (param $bytes (ref $bytes)) (result i64)
    (local $i i32) (local $crc i64) (local $end i32) (local $rows (ref $longs))
    (local.set $rows (struct.get $table $crc (local.get $table)))
    (local.set $crc (i64.const 0xffffffff))
    (local.set $end (array.len (local.get $bytes)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $end)))
        (local.set $crc
          (i64.xor
            (array.get $longs (local.get $rows)
              (i32.and
                (i32.xor (i32.wrap_i64 (local.get $crc)) (array.get_u $bytes (local.get $bytes) (local.get $i)))
                (i32.const 255)))
            (i64.shr_u (local.get $crc) (i64.const 8))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (struct.set $table $used (local.get $table)
      (i32.add (struct.get $table $used (local.get $table)) (i32.const 1)))
    (i64.xor (local.get $crc) (i64.const 0xffffffff)))

  ;; Code points of each length in UTF-8, none of them a surrogate.
  (func $some_codes (param $length i32) (result (ref $codes))
    (local $codes (ref $codes)) (local $i i32) (local $code i32)
    (local.set $codes (array.new_default $codes (local.get $length)))
    (loop $next
      (local.set $code
        (i32.shr_u
          (i32.and (call $random) (i32.const 0xfffff))
          (i32.mul (i32.and (call $random) (i32.const 3)) (i32.const 4))))
      (if (i32.eq (i32.and (local.get $code) (i32.const 0x1ff800)) (i32.const 0xd800))
        (then (local.set $code (i32.const 0x20ac))))
      (array.set $codes (local.get $codes) (local.get $i) (local.get $code))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $length))))
    (local.get $codes))

  ;; The byte of a sequence that has the six bits above `shift`.
  (func $tail (param $code i32) (param $shift i32) (result i32)
    (i32.or
      (i32.const 0x80)
      (i32.and (i32.shr_u (local.get $code) (local.get $shift)) (i32.const 63))))

  (func $encode (param $codes (ref $codes)) (result (ref $bytes))
    (local $bytes (ref $bytes)) (local $result (ref $bytes)) (local $i i32) (local $at i32) (local $code i32)
    (local $shift i32)
    (local.set $bytes (array.new_default $bytes (i32.mul (array.len (local.get $codes)) (i32.const 4))))
    (loop $next
      (local.set $code (array.get $codes (local.get $codes) (local.get $i)))
      (local.set $shift
        (i32.mul (i32.const 6)
          (i32.add
            (i32.add
              (i32.gt_u (local.get $code) (i32.const 0x7f))
              (i32.gt_u (local.get $code) (i32.const 0x7ff)))
            (i32.gt_u (local.get $code) (i32.const 0xffff)))))
      (array.set $bytes (local.get $bytes) (local.get $at)
        (i32.or
          (i32.shr_u (local.get $code) (local.get $shift))
          (if (result i32) (local.get $shift)
            (then
              (i32.and
                (i32.shr_s (i32.const -128) (i32.div_u (local.get $shift) (i32.const 6)))
                (i32.const 0xff)))
            (else (i32.const 0)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (block $whole
        (loop $tails
          (br_if $whole (i32.eqz (local.get $shift)))
          (local.set $shift (i32.sub (local.get $shift) (i32.const 6)))
          (array.set $bytes (local.get $bytes) (local.get $at) (call $tail (local.get $code) (local.get $shift)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $tails)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $codes)))))
    (local.set $result (array.new_default $bytes (local.get $at)))
    (array.copy $bytes $bytes
      (local.get $result) (i32.const 0) (local.get $bytes) (i32.const 0) (local.get $at))
    (local.get $result))

  ;; To UTF-16; the second result is the number of code points.
  (func $decode (param $bytes (ref $bytes)) (result (ref $units) i32)
    (local $units (ref $units)) (local $i i32) (local $at i32) (local $code i32) (local $more i32) (local $count i32)
    (local.set $units (array.new $units (i32.const 0xfffd) (array.len (local.get $bytes))))
    (loop $next
      (local.set $code (array.get_s $bytes (local.get $bytes) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (if (i32.lt_s (local.get $code) (i32.const 0))
        (then
          (local.set $more
            (i32.sub
              (i32.clz (i32.xor (i32.shl (local.get $code) (i32.const 24)) (i32.const -1)))
              (i32.const 1)))
          (local.set $code
            (i32.and (local.get $code) (i32.shr_u (i32.const 63) (local.get $more))))
          (loop $tails
            (local.set $code
              (i32.or
                (i32.shl (local.get $code) (i32.const 6))
                (i32.and (array.get_u $bytes (local.get $bytes) (local.get $i)) (i32.const 63))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $tails (local.tee $more (i32.sub (local.get $more) (i32.const 1)))))))
      (if (i32.gt_u (local.get $code) (i32.const 0xffff))
        (then
          (local.set $code (i32.sub (local.get $code) (i32.const 0x10000)))
          (array.set $units (local.get $units) (local.get $at)
            (i32.or (i32.const 0xd800) (i32.shr_u (local.get $code) (i32.const 10))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (local.set $code (i32.or (i32.const 0xdc00) (i32.and (local.get $code) (i32.const 0x3ff))))))
      (array.set $units (local.get $units) (local.get $at) (local.get $code))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $count (i32.add (local.get $count) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $bytes)))))
    (array.fill $units
      (local.get $units) (local.get $at) (i32.const 0x20)
      (i32.sub (array.len (local.get $units)) (local.get $at)))
    (local.get $units)
    (local.get $count))

  (func $sum_of_units (param $units (ref $units)) (result i64) (local $i i32) (local $sum i64)
    (loop $next
      (local.set $sum
        (i64.add
          (i64.mul (local.get $sum) (i64.const 3))
          (i64.extend_i32_s
            (i32.sub
              (i32.shl (array.get_u $units (local.get $units) (local.get $i)) (i32.const 1))
              (array.get_s $units (local.get $units) (local.get $i))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $units)))))
    (local.get $sum))

  (func $reverse (param $bytes (ref $bytes)) (local $low i32) (local $high i32) (local $byte i32)
    (local.set $high (i32.sub (array.len (local.get $bytes)) (i32.const 1)))
    (loop $next
      (if (i32.lt_s (local.get $low) (local.get $high))
        (then
          (local.set $byte (array.get_u $bytes (local.get $bytes) (local.get $low)))
          (array.set $bytes (local.get $bytes) (local.get $low)
            (array.get_u $bytes (local.get $bytes) (local.get $high)))
          (array.set $bytes (local.get $bytes) (local.get $high) (local.get $byte))
          (local.set $low (i32.add (local.get $low) (i32.const 1)))
          (local.set $high (i32.sub (local.get $high) (i32.const 1)))
          (br $next)))))

  ;; Replaces each byte by what one of the functions returns; the last entry is null and leaves the byte.
  (func $transform (param $bytes (ref $bytes)) (param $changes (ref $changes)) (local $i i32)
    (loop $next
      (block $same
        (array.set $bytes (local.get $bytes) (local.get $i)
          (call_ref $change
            (array.get_u $bytes (local.get $bytes) (local.get $i))
            (br_on_null $same
              (array.get $changes (local.get $changes)
                (i32.rem_u (local.get $i) (array.len (local.get $changes))))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $bytes))))))

  (func $mix_vectors (param $seed i64) (result i64) (local $vectors (ref $vectors)) (local $i i32)
    (local.set $vectors (array.new $vectors (i64x2.splat (local.get $seed)) (i32.const 32)))
    (loop $next
      (array.set $vectors (local.get $vectors) (i32.add (local.get $i) (i32.const 1))
        (i64x2.add
          (i8x16.shuffle 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 0
            (array.get $vectors (local.get $vectors) (local.get $i))
            (array.get $vectors (local.get $vectors) (local.get $i)))
          (v128.xor
            (v128.const i64x2 0x0123456789abcdef 0x1337)
            (array.get $vectors (local.get $vectors) (i32.add (local.get $i) (i32.const 1))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 31))))
    (i64.add
      (i64x2.extract_lane 0 (array.get $vectors (local.get $vectors) (i32.const 31)))
      (i64x2.extract_lane 1 (array.get $vectors (local.get $vectors) (i32.const 30)))))

  (func (export "run") (param $rounds i32) (result i64)
    (local $table (ref $table)) (local $sum i64) (local $bytes (ref $bytes)) (local $units (ref $units))
    (local $count i32) (local $changes (ref $changes)) (local $lines (ref $lines)) (local $line i32)
    (global.set $seed (i32.const 7))
    (local.set $table (call $new_table))
    (local.set $changes (array.new_elem $changes $changes (i32.const 0) (i32.const 4)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $rounds)))
        (local.set $bytes (call $encode (call $some_codes (i32.const 3000))))
        (local.set $sum
          (i64.add (i64.rotl (local.get $sum) (i64.const 1)) (call $crc (local.get $table) (local.get $bytes))))
        (call $decode (local.get $bytes))
        (local.set $count)
        (local.set $units)
        (array.init_data $units $shorts (local.get $units) (i32.const 11) (i32.const 2) (i32.const 4))
        (local.set $sum
          (i64.add (local.get $sum)
            (i64.mul (call $sum_of_units (local.get $units)) (i64.extend_i32_u (local.get $count)))))
        (call $reverse (local.get $bytes))
        (array.init_data $bytes $words (local.get $bytes) (i32.const 5) (i32.const 7) (i32.const 40))
        ;; Both directions of a copy within one array.
        (array.copy $bytes $bytes
          (local.get $bytes) (i32.const 100) (local.get $bytes) (i32.const 0) (i32.const 2500))
        (array.copy $bytes $bytes
          (local.get $bytes) (i32.const 3) (local.get $bytes) (i32.const 50) (i32.const 1000))
        (array.init_elem $changes $changes (local.get $changes) (i32.const 0) (i32.const 1) (i32.const 2))
        (call $transform (local.get $bytes) (local.get $changes))
        (array.fill $bytes (local.get $bytes) (i32.const 1500) (local.get $count) (i32.const 17))
        (local.set $lines
          (array.new_fixed $lines 3
            (local.get $bytes)
            (array.new_data $bytes $words (i32.const 3) (i32.const 30))
            (global.get $origin)))
        (local.set $line (array.len (local.get $lines)))
        (loop $each
          (local.set $line (i32.sub (local.get $line) (i32.const 1)))
          (local.set $sum
            (i64.add
              (i64.mul (local.get $sum) (i64.const 7))
              (call $crc (local.get $table) (array.get $lines (local.get $lines) (local.get $line)))))
          (br_if $each (local.get $line)))
        (local.set $sum (i64.xor (local.get $sum) (call $mix_vectors (local.get $sum))))
        (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
        (br $next)))
    (i64.add (local.get $sum) (i64.extend_i32_u (struct.get $table $used (local.get $table))))))
