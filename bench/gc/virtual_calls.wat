;; Shapes with tables of methods. A method is a typed function reference in a structure; the table of rectangles extends
;; that of shapes by a method. Methods cast `self` to their own type. A loop measures and scales many shapes by virtual
;; calls, and classifies them by casts in branches.
(module
  (rec
    (type $measure (func (param (ref $shape)) (result f64)))
    (type $scale (func (param (ref $shape) f64) (result (ref $shape))))
    (type $diagonal (func (param (ref $rectangle)) (result f64)))
    (type $methods (sub (struct
      (field $area (ref $measure))
      (field $scaled (ref $scale)))))
    (type $rectangle_methods (sub final $methods (struct
      (field $area (ref $measure))
      (field $scaled (ref $scale))
      (field $diagonal (ref $diagonal)))))
    (type $shape (sub (struct
      (field $methods (ref $methods))
      (field $visits (mut i16)))))
    (type $circle (sub final $shape (struct
      (field $methods (ref $methods))
      (field $visits (mut i16))
      (field $radius f64))))
    (type $rectangle (sub $shape (struct
      (field $methods (ref $rectangle_methods))
      (field $visits (mut i16))
      (field $width f32)
      (field $height f32))))
    (type $square (sub final $rectangle (struct
      (field $methods (ref $rectangle_methods))
      (field $visits (mut i16))
      (field $width f32)
      (field $height f32)
      (field $turns (mut i8)))))
    (type $picture (sub final $shape (struct
      (field $methods (ref $methods))
      (field $visits (mut i16))
      (field $parts (ref $shapes)))))
    (type $shapes (array (mut (ref null $shape))))
  )
  (elem declare func
    $circle_area $circle_scaled $rectangle_area $rectangle_scaled $rectangle_diagonal $square_scaled $picture_area
    $picture_scaled)

  (global $circle_methods (ref $methods)
    (struct.new $methods (ref.func $circle_area) (ref.func $circle_scaled)))
  (global $picture_methods (ref $methods)
    (struct.new $methods (ref.func $picture_area) (ref.func $picture_scaled)))
  (global $rectangle_methods (ref $rectangle_methods)
    (struct.new $rectangle_methods
      (ref.func $rectangle_area) (ref.func $rectangle_scaled) (ref.func $rectangle_diagonal)))
  (global $square_methods (ref $rectangle_methods)
    (struct.new $rectangle_methods
      (ref.func $rectangle_area) (ref.func $square_scaled) (ref.func $rectangle_diagonal)))

  (func $circle_area (type $measure) (param $self (ref $shape)) (result f64) (local $radius f64)
    (local.set $radius (struct.get $circle $radius (ref.cast (ref $circle) (local.get $self))))
    (f64.mul (f64.const 3.141592653589793) (f64.mul (local.get $radius) (local.get $radius))))
  (func $circle_scaled (type $scale) (param $self (ref $shape)) (param $by f64) (result (ref $shape))
    (struct.new $circle
      (global.get $circle_methods)
      (struct.get_u $shape $visits (local.get $self))
      (f64.mul (local.get $by) (struct.get $circle $radius (ref.cast (ref $circle) (local.get $self))))))

  (func $rectangle_area (type $measure) (param $self (ref $shape)) (result f64) (local $rectangle (ref $rectangle))
    (local.set $rectangle (ref.cast (ref $rectangle) (local.get $self)))
    (f64.mul
      (f64.promote_f32 (struct.get $rectangle $width (local.get $rectangle)))
      (f64.promote_f32 (struct.get $rectangle $height (local.get $rectangle)))))
  (func $rectangle_scaled (type $scale) (param $self (ref $shape)) (param $by f64) (result (ref $shape))
    (local $rectangle (ref $rectangle))
    (local.set $rectangle (ref.cast (ref $rectangle) (local.get $self)))
    (struct.new $rectangle
      (global.get $rectangle_methods)
      (struct.get_s $rectangle $visits (local.get $rectangle))
      (f32.mul (f32.demote_f64 (local.get $by)) (struct.get $rectangle $width (local.get $rectangle)))
      (f32.mul (f32.demote_f64 (local.get $by)) (struct.get $rectangle $height (local.get $rectangle)))))
  (func $rectangle_diagonal (type $diagonal) (param $self (ref $rectangle)) (result f64)
    (f64.sqrt
      (f64.add
        (f64.promote_f32
          (f32.mul
            (struct.get $rectangle $width (local.get $self))
            (struct.get $rectangle $width (local.get $self))))
        (f64.promote_f32
          (f32.mul
            (struct.get $rectangle $height (local.get $self))
            (struct.get $rectangle $height (local.get $self)))))))
  (func $square_scaled (type $scale) (param $self (ref $shape)) (param $by f64) (result (ref $shape))
    (local $square (ref $square)) (local $side f32)
    (local.set $square (ref.cast (ref $square) (local.get $self)))
    (local.set $side (f32.mul (f32.demote_f64 (local.get $by)) (struct.get $square $width (local.get $square))))
    (struct.new $square
      (global.get $square_methods)
      (struct.get_u $square $visits (local.get $square))
      (local.get $side)
      (local.get $side)
      (i32.add (struct.get_s $square $turns (local.get $square)) (i32.const 37))))

  (func $picture_area (type $measure) (param $self (ref $shape)) (result f64)
    (local $parts (ref $shapes)) (local $i i32) (local $sum f64) (local $part (ref $shape))
    (local.set $parts (struct.get $picture $parts (ref.cast (ref $picture) (local.get $self))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (array.len (local.get $parts))))
        (local.set $part (ref.as_non_null (array.get $shapes (local.get $parts) (local.get $i))))
        (local.set $sum (f64.add (local.get $sum) (call $area (local.get $part))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (local.get $sum))
  (func $picture_scaled (type $scale) (param $self (ref $shape)) (param $by f64) (result (ref $shape))
    (local $old (ref $shapes)) (local $new (ref $shapes)) (local $i i32)
    (local.set $old (struct.get $picture $parts (ref.cast (ref $picture) (local.get $self))))
    (local.set $new (array.new $shapes (ref.null $shape) (array.len (local.get $old))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (array.len (local.get $old))))
        (array.set $shapes (local.get $new) (local.get $i)
          (call $scaled
            (ref.as_non_null (array.get $shapes (local.get $old) (local.get $i)))
            (local.get $by)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (struct.new $picture
      (global.get $picture_methods)
      (struct.get_u $shape $visits (local.get $self))
      (local.get $new)))

  ;; The virtual calls.
  (func $area (param $shape (ref $shape)) (result f64)
    (struct.set $shape $visits (local.get $shape)
      (i32.add (struct.get_u $shape $visits (local.get $shape)) (i32.const 1)))
    (call_ref $measure
      (local.get $shape)
      (struct.get $methods $area (struct.get $shape $methods (local.get $shape)))))
  (func $scaled (param $shape (ref $shape)) (param $by f64) (result (ref $shape))
    (return_call_ref $scale
      (local.get $shape)
      (local.get $by)
      (struct.get $methods $scaled (struct.get $shape $methods (local.get $shape)))))

  ;; A number for each kind; rectangles add their diagonal, squares their turns.
  (func $classify (param $shape (ref null $shape)) (result f64)
    (local $rectangle (ref null $rectangle))
    (block $null
      (block $is_circle (result (ref $circle))
        (block $is_rectangle (result (ref $rectangle))
          (br_on_null $null (local.get $shape))
          (br_on_cast $is_circle (ref $shape) (ref $circle))
          (br_on_cast $is_rectangle (ref $shape) (ref $rectangle))
          (drop)
          (return (f64.const 7)))
        (local.set $rectangle)
        (return
          (f64.add
            (call_ref $diagonal
              (ref.as_non_null (local.get $rectangle))
              (struct.get $rectangle_methods $diagonal (struct.get $rectangle $methods (local.get $rectangle))))
            (block $not_square (result f64)
              (f64.convert_i32_s
                (struct.get_s $square $turns
                  (block $square (result (ref $square))
                    (drop (br_on_cast $square (ref null $rectangle) (ref $square) (local.get $rectangle)))
                    (br $not_square (f64.const 3)))))))))
      (return (f64.add (struct.get $circle $radius) (f64.const 1))))
    (f64.const 0))

  (func $make (param $kind i32) (param $size f64) (result (ref $shape))
    (if (i32.eqz (local.get $kind))
      (then (return (struct.new $circle (global.get $circle_methods) (i32.const 0) (local.get $size)))))
    (if (i32.eq (local.get $kind) (i32.const 1))
      (then
        (return
          (struct.new $rectangle
            (global.get $rectangle_methods)
            (i32.const 65530)
            (f32.demote_f64 (local.get $size))
            (f32.const 2.5)))))
    (if (i32.eq (local.get $kind) (i32.const 2))
      (then
        (return
          (struct.new $square
            (global.get $square_methods)
            (i32.const 9)
            (f32.demote_f64 (local.get $size))
            (f32.demote_f64 (local.get $size))
            (i32.const 100)))))
    (struct.new $picture
      (global.get $picture_methods)
      (i32.const 1)
      (array.new_fixed $shapes 3
        (call $make (i32.const 0) (local.get $size))
        (call $make (i32.const 2) (f64.const 1.25))
        (call $make (i32.const 1) (local.get $size)))))

  ;; A shape that grew is scaled down, any other up.
  (func (export "run") (param $rounds i32) (result i64)
    (local $all (ref $shapes)) (local $i i32) (local $sum f64) (local $bits i64) (local $shape (ref $shape))
    (local $area f64)
    (local.set $all (array.new_default $shapes (i32.const 1000)))
    (loop $fill
      (array.set $shapes (local.get $all) (local.get $i)
        (call $make
          (i32.rem_u (i32.mul (local.get $i) (i32.const 7)) (i32.const 4))
          (f64.add (f64.const 1) (f64.convert_i32_u (i32.rem_u (local.get $i) (i32.const 17))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $fill (i32.lt_u (local.get $i) (i32.const 999))))
    (block $done
      (loop $round
        (br_if $done (i32.eqz (local.get $rounds)))
        (local.set $i (i32.const 0))
        (local.set $sum (f64.const 0))
        (loop $next
          (local.set $sum
            (f64.add (local.get $sum)
              (call $classify (array.get $shapes (local.get $all) (local.get $i)))))
          (block $null
            (local.set $shape (br_on_null $null (array.get $shapes (local.get $all) (local.get $i))))
            (local.set $area (call $area (local.get $shape)))
            (local.set $sum (f64.add (local.get $sum) (local.get $area)))
            (array.set $shapes (local.get $all) (local.get $i)
              (call $scaled
                (local.get $shape)
                (select (f64.const 0.5) (f64.const 1.125) (f64.gt (local.get $area) (f64.const 100)))))
            (local.set $bits
              (i64.add (local.get $bits)
                (i64.extend_i32_s (struct.get_s $shape $visits (local.get $shape))))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get $i) (i32.const 1000))))
        (local.set $bits
          (i64.add (i64.rotl (local.get $bits) (i64.const 5)) (i64.reinterpret_f64 (local.get $sum))))
        (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
        (br $round)))
    (local.get $bits)))
