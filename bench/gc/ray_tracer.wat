;; A ray tracer whose vectors, rays and hits are objects: each operation on vectors makes a new one. Distances are boxed
;; floats or null. The picture has 64 columns and as many rows as the parameter says.
(module
  (type $vector (struct (field $x f64) (field $y f64) (field $z f64)))
  (type $float (struct (field $value f64)))
  (rec
    (type $sphere (struct
      (field $centre (ref $vector))
      (field $radius (ref $float))
      (field $colour (ref $vector))
      (field $mirror f32)))
    (type $hit (struct
      (field $at (ref $vector))
      (field $normal (ref $vector))
      (field $sphere (ref $sphere))))
    (type $ray (struct
      (field $origin (ref $vector))
      (field $direction (ref $vector)))))
  (type $spheres (array (ref null $sphere)))
  (type $row (array (mut f32)))
  (type $depths (array (mut f64)))

  (global $light (ref $vector)
    (struct.new $vector (f64.const 0.4082482904638631) (f64.const 0.8164965809277261) (f64.const -0.4082482904638631)))
  (global $sky (ref $vector) (struct.new $vector (f64.const 0.5) (f64.const 0.7) (f64.const 1)))
  (global $black (ref $vector) (struct.new_default $vector))

  (func $add (param $a (ref $vector)) (param $b (ref $vector)) (result (ref $vector))
    (struct.new $vector
      (f64.add (struct.get $vector $x (local.get $a)) (struct.get $vector $x (local.get $b)))
      (f64.add (struct.get $vector $y (local.get $a)) (struct.get $vector $y (local.get $b)))
      (f64.add (struct.get $vector $z (local.get $a)) (struct.get $vector $z (local.get $b)))))
  (func $subtract (param $a (ref $vector)) (param $b (ref $vector)) (result (ref $vector))
    (struct.new $vector
      (f64.sub (struct.get $vector $x (local.get $a)) (struct.get $vector $x (local.get $b)))
      (f64.sub (struct.get $vector $y (local.get $a)) (struct.get $vector $y (local.get $b)))
      (f64.sub (struct.get $vector $z (local.get $a)) (struct.get $vector $z (local.get $b)))))
  (func $times (param $a (ref $vector)) (param $by f64) (result (ref $vector))
    (struct.new $vector
      (f64.mul (struct.get $vector $x (local.get $a)) (local.get $by))
      (f64.mul (struct.get $vector $y (local.get $a)) (local.get $by))
      (f64.mul (struct.get $vector $z (local.get $a)) (local.get $by))))
  (func $dot (param $a (ref $vector)) (param $b (ref $vector)) (result f64)
    (f64.add
      (f64.add
        (f64.mul (struct.get $vector $x (local.get $a)) (struct.get $vector $x (local.get $b)))
        (f64.mul (struct.get $vector $y (local.get $a)) (struct.get $vector $y (local.get $b))))
      (f64.mul (struct.get $vector $z (local.get $a)) (struct.get $vector $z (local.get $b)))))
  (func $unit (param $a (ref $vector)) (result (ref $vector))
    (call $times
      (local.get $a)
      (f64.div (f64.const 1) (f64.sqrt (call $dot (local.get $a) (local.get $a))))))

  ;; How far from its origin a ray meets a sphere, null if it does not.
  (func $distance (param $ray (ref $ray)) (param $sphere (ref $sphere)) (result (ref null $float))
    (local $to (ref $vector)) (local $half f64) (local $root f64) (local $radius f64)
    (local.set $to
      (call $subtract (struct.get $sphere $centre (local.get $sphere)) (struct.get $ray $origin (local.get $ray))))
    (local.set $half (call $dot (local.get $to) (struct.get $ray $direction (local.get $ray))))
    (local.set $radius (struct.get $float $value (struct.get $sphere $radius (local.get $sphere))))
    (local.set $root
      (f64.add
        (f64.sub
          (f64.mul (local.get $half) (local.get $half))
          (call $dot (local.get $to) (local.get $to)))
        (f64.mul (local.get $radius) (local.get $radius))))
    (if (f64.lt (local.get $root) (f64.const 0)) (then (return (ref.null $float))))
    (local.set $root (f64.sub (local.get $half) (f64.sqrt (local.get $root))))
    (if (f64.lt (local.get $root) (f64.const 0.0001)) (then (return (ref.null $float))))
    (struct.new $float (local.get $root)))

  ;; The nearest hit. The list of spheres ends with null.
  (func $hit (param $spheres (ref $spheres)) (param $ray (ref $ray)) (result (ref null $hit))
    (local $i i32) (local $sphere (ref $sphere)) (local $distance (ref null $float))
    (local $nearest (ref null $float)) (local $which (ref null $sphere)) (local $at (ref $vector))
    (block $end
      (loop $next
        (local.set $sphere (br_on_null $end (array.get $spheres (local.get $spheres) (local.get $i))))
        (local.set $distance (call $distance (local.get $ray) (local.get $sphere)))
        (block $farther
          (br_if $farther (ref.is_null (local.get $distance)))
          (if (i32.eqz (ref.is_null (local.get $nearest)))
            (then
              (br_if $farther
                (f64.ge
                  (struct.get $float $value (local.get $distance))
                  (struct.get $float $value (local.get $nearest))))))
          (local.set $nearest (local.get $distance))
          (local.set $which (local.get $sphere)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (if (ref.is_null (local.get $which)) (then (return (ref.null $hit))))
    (local.set $at
      (call $add
        (struct.get $ray $origin (local.get $ray))
        (call $times
          (struct.get $ray $direction (local.get $ray))
          (struct.get $float $value (local.get $nearest)))))
    (struct.new $hit
      (local.get $at)
      (call $unit (call $subtract (local.get $at) (struct.get $sphere $centre (local.get $which))))
      (ref.as_non_null (local.get $which))))

  (func $trace (param $spheres (ref $spheres)) (param $ray (ref $ray)) (param $depth i32) (result (ref $vector))
    (local $hit (ref $hit)) (local $normal (ref $vector)) (local $shade f64) (local $mirror f64)
    (local $direction (ref $vector)) (local $own (ref $vector))
    (if (i32.eqz (local.get $depth)) (then (return (global.get $black))))
    (block $miss
      (local.set $hit (br_on_null $miss (call $hit (local.get $spheres) (local.get $ray))))
      (local.set $normal (struct.get $hit $normal (local.get $hit)))
      (local.set $shade
        (f64.max (f64.const 0.1) (call $dot (local.get $normal) (global.get $light))))
      ;; In a shadow.
      (if
        (i32.eqz
          (ref.is_null
            (call $hit (local.get $spheres)
              (struct.new $ray (struct.get $hit $at (local.get $hit)) (global.get $light)))))
        (then (local.set $shade (f64.const 0.1))))
      (local.set $own
        (call $times (struct.get $sphere $colour (struct.get $hit $sphere (local.get $hit))) (local.get $shade)))
      (local.set $mirror
        (f64.promote_f32 (struct.get $sphere $mirror (struct.get $hit $sphere (local.get $hit)))))
      (if (f64.eq (local.get $mirror) (f64.const 0)) (then (return (local.get $own))))
      (local.set $direction (struct.get $ray $direction (local.get $ray)))
      (return
        (call $add
          (call $times (local.get $own) (f64.sub (f64.const 1) (local.get $mirror)))
          (call $times
            (call $trace
              (local.get $spheres)
              (struct.new $ray
                (struct.get $hit $at (local.get $hit))
                (call $unit
                  (call $subtract
                    (local.get $direction)
                    (call $times
                      (local.get $normal)
                      (f64.mul (f64.const 2) (call $dot (local.get $direction) (local.get $normal)))))))
              (i32.sub (local.get $depth) (i32.const 1)))
            (local.get $mirror)))))
    (global.get $sky))

  (func $sphere (param $x f64) (param $y f64) (param $z f64) (param $radius f64) (param $mirror f32)
    (result (ref $sphere))
    (struct.new $sphere
      (struct.new $vector (local.get $x) (local.get $y) (local.get $z))
      (struct.new $float (local.get $radius))
      (struct.new $vector
        (f64.abs (f64.mul (local.get $x) (f64.const 0.3)))
        (f64.abs (f64.mul (local.get $y) (f64.const 0.45)))
        (f64.const 0.6))
      (local.get $mirror)))

  (func (export "run") (param $rows i32) (result i64)
    (local $spheres (ref $spheres)) (local $row (ref $row)) (local $depths (ref $depths)) (local $y i32) (local $x i32)
    (local $colour (ref $vector)) (local $sum i64)
    (local.set $spheres
      (array.new_fixed $spheres 6
        (call $sphere (f64.const 0.5) (f64.const -101) (f64.const 4) (f64.const 100) (f32.const 0.1))
        (call $sphere (f64.const -1.2) (f64.const 0.2) (f64.const 4) (f64.const 1) (f32.const 0.5))
        (call $sphere (f64.const 1.1) (f64.const 0.1) (f64.const 5) (f64.const 1.1) (f32.const 0.25))
        (call $sphere (f64.const 0.1) (f64.const -0.6) (f64.const 2.5) (f64.const 0.4) (f32.const 0))
        (call $sphere (f64.const 0.4) (f64.const 1.7) (f64.const 4.5) (f64.const 0.6) (f32.const 0.75))
        (ref.null $sphere)))
    (local.set $depths (array.new $depths (f64.const 0.5) (i32.const 64)))
    (block $done
      (loop $next_row
        (br_if $done (i32.ge_u (local.get $y) (local.get $rows)))
        (local.set $row (array.new_default $row (i32.const 192)))
        (local.set $x (i32.const 0))
        (loop $next
          (local.set $colour
            (call $trace
              (local.get $spheres)
              (struct.new $ray
                (global.get $black)
                (call $unit
                  (struct.new $vector
                    (f64.sub (f64.div (f64.convert_i32_u (local.get $x)) (f64.const 32)) (f64.const 1))
                    (f64.sub
                      (f64.const 1)
                      (f64.div
                        (f64.mul (f64.convert_i32_u (local.get $y)) (f64.const 2))
                        (f64.convert_i32_u (local.get $rows))))
                    (f64.const 1.2))))
              (i32.const 5)))
          (array.set $row (local.get $row) (i32.mul (local.get $x) (i32.const 3))
            (f32.demote_f64 (struct.get $vector $x (local.get $colour))))
          (array.set $row (local.get $row) (i32.add (i32.mul (local.get $x) (i32.const 3)) (i32.const 1))
            (f32.demote_f64 (struct.get $vector $y (local.get $colour))))
          (array.set $row (local.get $row) (i32.add (i32.mul (local.get $x) (i32.const 3)) (i32.const 2))
            (f32.demote_f64 (struct.get $vector $z (local.get $colour))))
          (array.set $depths (local.get $depths) (local.get $x)
            (f64.add
              (f64.mul (array.get $depths (local.get $depths) (local.get $x)) (f64.const 0.5))
              (struct.get $vector $x (local.get $colour))))
          (local.set $x (i32.add (local.get $x) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get $x) (i32.const 64))))
        (local.set $x (i32.const 0))
        (loop $add
          (local.set $sum
            (i64.add
              (i64.mul (local.get $sum) (i64.const 31))
              (i64.extend_i32_u
                (i32.reinterpret_f32 (array.get $row (local.get $row) (local.get $x))))))
          (local.set $x (i32.add (local.get $x) (i32.const 1)))
          (br_if $add (i32.lt_u (local.get $x) (array.len (local.get $row)))))
        (local.set $y (i32.add (local.get $y) (i32.const 1)))
        (br $next_row)))
    (i64.xor
      (local.get $sum)
      (i64.reinterpret_f64 (array.get $depths (local.get $depths) (i32.const 31))))))
