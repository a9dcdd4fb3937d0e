(module
  (import "" "f" (func $f))
  (start $f))
