;; Four uses of exceptions, each as often as the parameter says: an exception that is caught ten frames further out; one
;; that the same function throws and catches; one that three handlers rethrow with throw_ref; and a block with handlers
;; that nothing leaves by an exception (100 times as often).
(module
  (type $box (struct (field $value (mut i64))))
  (type $kept (struct (field $exception (mut exnref))))
  (tag $numbers (param i32 i64))
  (tag $object (param (ref $box)))
  (tag $empty)

  ;; Throws a number or, every fourth time, an object, in the frame at the depth 0.
  (func $descend (param $depth i32) (param $number i32) (result i64)
    (if (local.get $depth)
      (then
        (return
          (i64.add
            (call $descend (i32.sub (local.get $depth) (i32.const 1)) (local.get $number))
            (i64.const 1)))))
    (if (i32.and (local.get $number) (i32.const 3))
      (then (throw $numbers (local.get $number) (i64.extend_i32_u (local.get $number)))))
    (throw $object (struct.new $box (i64.extend_i32_s (local.get $number)))))

  (func $far (param $number i32) (result i64) (local $value i64)
    (block $object (result (ref $box))
      (block $numbers (result i32 i64)
        (try_table (result i64) (catch $numbers $numbers) (catch $object $object)
          (call $descend (i32.const 10) (local.get $number)))
        (return))
      (local.set $value)
      (return (i64.add (i64.extend_i32_u) (i64.mul (local.get $value) (i64.const 3)))))
    (i64.mul (struct.get $box $value) (i64.const 5)))

  (func $near (param $number i32) (result i64) (local $value i64)
    (block $caught (result i32 i64)
      (try_table (catch $numbers $caught)
        (if (i32.and (local.get $number) (i32.const 1))
          (then (throw $numbers (local.get $number) (i64.const 11))))
        (throw $numbers (i32.const 7) (i64.extend_i32_u (local.get $number))))
      (unreachable))
    (local.set $value)
    (i64.add (i64.extend_i32_u) (local.get $value)))

  ;; Keeps the exception in an object before it is thrown again.
  (func $first (param $number i32) (param $kept (ref $kept)) (result i64)
    (struct.set $kept $exception
      (local.get $kept)
      (block $again (result exnref)
        (try_table (result i64) (catch_all_ref $again)
          (call $descend (i32.const 1) (local.get $number)))
        (return)))
    (throw_ref (struct.get $kept $exception (local.get $kept))))

  ;; Changes the object of an exception; the handlers further out see the change.
  (func $second (param $number i32) (param $kept (ref $kept)) (result i64)
    (local $exception (ref null exn)) (local $box (ref $box))
    (block $object (result (ref $box) exnref)
      (block $numbers (result i32 i64 exnref)
        (try_table (result i64) (catch_ref $numbers $numbers) (catch_ref $object $object)
          (call $first (local.get $number) (local.get $kept)))
        (return))
      (local.set $exception)
      (drop)
      (drop)
      (throw_ref (local.get $exception)))
    (local.set $exception)
    (local.set $box)
    (struct.set $box $value (local.get $box)
      (i64.add (struct.get $box $value (local.get $box)) (i64.const 1000)))
    (throw_ref (local.get $exception)))

  (func $third (param $number i32) (param $kept (ref $kept)) (result i64)
    (block $again (result (ref exn))
      (try_table (result i64) (catch_all_ref $again)
        (call $second (local.get $number) (local.get $kept)))
      (return))
    (throw_ref))

  (func $rethrown (param $number i32) (param $kept (ref $kept)) (result i64) (local $value i64)
    (block $object (result (ref $box))
      (block $numbers (result i32 i64)
        (try_table (result i64) (catch $numbers $numbers) (catch $object $object)
          (call $third (local.get $number) (local.get $kept)))
        (return))
      (local.set $value)
      (return (i64.sub (i64.extend_i32_u) (local.get $value))))
    (struct.get $box $value))

  (func $harmless (param $number i32) (result i64)
    (if (i32.eqz (local.get $number)) (then (throw $empty)))
    (i64.extend_i32_u (i32.mul (local.get $number) (i32.const 3))))

  (func $quiet (param $times i32) (result i64) (local $sum i64)
    (block $caught
      (loop $next
        (try_table (catch $empty $caught) (catch_all $caught)
          (local.set $sum (i64.add (local.get $sum) (call $harmless (local.get $times)))))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br_if $next (local.get $times))))
    (local.get $sum))

  (func (export "run") (param $times i32) (result i64) (local $i i32) (local $sum i64) (local $kept (ref $kept))
    (local.set $kept (struct.new_default $kept))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $times)))
        (local.set $sum
          (i64.add
            (i64.mul (local.get $sum) (i64.const 31))
            (i64.add
              (call $far (local.get $i))
              (i64.mul
                (call $near (local.get $i))
                (i64.add (i64.const 1) (call $rethrown (local.get $i) (local.get $kept)))))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (i64.add (local.get $sum) (call $quiet (i32.mul (local.get $times) (i32.const 100))))))
