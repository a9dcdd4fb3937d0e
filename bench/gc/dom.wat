;; A document: a tree of nodes with pointers to the parent, the first child and the next sibling, so that every node is
;; part of a cycle. Each step moves a subtree, changes an attribute or a text, or builds a fragment that it gives up at
;; once. Every 256 steps the program walks the document.
(module
  (rec
    (type $node (sub (struct
      (field $parent (mut (ref null $element)))
      (field $next (mut (ref null $node)))
      (field $id i32))))
    (type $element (sub final $node (struct
      (field $parent (mut (ref null $element)))
      (field $next (mut (ref null $node)))
      (field $id i32)
      (field $first (mut (ref null $node)))
      (field $attributes (mut (ref null $attribute)))
      (field $tag (mut i16)))))
    (type $text (sub final $node (struct
      (field $parent (mut (ref null $element)))
      (field $next (mut (ref null $node)))
      (field $id i32)
      (field $data (mut (ref $characters))))))
    ;; The value is null, a number (i31), characters or, for an identifier, the element itself.
    (type $attribute (struct
      (field $name i8)
      (field $value (mut anyref))
      (field $next (mut (ref null $attribute)))))
    (type $characters (array (mut i16)))
    (type $nodes (array (mut structref)))
    (type $document (struct
      (field $root (ref $element))
      (field $nodes (ref $nodes))
      ;; As a host would keep a node.
      (field $focus (mut externref))
      (field $focused (mut i64))))
  )
  (global $seed (mut i32) (i32.const 99))
  (global $size i32 (i32.const 4000))

  (func $random (param $below i32) (result i32)
    (global.set $seed (i32.add (i32.mul (global.get $seed) (i32.const 1664525)) (i32.const 1013904223)))
    (i32.rem_u (i32.shr_u (global.get $seed) (i32.const 8)) (local.get $below)))

  (func $new_element (param $id i32) (result (ref $element))
    (struct.new $element
      (ref.null $element) (ref.null $node) (local.get $id) (ref.null $node) (ref.null $attribute)
      (i32.mul (local.get $id) (i32.const 40503))))

  (func $new_text (param $id i32) (result (ref $text))
    (struct.new $text
      (ref.null $element) (ref.null $node) (local.get $id)
      (array.new $characters (local.get $id) (i32.add (i32.const 1) (i32.rem_u (local.get $id) (i32.const 13))))))

  (func $prepend (param $parent (ref $element)) (param $child (ref $node))
    (struct.set $node $parent (local.get $child) (local.get $parent))
    (struct.set $node $next (local.get $child) (struct.get $element $first (local.get $parent)))
    (struct.set $element $first (local.get $parent) (local.get $child)))

  (func $detach (param $child (ref $node))
    (local $parent (ref null $element)) (local $previous (ref null $node)) (local $at (ref null $node))
    (local.set $parent (struct.get $node $parent (local.get $child)))
    (local.set $at (struct.get $element $first (local.get $parent)))
    (loop $next
      (if (i32.eqz (ref.eq (local.get $at) (local.get $child)))
        (then
          (local.set $previous (local.get $at))
          (local.set $at (struct.get $node $next (local.get $at)))
          (br $next))))
    (if (ref.is_null (local.get $previous))
      (then (struct.set $element $first (local.get $parent) (struct.get $node $next (local.get $child))))
      (else (struct.set $node $next (local.get $previous) (struct.get $node $next (local.get $child)))))
    (struct.set $node $parent (local.get $child) (ref.null $element))
    (struct.set $node $next (local.get $child) (ref.null none)))

  (func $contains (param $node (ref $node)) (param $inner (ref $element)) (result i32) (local $at (ref null $node))
    (local.set $at (local.get $inner))
    (loop $next
      (if (ref.eq (local.get $at) (local.get $node)) (then (return (i32.const 1))))
      (local.set $at (struct.get $node $parent (local.get $at)))
      (br_if $next (i32.eqz (ref.is_null (local.get $at)))))
    (i32.const 0))

  (func $set_attribute (param $element (ref $element)) (param $name i32) (param $value anyref)
    (local $at (ref null $attribute))
    (local.set $at (struct.get $element $attributes (local.get $element)))
    (block $missing
      (loop $next
        (br_if $missing (ref.is_null (local.get $at)))
        (if (i32.eq (struct.get_s $attribute $name (local.get $at)) (local.get $name))
          (then
            (struct.set $attribute $value (local.get $at) (local.get $value))
            (return)))
        (local.set $at (struct.get $attribute $next (local.get $at)))
        (br $next)))
    (struct.set $element $attributes (local.get $element)
      (struct.new $attribute
        (local.get $name)
        (local.get $value)
        (struct.get $element $attributes (local.get $element)))))

  (func $sum_of_characters (param $characters (ref $characters)) (result i32) (local $i i32) (local $sum i32)
    (loop $next
      (local.set $sum
        (i32.add (local.get $sum)
          (i32.xor
            (array.get_u $characters (local.get $characters) (local.get $i))
            (array.get_s $characters (local.get $characters) (local.get $i)))))
      (local.set $sum
        (i32.add (i32.rotl (local.get $sum) (i32.const 3))
          (array.get_u $characters (local.get $characters) (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (array.len (local.get $characters)))))
    (local.get $sum))

  (func $sum_of_value (param $value anyref) (result i32)
    (if (ref.is_null (local.get $value)) (then (return (i32.const 3))))
    (if (ref.test (ref i31) (local.get $value))
      (then (return (i31.get_s (ref.cast i31ref (local.get $value))))))
    (if (ref.test arrayref (local.get $value))
      (then (return (array.len (ref.cast (ref array) (local.get $value))))))
    (struct.get $element $id (ref.cast (ref null $element) (local.get $value))))

  (func $visit (param $node (ref $node)) (result i32)
    (local $element (ref $element)) (local $at (ref null $attribute)) (local $sum i32)
    (block $text (result (ref $node))
      (local.set $element (br_on_cast_fail $text (ref $node) (ref $element) (local.get $node)))
      (local.set $sum
        (i32.add
          (struct.get_s $element $tag (local.get $element))
          (struct.get $element $id (local.get $element))))
      (local.set $at (struct.get $element $attributes (local.get $element)))
      (block $end
        (loop $next
          (br_if $end (ref.is_null (local.get $at)))
          (local.set $sum
            (i32.add
              (i32.mul (local.get $sum) (i32.const 5))
              (i32.mul
                (struct.get_u $attribute $name (local.get $at))
                (call $sum_of_value (struct.get $attribute $value (local.get $at))))))
          (local.set $at (struct.get $attribute $next (local.get $at)))
          (br $next)))
      (return (local.get $sum)))
    (call $sum_of_characters (struct.get $text $data (ref.cast (ref $text)))))

  ;; Depends on the order of the nodes and on all that they contain.
  (func $walk (param $root (ref $element)) (result i64) (local $at (ref null $node)) (local $sum i64)
    (local.set $at (local.get $root))
    (loop $next
      (local.set $sum
        (i64.add
          (i64.mul (local.get $sum) (i64.const 31))
          (i64.extend_i32_s (call $visit (ref.as_non_null (local.get $at))))))
      (block $no_child
        (br_if $no_child (i32.eqz (ref.test (ref $element) (local.get $at))))
        (local.set $at
          (br_on_null $no_child (struct.get $element $first (ref.cast (ref $element) (local.get $at)))))
        (br $next))
      (loop $climb
        (if (ref.eq (local.get $at) (local.get $root)) (then (return (local.get $sum))))
        (if (ref.is_null (struct.get $node $next (local.get $at)))
          (then
            (local.set $at (struct.get $node $parent (local.get $at)))
            (br $climb))))
      (local.set $at (struct.get $node $next (local.get $at)))
      (br $next))
    (unreachable))

  (func $node (param $document (ref $document)) (param $index i32) (result (ref $node))
    (ref.cast (ref $node)
      (array.get $nodes (struct.get $document $nodes (local.get $document)) (local.get $index))))

  (func $new_document (result (ref $document))
    (local $document (ref $document)) (local $i i32) (local $node (ref $node))
    (local.set $document
      (struct.new $document
        (call $new_element (i32.const 0))
        (array.new $nodes (ref.null struct) (global.get $size))
        (ref.null extern)
        (i64.const 0)))
    (array.set $nodes (struct.get $document $nodes (local.get $document)) (i32.const 0)
      (struct.get $document $root (local.get $document)))
    (local.set $i (i32.const 1))
    (loop $next
      (local.set $node
        (if (result (ref $node)) (i32.rem_u (local.get $i) (i32.const 3))
          (then (call $new_element (local.get $i)))
          (else (call $new_text (local.get $i)))))
      (array.set $nodes (struct.get $document $nodes (local.get $document)) (local.get $i) (local.get $node))
      (call $prepend (call $some_element (local.get $document) (local.get $i)) (local.get $node))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (global.get $size))))
    (local.get $document))

  ;; One of the first `below` nodes that is an element; the root is one.
  (func $some_element (param $document (ref $document)) (param $below i32) (result (ref $element))
    (block $found (result (ref $element))
      (drop
        (br_on_cast $found (ref $node) (ref $element)
          (call $node (local.get $document) (call $random (local.get $below)))))
      (struct.get $document $root (local.get $document))))

  (func $move (param $document (ref $document)) (local $node (ref $node)) (local $to (ref $element))
    (local.set $node
      (call $node (local.get $document)
        (i32.add (i32.const 1) (call $random (i32.sub (global.get $size) (i32.const 1))))))
    (local.set $to (call $some_element (local.get $document) (global.get $size)))
    (if (i32.eqz (call $contains (local.get $node) (local.get $to)))
      (then
        (call $detach (local.get $node))
        (call $prepend (local.get $to) (local.get $node)))))

  (func $change (param $document (ref $document)) (param $step i32)
    (local $node (ref $node)) (local $element (ref $element)) (local $kind i32)
    (local.set $node (call $node (local.get $document) (call $random (global.get $size))))
    (block $text (result (ref $node))
      (local.set $element (br_on_cast_fail $text (ref $node) (ref $element) (local.get $node)))
      (struct.set $document $focus (local.get $document) (extern.convert_any (local.get $element)))
      (struct.set $element $tag (local.get $element)
        (i32.add (struct.get_u $element $tag (local.get $element)) (local.get $step)))
      (local.set $kind (call $random (i32.const 4)))
      (call $set_attribute
        (local.get $element)
        (i32.sub (call $random (i32.const 6)) (i32.const 3))
        (if (result anyref) (i32.lt_u (local.get $kind) (i32.const 2))
          (then
            (if (result anyref) (local.get $kind)
              (then (ref.i31 (local.get $step)))
              (else (ref.null none))))
          (else
            (if (result anyref) (i32.and (local.get $kind) (i32.const 1))
              (then (array.new $characters (i32.const 65) (call $random (i32.const 20))))
              (else (local.get $element))))))
      (return))
    (struct.set $text $data (ref.cast (ref $text))
      (array.new $characters
        (i32.sub (i32.const 0) (local.get $step))
        (i32.add (i32.const 1) (call $random (i32.const 24))))))

  ;; A tree that nothing refers to when the function has walked it.
  (func $fragment (param $step i32) (result i64) (local $root (ref $element)) (local $inner (ref $element))
    (local $i i32)
    (local.set $root (call $new_element (local.get $step)))
    (local.set $inner (local.get $root))
    (loop $next
      (call $prepend (local.get $inner) (call $new_text (local.get $i)))
      (call $prepend (local.get $inner) (call $new_element (local.get $i)))
      (local.set $inner
        (ref.cast (ref $element) (ref.as_non_null (struct.get $element $first (local.get $inner)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 8))))
    (call $walk (local.get $root)))

  (func (export "run") (param $steps i32) (result i64)
    (local $document (ref $document)) (local $step i32) (local $sum i64)
    (global.set $seed (i32.const 99))
    (local.set $document (call $new_document))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $step) (local.get $steps)))
        (call $move (local.get $document))
        (call $change (local.get $document) (local.get $step))
        (local.set $sum (i64.add (local.get $sum) (call $fragment (local.get $step))))
        (block $unfocused
          (struct.set $document $focused (local.get $document)
            (i64.add
              (i64.extend_i32_u
                (struct.get $element $id
                  (ref.cast (ref $element)
                    (any.convert_extern
                      (br_on_null $unfocused (struct.get $document $focus (local.get $document)))))))
              (i64.mul (struct.get $document $focused (local.get $document)) (i64.const 3)))))
        (if (i32.eqz (i32.and (local.get $step) (i32.const 255)))
          (then
            (local.set $sum
              (i64.xor
                (i64.rotl (local.get $sum) (i64.const 7))
                (call $walk (struct.get $document $root (local.get $document)))))))
        (local.set $step (i32.add (local.get $step) (i32.const 1)))
        (br $next)))
    (i64.add (local.get $sum) (struct.get $document $focused (local.get $document)))))
