;; Calls an import, which may be a function of another instance.
(module
  (import "" "callee" (func $callee))
  (func (export "run") (call $callee)))
